"""What the Region sees: the table of this area's pages."""

from services.gateway.web.region import match_runs, organisations

routes = (*match_runs.routes, *organisations.routes)
