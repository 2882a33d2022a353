"""What a match between two matches of the whole region tells of itself: how much it moved, and of whom."""

import time
from itertools import pairwise
from typing import NamedTuple

import msgspec

from contracts.matchmaker.match_runs import MatchRunCompleted
from services.matchmaker.matching.visits import VisitPlan
from services.matchmaker.runs import change_store, run_store
from services.matchmaker.runs.change_store import Change
from services.matchmaker.runs.changes import ChangeKind
from services.matchmaker.runs.new_proposals import Origin
from services.matchmaker.runs.report import POINTS, empty_run
from services.matchmaker.runs.visit_changes import Written
from services.work import Work


class Watch:
    """Measures how long loading, solving and storing take."""

    def __init__(self) -> None:
        self._began = self._loaded = self._solved = time.perf_counter()

    def loaded(self) -> None:
        """All is read."""
        self._loaded = self._solved = time.perf_counter()

    def solved(self) -> None:
        """All is decided."""
        self._solved = time.perf_counter()

    def times_ms(self) -> tuple[float, float, float]:
        """How long each took."""
        ends = self._began, self._loaded, self._solved, time.perf_counter()
        loading, solving, storing = (round((end - start) * 1000, 1) for start, end in pairwise(ends))
        return loading, solving, storing


class Outcome(NamedTuple):
    """What a turn came to; `size` counts class requests, slots and capacities, `others` who was moved along."""

    origin: Origin
    size: tuple[int, int, int]
    plan: VisitPlan
    written: Written
    others: int
    turn: int


async def tell(work: Work, outcome: Outcome, watch: Watch) -> None:
    """Keep and announce a run that moved something, and note the classes for whoever catches up on its turn."""
    written, plan = outcome.written, outcome.plan
    if not written.classes:
        return
    moved = [Change(ChangeKind.CLASS_REQUEST, str(request_id)) for request_id in sorted(written.classes)]
    await change_store.insert_changes(work.connection, moved, outcome.turn)
    requests, slots, capacities = outcome.size
    loading_ms, solving_ms, storing_ms = watch.times_ms()
    run = msgspec.structs.replace(
        empty_run(outcome.origin, "event", work.now),
        class_requests=requests,
        slots=slots,
        capacities=capacities,
        pairs=int(plan.candidates.points.size),
        visits_proposed=len(written.made),
        visits_withdrawn=len(written.withdrawn),
        visits_kept=len(plan.matches) - len(written.made),
        visits_moved=outcome.others,
        objective=plan.value / POINTS,
        limited=plan.limited,
        unserved_count=len(plan.unserved),
        loading_ms=loading_ms,
        solving_ms=solving_ms,
        storing_ms=storing_ms,
    )
    await run_store.insert_run(work.connection, run)
    work.announce(MatchRunCompleted(match_run=run))
