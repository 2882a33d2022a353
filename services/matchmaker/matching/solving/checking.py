"""From a problem as it was given to a network of whole steps; says what does not fit together, and how to mend it."""

import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.problem import MAX_STEPS, MOST_PACKED, Problem, ProblemMalformed
from services.matchmaker.matching.solving.network import Network


def checked(problem: Problem) -> Network:
    """Return the problem in whole steps; raises ProblemMalformed where its arrays do not fit together."""
    classes, slots, pairs = problem.class_visits.size, problem.slot_places.size, problem.pair_class.size
    if not problem.step > 0:
        raise ProblemMalformed("step: must be above 0")
    _require_rows("pair_class", problem.pair_class, classes, pairs)
    _require_rows("pair_slot", problem.pair_slot, slots, pairs)
    places = np.ones(pairs, np.int64) if problem.pair_places is None else problem.pair_places
    _require_size("pair_places", places.size, pairs)
    if pairs and places.min() < 1:
        raise ProblemMalformed("pair_places: a pair takes no place; give 1 at least")
    packed = np.zeros(slots, np.bool_)
    packed[problem.pair_slot[places != 1]] = True
    if problem.slot_first_bonus is not None and (problem.pair_lane is not None or packed.any()):
        raise ProblemMalformed("slot_first_bonus: is exact only without lanes and with one place a pair; leave it out")
    slot_places = _capacities("slot_places", problem.slot_places, slots)
    if slot_places[packed].max(initial=0) >= MOST_PACKED:
        raise ProblemMalformed(
            f"slot_places: a slot whose pairs take different numbers of places has {MOST_PACKED} or more; "
            "count them in a larger unit"
        )
    open_places = slot_places if problem.slot_open_places is None else problem.slot_open_places
    visits = _capacities("class_visits", problem.class_visits, classes)
    privileged = np.zeros(classes, np.bool_) if problem.class_privileged is None else problem.class_privileged
    _require_size("class_privileged", privileged.size, classes)
    floors = _given(problem.cell_floor)
    cell = np.full(classes, -1, np.int64) if problem.class_cell is None else problem.class_cell
    _require_size("class_cell", cell.size, classes)
    if classes and not (cell.min() >= -1 and cell.max() < max(floors.size, 1)):
        raise ProblemMalformed(f"class_cell: rows must be from -1 to {floors.size - 1}")
    if problem.slot_day is not None:
        _require_size("slot_day", problem.slot_day.size, slots)
    lanes = _lanes(problem, slots)
    links = _links(problem, lanes)
    day_class, day_of_class, pair_day = _class_days(problem, visits)
    open_places = np.minimum(_capacities("slot_open_places", open_places, slots), slot_places)
    room = np.where(privileged[problem.pair_class], slot_places[problem.pair_slot], open_places[problem.pair_slot])
    mediated, starts = lanes[1][lanes[0]], links[0]
    linked = starts[lanes[0] + 1] > starts[lanes[0]]
    return Network(
        pair_class=problem.pair_class,
        pair_slot=problem.pair_slot,
        pair_gain=_steps("pair_score", problem.pair_score, pairs, problem.step),
        pair_places=places,
        pair_lane=lanes[0],
        pair_day=pair_day,
        pair_privileged=privileged[problem.pair_class],
        pair_alive=(visits[problem.pair_class] > 0) & (places <= room) & (linked | ~mediated),
        class_visits=visits,
        class_first_gain=_bonus("class_first_bonus", problem.class_first_bonus, classes, problem.step),
        class_cell=cell if floors.size else np.full(classes, -1, np.int64),
        cell_floor=_capacities("cell_floor", floors, floors.size),
        slot_places=slot_places,
        slot_open_places=open_places,
        slot_first_gain=_bonus("slot_first_bonus", problem.slot_first_bonus, slots, problem.step),
        days=np.arange(slots, dtype=np.int64) if problem.slot_day is None else np.unique(problem.slot_day),
        packed=packed,
        lane_mediated=lanes[1],
        links_of_lane=links[0],
        link_mediator=links[1],
        link_gain=links[2],
        link_day=links[3],
        mediator_visits=_capacities("mediator_visits", _given(problem.mediator_visits), None),
        day_class=day_class,
        day_of_class=day_of_class,
        day_mediator=links[4],
        day_of_mediator=links[5],
    )


def _lanes(problem: Problem, slots: int) -> tuple[Ints, Bools, Ints]:
    """Return each pair's lane, whether a lane is mediated, and each lane's slot (-1 for a lane without pairs)."""
    if problem.pair_lane is None or problem.lane_mediated is None:
        if problem.pair_lane is not None or problem.lane_mediated is not None:
            raise ProblemMalformed("pair_lane, lane_mediated: one says nothing without the other; give both or neither")
        return problem.pair_slot, np.zeros(slots, np.bool_), np.arange(slots, dtype=np.int64)
    lanes = problem.lane_mediated.size
    _require_rows("pair_lane", problem.pair_lane, lanes, problem.pair_class.size)
    lane_slot = np.full(lanes, -1, np.int64)
    lane_slot[problem.pair_lane] = problem.pair_slot
    if np.any(lane_slot[problem.pair_lane] != problem.pair_slot):
        raise ProblemMalformed("pair_lane: a lane is used by pairs of two slots; give each slot its own lanes")
    return problem.pair_lane, problem.lane_mediated, lane_slot


def _links(problem: Problem, lanes: tuple[Ints, Bools, Ints]) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """Return where each lane's links begin, and of the links sorted by lane: mediator, gain, number of mediator and
    day; then the mediator and the day of each such number.
    """
    _, mediated, lane_slot = lanes
    lane, mediator = _given(problem.link_lane), _given(problem.link_mediator)
    mediators = 0 if problem.mediator_visits is None else problem.mediator_visits.size
    _require_rows("link_lane", lane, mediated.size, lane.size)
    _require_rows("link_mediator", mediator, mediators, lane.size)
    gain = _steps("link_score", problem.link_score, lane.size, problem.step)
    kept = lane_slot[lane] >= 0
    lane, mediator, gain = lane[kept], mediator[kept], gain[kept]
    key = lane * mediators + mediator
    order = np.argsort(key, kind="stable")
    if np.any(np.diff(key[order]) == 0):
        raise ProblemMalformed("link_lane: a lane is linked to a mediator twice; give each link once")
    lane, mediator, gain = lane[order], mediator[order], gain[order]
    if problem.slot_day is None:
        # Without days no two interventions are on the same one: each slot is a day of its own.
        day = lane_slot[lane]
    else:
        _, day = np.unique(problem.slot_day, return_inverse=True)
        day = day[lane_slot[lane]]
    days = int(day.max()) + 1 if day.size else 1
    keys, number = np.unique(mediator * days + day, return_inverse=True)
    return (
        np.searchsorted(lane, np.arange(mediated.size + 1)),
        mediator,
        gain,
        number.ravel(),
        keys // days,
        keys % days,
    )


def _class_days(problem: Problem, visits: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the class and the day of each number, and each pair's number: only classes of several visits have any."""
    number = np.full(problem.pair_class.size, -1, np.int64)
    if problem.slot_day is None:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, number
    _, day = np.unique(problem.slot_day, return_inverse=True)
    rows = np.flatnonzero(visits[problem.pair_class] > 1)
    days = int(day.max()) + 1 if day.size else 1
    keys, of_row = np.unique(problem.pair_class[rows] * days + day[problem.pair_slot[rows]], return_inverse=True)
    number[rows] = of_row.ravel()
    return keys // days, keys % days, number


def _given(values: Ints | None) -> Ints:
    return np.zeros(0, np.int64) if values is None else values


def _capacities(name: str, values: Ints, size: int | None) -> Ints:
    if size is not None:
        _require_size(name, values.size, size)
    if values.size and values.min() < 0:
        raise ProblemMalformed(f"{name}: a capacity is negative; give 0 where there is none")
    return values


def _bonus(name: str, values: Floats | None, size: int, step: float) -> Ints:
    steps = _steps(name, values, size, step)
    if steps.size and steps.min() < 0:
        raise ProblemMalformed(f"{name}: a bonus is negative; a flow is exact only for bonuses of at least 0")
    return steps


def _steps(name: str, values: Floats | None, size: int, step: float) -> Ints:
    if values is None:
        return np.zeros(size, np.int64)
    _require_size(name, values.size, size)
    scaled = values / step
    if not np.all(np.abs(scaled) <= MAX_STEPS):
        raise ProblemMalformed(
            f"{name}: a score is not finite, or more than {MAX_STEPS:.0e} steps of {step}; choose a larger step"
        )
    return np.rint(scaled).astype(np.int64)


def _require_rows(name: str, rows: Ints, limit: int, size: int) -> None:
    _require_size(name, rows.size, size)
    if size and not (rows.min() >= 0 and rows.max() < limit):
        raise ProblemMalformed(f"{name}: rows must be from 0 to {limit - 1}")


def _require_size(name: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise ProblemMalformed(f"{name}: has {found} entries, must have {wanted}")
