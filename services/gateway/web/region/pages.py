"""What the Region sees: the table of this area's pages."""

from services.gateway.web.region import maps, match_runs, organisations, territories

routes = (*maps.routes, *territories.routes, *match_runs.routes, *organisations.routes)
