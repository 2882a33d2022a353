"""How quickly a board matches again after an event, how good it stays over 800 of them, and how little it moves.

Three in ten of a plan's visits are accepted; then slots, requests, answers and capacities come and go as over some
weeks: about as many answers as proposals, six of ten of them a yes, and somewhat more new slots and requests than fall
away. Only `Board.change` is timed. Then comes one sweep, as every hour. The value is held against the bound of a fresh
match of what is then true, for which nothing is proposed yet, so that it owes nothing to what stands; proposals that
the sweep moves count as moved. What there was before the sweep is told apart.
"""

import random
import time
from collections.abc import Callable, Iterator

import msgspec

from contracts.matchmaker.explanations import PartCode
from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.board.board import Board
from services.matchmaker.matching.board.changes import BoardChange
from services.matchmaker.matching.inputs import Standing, StandingState, VisitFacts
from services.matchmaker.matching.visits import VisitMatch, VisitPlan, match_visits
from tests.benchmarks.figures import Figure, informative, judged, median, quantile
from tests.benchmarks.regions import invent
from tests.unit.matching.world import World

EVENTS = 800
ACCEPTED = 0.3
# How often each event comes, of a hundred.
_MIX = (
    ("accept", 28),
    ("decline", 20),
    ("new_request", 16),
    ("new_slot", 14),
    ("cancel", 8),
    ("close_slot", 4),
    ("withdraw_request", 4),
    ("new_capacity", 3),
    ("withdraw_capacity", 3),
)


def measure_events(plan: VisitPlan, settings: PolicySettings, facts: VisitFacts) -> list[Figure]:
    """The figures of 800 events after this plan of these facts."""
    draw = random.Random(20260211)
    world = World(msgspec.structs.replace(facts, standing=tuple(_standing(plan.matches, draw))))
    begins = time.perf_counter()
    cell_prices = dict(zip(plan.cells, plan.prices.cell.tolist(), strict=True)) if plan.prices else {}
    board = Board(world.facts, settings, cell_prices=cell_prices)
    loading = time.perf_counter() - begins
    seconds, moved, made, accepted, looked_at = [], 0, 0, 0, []
    for kind, change in _events(world, draw):
        accepted += kind == "accept"
        begins = time.perf_counter()
        moves = board.change(change)
        seconds.append(time.perf_counter() - begins)
        world.apply(moves)
        moved += moves.moved
        made += len(moves.made)
        looked_at.append(moves.looked_at)
    begins = time.perf_counter()
    value = _value(board.plan)
    showing = time.perf_counter() - begins
    swept = match_visits(world.facts, settings)
    kept = {(match.wish_id, match.slot_id) for match in swept.matches}
    moved_by_sweep = sum(visit[:2] not in kept for visit in world.proposed)
    fresh = match_visits(_unproposed(world.facts), settings)
    return [
        judged("event_p99_ms_M", 1000 * quantile(seconds, 0.99), "ms", "<=", 10),
        informative("event_p50_ms_M", 1000 * median(seconds), "ms"),
        judged("event_value_M", _value(swept) / fresh.bound, "share", ">=", 0.992),
        judged("event_moved_M", (moved + moved_by_sweep) / EVENTS, "proposals", "<=", 0.5),
        informative("event_value_before_sweep_M", value / fresh.bound, "share"),
        informative("event_moved_before_sweep_M", moved / EVENTS, "proposals"),
        informative("event_moved_without_yes_M", moved / (EVENTS - accepted), "proposals"),
        informative("event_made_M", made / EVENTS, "proposals"),
        informative("event_classes_M", median(looked_at), "classes"),
        informative("board_loading_seconds_M", loading, "s"),
        informative("board_plan_seconds_M", showing, "s"),
    ]


def _value(plan: VisitPlan) -> int:
    """What the visits are worth by themselves: that they stay is worth nothing to a fresh match."""
    return sum(part.points for match in plan.matches for part in match.parts if part.code is not PartCode.STAY)


def _standing(matches: tuple[VisitMatch, ...], draw: random.Random) -> Iterator[Standing]:
    for match in matches:
        yield Standing(
            wish_id=match.wish_id,
            slot_id=match.slot_id,
            day=match.day,
            state=StandingState.ACCEPTED if draw.random() < ACCEPTED else StandingState.PROPOSED,
            mediation_id=match.mediation_id,
        )


def _unproposed(facts: VisitFacts) -> VisitFacts:
    frozen = tuple(stands for stands in facts.standing if stands.state is not StandingState.PROPOSED)
    return msgspec.structs.replace(facts, standing=frozen)


def _events(world: World, draw: random.Random) -> Iterator[tuple[str, BoardChange]]:
    """Yield each event's kind and what the board is told; new things are those of another region of the same size."""
    more = invent("M", seed=20260212)
    wishes, openings, mediations = iter(more.wishes), iter(more.openings), iter(more.mediations)

    make: dict[str, Callable[[], BoardChange]] = {
        "new_slot": lambda: world.put_opening(next(openings)),
        "new_request": lambda: world.put_wish(next(wishes)),
        "decline": lambda: world.decline(draw.choice(world.in_state(StandingState.PROPOSED))),
        "accept": lambda: world.accept(draw.choice(world.in_state(StandingState.PROPOSED))),
        "cancel": lambda: world.cancel(draw.choice(world.in_state(StandingState.ACCEPTED))),
        "close_slot": lambda: world.close_slot(draw.choice(list(world.openings))),
        "withdraw_request": lambda: world.withdraw_wish(draw.choice(list(world.wishes))),
        "new_capacity": lambda: world.put_mediation(next(mediations)),
        "withdraw_capacity": lambda: world.withdraw_mediation(draw.choice(list(world.mediations))),
    }
    for kind in draw.choices([kind for kind, _ in _MIX], [share for _, share in _MIX], k=EVENTS):
        yield kind, make[kind]()
