"""Match runs: called every night, or by a coordinator; those that a change calls are in `event_runs.py`."""

from datetime import timedelta

from contracts.errors import Forbidden, NotFound
from contracts.matchmaker.match_runs import GetMatchRun, MatchRun, StartMatchRun
from services.matchmaker.runs import run_store
from services.matchmaker.runs.partnerships import run_partnerships
from services.matchmaker.runs.stages import ask_for_run
from services.matchmaker.runs.triggers import START_RUN
from services.work import Work

LOOK_AGAIN = timedelta(seconds=5)


async def match_partnerships(_region: str, work: Work) -> None:
    """Something changed: match partnerships again (durable timer)."""
    await run_partnerships(work, "event")


async def match_every_night(work: Work) -> None:
    """Match the whole region (scheduled)."""
    await ask_for_run(work, "nightly")


async def match_every_hour(work: Work) -> None:
    """Match the whole region where anything happened since that was done last (scheduled)."""
    if await run_store.has_news(work.connection):
        await ask_for_run(work, "hourly")


async def start_after(trigger: str, work: Work) -> None:
    """Begin a run once none goes on, since that one knows nothing of what asks for this (durable timer)."""
    run = await ask_for_run(work, trigger)
    if run.started_at < work.now:
        work.set_timer(START_RUN, trigger, work.now + LOOK_AGAIN)


async def start(_request: StartMatchRun, work: Work) -> MatchRun:
    """Have the whole region matched now, for a coordinator; the answer is the run as it begins, or as far as it is."""
    if not work.caller.is_coordinator:
        raise Forbidden()
    return await ask_for_run(work, "request")


async def get(request: GetMatchRun, work: Work) -> MatchRun:
    """One match run; how the matcher decides is public."""
    run = await run_store.find_run(work.connection, request.match_run_id)
    if run is None:
        raise NotFound(thing="match run", id=str(request.match_run_id))
    return run
