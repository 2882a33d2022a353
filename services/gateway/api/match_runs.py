"""Match runs: starting one, and what they found."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from contracts.caller import Scope
from contracts.matchmaker.match_runs import GetMatchRun, MatchRun, StartMatchRun
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Tell, created
from services.gateway.api.listing import Listing

TAGS = ["Match runs"]
# A run over the whole region takes seconds, where other commands take milliseconds.
RUN_TIMEOUT_S = 60.0


@post("/v1/match-runs", scope=Scope.MATCHING, tags=TAGS, response_headers=CREATED)
async def start_match_run(tell: Tell) -> Response[MatchRun]:
    """Run the matcher over the whole region now, and wait for it; by a coordinator."""
    return created(await tell(StartMatchRun(), timeout_s=RUN_TIMEOUT_S), "/v1/match-runs")


@get("/v1/match-runs", scope=Scope.READ, tags=TAGS)
async def list_match_runs(listing: Listing) -> Page[MatchRun]:
    """Match runs, newest first; for coordinators."""
    return await listing(MatchRun)


@get("/v1/match-runs/{match_run_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_match_run(match_run_id: FromPath[UUID], ask: Ask) -> MatchRun:
    """One match run."""
    return await ask(GetMatchRun(match_run_id=match_run_id))


routes = (start_match_run, list_match_runs, get_match_run)
