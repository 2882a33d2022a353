"""The greedy choice that a matcher's is held against: best score first, whatever that takes from others."""

from collections import Counter

import numpy as np

from services.matchmaker.matching.visits import Asked


def greedy_value(asked: Asked) -> float:
    """Return what the greedy choice is worth, in points; every rule is kept, floors are not looked at."""
    problem = asked.problem
    assert problem.pair_places is not None
    assert problem.slot_day is not None
    assert problem.pair_lane is not None
    assert problem.lane_mediated is not None
    assert problem.mediator_visits is not None
    order = np.argsort(-problem.pair_score, kind="stable").tolist()
    classes, slots, lanes = (each.tolist() for each in (problem.pair_class, problem.pair_slot, problem.pair_lane))
    places, days = problem.pair_places.tolist(), problem.slot_day.tolist()
    left, room = problem.class_visits.tolist(), problem.slot_places.tolist()
    mediated, interventions = problem.lane_mediated.tolist(), problem.mediator_visits.tolist()
    links = _links_by_lane(asked)
    value, first = 0.0, Counter[int]()
    busy: set[tuple[str, int, int]] = set()
    for row in order:
        c, s = classes[row], slots[row]
        day = days[s]
        if left[c] < 1 or room[s] < places[row] or ("class", c, day) in busy:
            continue
        if mediated[lanes[row]]:
            free = (
                (gain, who)
                for gain, who in links.get(lanes[row], ())
                if interventions[who] > 0 and ("mediator", who, day) not in busy
            )
            gain, who = next(free, (0.0, -1))
            if who < 0:
                continue
            interventions[who] -= 1
            busy.add(("mediator", who, day))
            value += gain
        left[c] -= 1
        room[s] -= places[row]
        busy.add(("class", c, day))
        value += float(problem.pair_score[row])
        first[c] += 1
    bonus = problem.class_first_bonus
    return value + (float(bonus[list(first)].sum()) if bonus is not None else 0.0)


def _links_by_lane(asked: Asked) -> dict[int, list[tuple[float, int]]]:
    """The mediators of each lane, the one that gains most first."""
    problem = asked.problem
    assert problem.link_lane is not None
    assert problem.link_mediator is not None
    assert problem.link_score is not None
    links: dict[int, list[tuple[float, int]]] = {}
    rows = zip(problem.link_lane.tolist(), problem.link_score.tolist(), problem.link_mediator.tolist(), strict=True)
    for lane, gain, who in rows:
        links.setdefault(lane, []).append((gain, who))
    for listed in links.values():
        listed.sort(reverse=True)
    return links
