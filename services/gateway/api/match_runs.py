"""Match runs: starting one, how far it is, and what it found."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import ResponseHeader, State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter
from litestar.response import ServerSentEvent

from contracts.caller import Caller, Scope
from contracts.machines import ENDED_MATCH_RUN_STATES
from contracts.matchmaker.match_runs import GetMatchRun, MatchRun, StartMatchRun
from contracts.message import Page
from services.gateway.api.asking import Ask, KeyHolder, Tell, accepted
from services.gateway.api.listing import Listing
from services.gateway.api.match_run_progress import ProgressStreams, progress_of, read_last_event_id

TAGS = ["Match runs"]
EVENT_STREAM = "text/event-stream"
ACCEPTED = [ResponseHeader(name="Location", description="Address of the run.", documentation_only=True)]
LastEventId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", description="Id of the last event received; the stream goes on after it."),
]


@post("/v1/match-runs", scope=Scope.MATCHING, tags=TAGS, status_code=202, response_headers=ACCEPTED)
async def start_match_run(tell: Tell) -> Response[MatchRun]:
    """Have the whole region matched; by a coordinator. The answer comes at once, `progress` tells how it goes on.

    One run goes on at a time: while one does, the answer is that one.
    """
    return accepted(await tell(StartMatchRun()), "/v1/match-runs")


@get("/v1/match-runs", scope=Scope.READ, tags=TAGS)
async def list_match_runs(listing: Listing) -> Page[MatchRun]:
    """Match runs, newest first; for coordinators."""
    return await listing(MatchRun)


@get("/v1/match-runs/{match_run_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_match_run(match_run_id: FromPath[UUID], ask: Ask) -> MatchRun:
    """One match run."""
    return await ask(GetMatchRun(match_run_id=match_run_id))


@get(
    "/v1/match-runs/{match_run_id:uuid}/progress",
    scope=Scope.READ,
    tags=TAGS,
    media_type=EVENT_STREAM,
    responses={
        200: ResponseSpec(str, description="The stream.", media_type=EVENT_STREAM, generate_examples=False),
        204: ResponseSpec(None, description="The run has ended, and you have heard of it."),
    },
)
async def follow_match_run(
    match_run_id: FromPath[UUID],
    ask: Ask,
    caller: KeyHolder,
    request: Request[None, Caller, State],
    last_event_id: LastEventId = None,
) -> Response[Any]:
    """How a run goes on, as server-sent events: `id` is its version, `event` its state, `data` the run.

    The stream ends with the run. Whoever has heard of its end gets 204, at which browsers ask no more.
    """
    heard = read_last_event_id(last_event_id)
    streams: ProgressStreams = request.app.state.progress_streams
    streams.require_room()
    run = await ask(GetMatchRun(match_run_id=match_run_id))
    if run.state in ENDED_MATCH_RUN_STATES and run.version <= heard:
        return Response(None, status_code=204)
    pool = request.app.state.running.pool
    return ServerSentEvent(progress_of(run, heard, caller, pool, streams), headers={"Cache-Control": "no-store"})


routes = (start_match_run, list_match_runs, get_match_run, follow_match_run)
