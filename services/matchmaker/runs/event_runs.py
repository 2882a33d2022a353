"""Matches between two matches of the whole region: what changed is taken up in turns, and only what it must is moved.

Any replica may take any turn. A turn takes up all that changed since the one before, however many changes that are,
and says which classes it moved, so that a replica that was not there can catch up on it. Where too much changed at
once, or nobody can say what, the whole region is matched: here where it is small, else in stages (`stages.py`).
"""

import asyncio

from contracts.local_time import local_day
from contracts.matchmaker.policies import Policy
from services.matchmaker.matching.explaining.explain import explain_visit
from services.matchmaker.matching.visits import match_visits
from services.matchmaker.policy.store import find_policy
from services.matchmaker.runs import change_store, store
from services.matchmaker.runs.boards import RegionBoard, load_board
from services.matchmaker.runs.change_store import Turns
from services.matchmaker.runs.event_moves import write_board_moves
from services.matchmaker.runs.event_report import Outcome, Watch, tell
from services.matchmaker.runs.new_proposals import Origin
from services.matchmaker.runs.region import facts_of, load_region
from services.matchmaker.runs.region_parts import Touched, touched_by
from services.matchmaker.runs.triggers import rematch_region
from services.matchmaker.runs.visit_changes import moves_of, write_moves
from services.work import Work

# So many things at once are no event, but an import: to match around each of them takes longer than to match them all.
MANY = 400
# With more classes a match of them all takes seconds, for which no turn is to be held up.
LARGE = 1_000


class EventRuns:
    """Owns what one replica keeps in memory between two turns."""

    def __init__(self) -> None:
        self._board: RegionBoard | None = None

    async def match_visits(self, _region: str, work: Work) -> None:
        """Something changed: match visits again around it (durable timer)."""
        # Until the turn is over nobody knows whether what is in memory is true.
        board, self._board = self._board, None
        watch = Watch()
        await change_store.lock_turns(work.connection)
        turns = await change_store.find_turns(work.connection)
        turn = await change_store.insert_turn(work.connection, work.now, whole=False)
        waiting = await change_store.take_waiting_changes(work.connection, turn)
        touched = await touched_by(work.connection, waiting)
        policy = await find_policy(work.connection)
        if is_too_much(touched):
            await _match_whole(work, policy, touched, turn, watch)
            return
        board, left = await _brought_up_to_date(board, work, policy, turns)
        if await _match_around(work, board, touched.union(left), turn, watch):
            board.turn, board.taken_at = turn, work.now
            self._board = board
        else:
            await _match_whole(work, policy, touched, turn, watch)


def is_too_much(touched: Touched) -> bool:
    """Whether to match the whole region rather than around what changed."""
    return touched.everything or len(touched) > MANY


async def _brought_up_to_date(
    board: RegionBoard | None, work: Work, policy: Policy, turns: Turns
) -> tuple[RegionBoard, Touched]:
    """What is in memory with what other replicas did since, or the region afresh; and what is left to look at."""
    if board is None or not await _is_good(board, work, policy, turns):
        return await load_board(work, policy), Touched()
    if board.turn == turns.last:
        return board, Touched()
    missed = await touched_by(work.connection, await change_store.list_changes(work.connection, board.turn, turns.last))
    if is_too_much(missed):
        return await load_board(work, policy), Touched()
    return board, await board.catch_up(work, missed)


async def _is_good(board: RegionBoard, work: Work, policy: Policy, turns: Turns) -> bool:
    """Whether what is in memory was true, and can still be caught up from."""
    return (
        board.day == local_day(work.now)
        and board.policy.version == policy.version
        and board.turn >= turns.whole
        and await change_store.has_turn(work.connection, board.turn, board.taken_at)
    )


async def _match_around(work: Work, board: RegionBoard, touched: Touched, turn: int, watch: Watch) -> bool:
    """Match around what changed; False where that is too much, and nothing was written."""
    if not touched:
        return True
    change = await board.look_at(work, touched)
    watch.loaded()
    moves = await board.match(change)
    if moves.needs_global:
        return False
    plan = await asyncio.to_thread(lambda: board.plan) if moves.made or moves.withdrawn or moves.mediators else None
    watch.solved()
    if plan is None:
        return True
    origin = Origin(work.new_id(), board.policy.version)
    written = await write_board_moves(work, board, plan, moves, origin)
    await tell(work, Outcome(origin, board.size, plan, written, moves.moved, turn), watch)
    return True


async def _match_whole(work: Work, policy: Policy, touched: Touched, turn: int, watch: Watch) -> None:
    if await store.count_open_requests(work.connection) > LARGE:
        rematch_region(work, "many_changes")
        return
    region = await load_region(work.connection, work.now, reserving=policy.settings.reserved_share > 0)
    watch.loaded()
    facts = await asyncio.to_thread(facts_of, region, policy.settings, local_day(work.now))
    plan = await asyncio.to_thread(match_visits, facts, policy.settings)
    watch.solved()
    moves = moves_of(plan, region.waiting)
    origin = Origin(work.new_id(), policy.version)
    written = await write_moves(work, region, moves, lambda match: explain_visit(plan, match), origin)
    size = len(region.requests), len(region.slots), len(region.capacities)
    others = sum(
        proposal.class_request_id not in touched.requests and proposal.slot_id not in touched.slots
        for proposal in written.withdrawn
    )
    await tell(work, Outcome(origin, size, plan, written, others, turn), watch)
