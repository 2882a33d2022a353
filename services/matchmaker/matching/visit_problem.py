"""From candidates to the plain arrays of `problem.Problem`: the classes, slots, lanes and mediators to choose among."""

import numpy as np

from contracts.matchmaker.policies import Weights
from services.matchmaker.matching.arrays import Bools, Floats, Ints, floats, ints
from services.matchmaker.matching.candidates import Candidates
from services.matchmaker.matching.gates import places_needed
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.score import mediator_points, points_of
from services.matchmaker.matching.tables import Tables
from services.matchmaker.matching.travel import straight_km


def visit_problem(
    tables: Tables, candidates: Candidates, weights: Weights, cell_of_class: Ints | None = None
) -> Problem:
    """Return the choice among the candidates; scores are whole points, so that the step is one point.

    `cell_of_class` (C,) is the row of each class's cell where cells are to have floors.
    """
    openings = tables.openings
    wishes = tables.wishes.wishes
    first_visit = points_of(weights.first_visit, 1.0)
    pair_lane, lane_mediated, link_lane, link_mediator = _lanes(tables, candidates)
    slot_of_lane = np.zeros(lane_mediated.size, np.int64)
    slot_of_lane[pair_lane] = candidates.pairs.s
    return Problem(
        pair_class=candidates.pairs.c,
        pair_slot=candidates.pairs.s,
        pair_score=candidates.points.astype(np.float64),
        class_visits=ints(wish.visits_wanted - wish.visits_held for wish in wishes),
        class_first_bonus=floats(0 if wish.visits_held else first_visit for wish in wishes),
        pair_places=places_needed(tables, candidates.pairs.c, candidates.pairs.s),
        slot_places=np.maximum(openings.places_free, 0),
        slot_open_places=np.maximum(openings.places_free - openings.reserved, 0),
        class_privileged=tables.wishes.under_reached,
        class_cell=cell_of_class,
        slot_day=openings.day,
        pair_lane=pair_lane,
        lane_mediated=lane_mediated,
        link_lane=link_lane,
        link_mediator=link_mediator,
        link_score=_link_points(tables, slot_of_lane[link_lane], link_mediator, weights),
        mediator_visits=ints(capacity.interventions_left for capacity in tables.mediations),
        step=1.0,
    )


def _link_points(tables: Tables, s: Ints, mediators: Ints, weights: Weights) -> Floats:
    latitude = floats(capacity.latitude for capacity in tables.mediations)[mediators]
    longitude = floats(capacity.longitude for capacity in tables.mediations)[mediators]
    distance_km = straight_km(latitude, longitude, tables.openings.latitude[s], tables.openings.longitude[s])
    return mediator_points(distance_km, weights).astype(np.float64)


def _lanes(tables: Tables, candidates: Candidates) -> tuple[Ints, Bools, Ints, Ints]:
    """Return each pair's lane, whether a lane is mediated, and the links of lanes with mediators.

    Row s is the plain lane of slot s. After these come the mediated lanes: one for each slot and each set
    of mediators that some class of the slot can be given.
    """
    pairs, slots = candidates.pairs, len(tables.openings.openings)
    pair_lane = pairs.s.copy()
    rows = np.flatnonzero(tables.is_mediated(pairs.c, pairs.s))
    c, s = pairs.c[rows], pairs.s[rows]
    able = tables.wishes.mediators[c] & tables.openings.mediators[s]
    keys = np.ascontiguousarray(np.hstack([s.astype(">i8").view(np.uint8).reshape(rows.size, 8), able]))
    found, first, of_row = np.unique(
        keys.view(np.dtype((np.void, keys.shape[1]))).ravel(), return_index=True, return_inverse=True
    )
    pair_lane[rows] = slots + of_row
    lane, mediator = np.nonzero(np.unpackbits(able[first], axis=1, count=len(tables.mediations)))
    mediated = np.arange(slots + found.size) >= slots
    return pair_lane, mediated, slots + lane, mediator.astype(np.int64)
