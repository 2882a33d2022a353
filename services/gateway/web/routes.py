"""All pages, one area a folder."""

from typing import Any

from litestar import Router
from litestar.di import Provide

from services.gateway.auth.guard import PAGE
from services.gateway.web import language_choice
from services.gateway.web.account import colleagues
from services.gateway.web.account import pages as account
from services.gateway.web.bookings import pages as bookings
from services.gateway.web.class_requests import pages as class_requests
from services.gateway.web.home import pages as home
from services.gateway.web.live import pages as live
from services.gateway.web.mediation import pages as mediation
from services.gateway.web.offers import pages as offers
from services.gateway.web.page import hear_language, provide_act, provide_form, provide_page
from services.gateway.web.proposals import pages as proposals
from services.gateway.web.region import pages as region
from services.gateway.web.schema import pages as schema
from services.gateway.web.security import PAGE_HEADERS, page_middleware
from services.gateway.web.sign_in import pages as sign_in
from services.gateway.web.visits import pages as visits
from services.settings import Settings

PAGES: list[Any] = [
    *home.routes,
    *language_choice.routes,
    *live.routes,
    *sign_in.routes,
    *account.routes,
    *colleagues.routes,
    *bookings.routes,
    *class_requests.routes,
    *mediation.routes,
    *offers.routes,
    *proposals.routes,
    *region.routes,
    *schema.routes,
    *visits.routes,
]


def page_router(settings: Settings) -> Router:
    """All pages with what they share: the reader's session, forms, headers."""
    return Router(
        "/",
        route_handlers=PAGES,
        opt={PAGE: True},
        dependencies={
            "page": Provide(provide_page),
            "form": Provide(provide_form),
            "act": Provide(provide_act),
        },
        before_request=hear_language,
        middleware=page_middleware(settings),
        response_headers=PAGE_HEADERS,
        include_in_schema=False,
        dto=None,
    )
