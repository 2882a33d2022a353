"""What the open pages of somebody who is signed in listen to; `hx-trigger="sse:booking-…"` names what they wait for."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State

from contracts.caller import Caller, Scope
from services.gateway.api.asking import KeyHolder
from services.gateway.api.live import After, LastEventId, live_response, read_position
from services.gateway.auth.guard import UNATTENDED
from services.gateway.auth.session_rules import cookie_name
from services.gateway.auth.sessions import SessionRing


def session_is_good(request: Request[None, Caller, State]) -> Callable[[], Awaitable[bool]]:
    """Tells whether the reader is still signed in."""
    state = request.app.state
    ring: SessionRing = state.session_ring
    token = request.cookies.get(cookie_name(state.settings.public_url), "")

    async def good() -> bool:
        return await ring.session_of(token, attended=False) is not None

    return good


@get("/live", scope=Scope.READ, opt={UNATTENDED: True})
async def hear_changes(
    request: Request[None, Caller, State],
    caller: KeyHolder,
    last_event_id: LastEventId = None,
    after: After = None,
) -> Response[Any]:
    """The same stream as `GET /v1/live`, for a session."""
    return live_response(request, caller, read_position(last_event_id, after), session_is_good(request))


routes = (hear_changes,)
