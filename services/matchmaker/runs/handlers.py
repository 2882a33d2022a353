"""Match runs: called by what changed, every night, or by a coordinator."""

import msgspec

from contracts.errors import Forbidden, NotFound
from contracts.matchmaker.match_runs import GetMatchRun, MatchRun, StartMatchRun
from services.matchmaker.runs import store
from services.matchmaker.runs.partnerships import run_partnerships
from services.matchmaker.runs.visits import run_visits
from services.work import Work


async def match_visits(_region: str, work: Work) -> None:
    """Something changed: match visits again (durable timer)."""
    await run_visits(work, "event")


async def match_partnerships(_region: str, work: Work) -> None:
    """Something changed: match partnerships again (durable timer)."""
    await run_partnerships(work, "event")


async def match_every_night(work: Work) -> None:
    """Match the whole region (scheduled)."""
    await run_visits(work, "nightly")
    await run_partnerships(work, "nightly")


async def start(_request: StartMatchRun, work: Work) -> MatchRun:
    """Match the whole region now, for a coordinator; tells of both kinds in one answer."""
    if not work.caller.is_coordinator:
        raise Forbidden()
    visits = await run_visits(work, "request")
    partnerships = await run_partnerships(work, "request")
    if visits is None or partnerships is None:
        raise NotFound(thing="match run", id="")
    return msgspec.structs.replace(
        visits,
        partnerships_proposed=partnerships.partnerships_proposed,
        partnership_objective=partnerships.partnership_objective,
    )


async def get(request: GetMatchRun, work: Work) -> MatchRun:
    """One match run; how the matcher decides is public."""
    run = await store.find_match_run(work.connection, request.match_run_id)
    if run is None:
        raise NotFound(thing="match run", id=str(request.match_run_id))
    return run
