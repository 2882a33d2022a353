"""Changes as they happen, for partners' software; pages hear the same under `/live` (web/live/)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream

from contracts.caller import Caller, Scope
from contracts.errors import Invalid, Unauthenticated
from services.gateway.api.asking import KeyHolder
from services.gateway.auth.guard import KeyRing
from services.gateway.live.hub import LiveStreams, StillTheirs

EVENT_STREAM = "text/event-stream"
# PostgreSQL's largest has one more digit.
ID_DIGITS = 18

LastEventId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", description="Id of the last event received; the stream goes on after it."),
]
After = Annotated[
    str | None,
    QueryParameter(description="As `Last-Event-ID`, which counts where both are given."),
]


def read_position(last_event_id: str | None, after: str | None) -> int | None:
    """After which change a reader wants to hear, None for from now on; raises Invalid naming where it says so."""
    field, given = ("Last-Event-ID", last_event_id) if last_event_id else ("after", after)
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= ID_DIGITS):
        raise Invalid.field(
            field,
            "Give the id of the last event that you received, a number such as 1204, or leave it out.",
            "Donnez l'identifiant du dernier événement reçu, un nombre comme 1204, ou omettez-le.",
        )
    return int(given)


def live_response(
    request: Request[None, Caller, State], caller: Caller, after: int | None, still_theirs: StillTheirs
) -> Response[Any]:
    """The stream of one caller; raises TooManyRequests where it has too many already."""
    streams: LiveStreams = request.app.state.live_streams
    streams.require_room(caller.key_id)
    return Stream(
        streams.stream(caller, after, still_theirs),
        media_type=EVENT_STREAM,
        # The last one keeps a proxy in between from gathering what is to arrive at once.
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def key_is_good(request: Request[None, Caller, State]) -> Callable[[], Awaitable[bool]]:
    """Tells whether the request's key is still one, as every other request with it would be told."""
    key_ring: KeyRing = request.app.state.key_ring
    authorization = request.headers.get("authorization", "")

    async def good() -> bool:
        try:
            await key_ring.caller_of(authorization)
        except Unauthenticated:
            return False
        return True

    return good


@get(
    "/v1/live",
    scope=Scope.READ,
    tags=["Live changes"],
    media_type=EVENT_STREAM,
    responses={
        200: ResponseSpec(str, description="The stream.", media_type=EVENT_STREAM, generate_examples=False),
    },
)
async def follow_changes(
    request: Request[None, Caller, State],
    caller: KeyHolder,
    last_event_id: LastEventId = None,
    after: After = None,
) -> Response[Any]:
    """What changes, as server-sent events: what is public or the caller's own; for coordinators everything.

    A change comes as two events, `event: booking-<id>` and `event: booking`, the last of them with its `id`, both with
    the same `data`: `{"kind": "booking", "id": "...", "version": 3, "state": "confirmed"}`. The state is empty for a
    kind that has none, and for whoever could see the thing until now and no longer can. Notices come to their addressee
    as `event: notice`. Whoever comes back with the last id misses nothing within a day; whoever stays away for longer
    is told `event: reload`, and reads anew what it shows. The stream begins now where no id is given, ends after 15
    minutes, and says where it stands every ten seconds in which nothing else comes.
    """
    return live_response(request, caller, read_position(last_event_id, after), key_is_good(request))


routes = (follow_changes,)
