"""Find a visit: the list with its map, the calendar, a visit's sheet."""

from services.gateway.web.visits import calendar_pages, search_pages, sheet_pages

routes = (*search_pages.routes, *calendar_pages.routes, *sheet_pages.routes)
