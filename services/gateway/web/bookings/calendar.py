"""The reader's visits in their own calendar program: an address to subscribe to, shown once, ended at will."""

import hmac
from datetime import UTC, datetime

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.response import Template

from contracts.caller import Caller, Scope
from contracts.errors import Forbidden
from services.gateway.api.asking import KeyHolder
from services.gateway.auth.session_rules import cookie_name
from services.gateway.calendars.store import delete_calendar, upsert_calendar
from services.gateway.calendars.token_rules import SUFFIX, hash_token, write_token
from services.gateway.web.language import _
from services.gateway.web.page import Go, Page, Sent, go


@get("/calendar", scope=Scope.READ)
async def show_calendar(caller: KeyHolder, page: Page) -> Template:
    """What it is, and a button; raises Forbidden for the Region, which has no visits of its own."""
    require_visits(caller)
    return page("bookings/calendar.html", address="")


@post("/calendar", scope=Scope.READ, status_code=200)
async def renew_calendar(caller: KeyHolder, request: Request[None, Caller, State], page: Page, form: Sent) -> Template:
    """A new address, shown on this page alone; the one before ends.

    Made from the session's own secret and what the form says once: sent twice it is the same address.
    """
    require_visits(caller)
    state = request.app.state
    secret = request.cookies[cookie_name(state.settings.public_url)]
    token = write_token(hmac.digest(secret.encode(), f"calendar {form.once}".encode(), "sha256"))
    async with state.running.pool.acquire() as connection:
        await upsert_calendar(connection, caller.party, hash_token(token), datetime.now(UTC))
    address = f"{state.settings.public_url}/v1/calendars/{token}{SUFFIX}"
    return page("bookings/calendar.html", form=form, address=address)


@post("/calendar/end", scope=Scope.READ)
async def end_calendar(caller: KeyHolder, request: Request[None, Caller, State]) -> Go:
    """The address is dead from now on."""
    require_visits(caller)
    async with request.app.state.running.pool.acquire() as connection:
        await delete_calendar(connection, caller.party)
    return go("/calendar", said=_("L’adresse de l’agenda ne fonctionne plus."))


def require_visits(caller: Caller) -> None:
    """Raise Forbidden for whoever is no party of any visit."""
    if caller.is_coordinator:
        raise Forbidden()


routes = (show_calendar, renew_calendar, end_calendar)
