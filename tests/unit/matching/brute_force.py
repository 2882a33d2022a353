"""The whole truth about small problems: a checker of every constraint, and the best value by trying all choices."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from services.matchmaker.matching.problem import Problem

# A choice: for each chosen pair its mediator, -1 for none.
Choice = dict[int, int]


def broken_rules(problem: Problem, choice: Choice) -> list[str]:
    """Every constraint that the choice breaks, in words."""
    pair_class, pair_slot = problem.pair_class.tolist(), problem.pair_slot.tolist()
    visits = Counter(pair_class[pair] for pair in choice)
    groups = Counter(pair_slot[pair] for pair in choice)
    used = Counter(mediator for mediator in choice.values() if mediator >= 0)
    broken = [f"class {c}" for c, n in visits.items() if n > problem.class_visits[c]]
    broken += [f"slot {s}" for s, n in groups.items() if n > problem.slot_places[s]]
    if problem.mediator_visits is not None:
        broken += [f"mediator {m}" for m, n in used.items() if n > problem.mediator_visits[m]]
    if problem.slot_day is not None:
        days = sorted((pair_class[pair], problem.slot_day[pair_slot[pair]]) for pair in choice)
        broken += [f"class and day {a}" for a, b in pairwise(days) if a == b]
        days = sorted((m, problem.slot_day[pair_slot[pair]]) for pair, m in choice.items() if m >= 0)
        broken += [f"mediator and day {a}" for a, b in pairwise(days) if a == b]
    links = _links(problem)
    for pair, mediator in choice.items():
        lane = None if problem.pair_lane is None else int(problem.pair_lane[pair])
        mediated = lane is not None and problem.lane_mediated is not None and bool(problem.lane_mediated[lane])
        if mediated != (mediator >= 0):
            broken.append(f"pair {pair}: mediator {mediator}")
        elif mediated and (lane, mediator) not in links:
            broken.append(f"pair {pair}: mediator {mediator} does not suit lane {lane}")
    return broken


def worth(problem: Problem, choice: Choice) -> float:
    """What a choice is worth, by the formula of the problem."""
    links = _links(problem)
    total = 0.0
    for pair, mediator in choice.items():
        total += float(problem.pair_score[pair])
        if mediator >= 0 and problem.pair_lane is not None:
            total += links[int(problem.pair_lane[pair]), mediator]
    if problem.class_first_bonus is not None:
        total += sum(problem.class_first_bonus[c] for c in {int(problem.pair_class[pair]) for pair in choice})
    if problem.slot_first_bonus is not None:
        total += sum(problem.slot_first_bonus[s] for s in {int(problem.pair_slot[pair]) for pair in choice})
    return float(total)


def best_worth(problem: Problem) -> float:
    """The value of the best choice, by trying every one."""
    return max(worth(problem, choice) for choice in _choices(problem, 0, {}))


def _choices(problem: Problem, pair: int, chosen: Choice) -> Iterator[Choice]:
    """Every choice that breaks no rule; a broken one is never mended by choosing more."""
    if pair == problem.pair_class.size:
        yield dict(chosen)
        return
    yield from _choices(problem, pair + 1, chosen)
    mediators = 0 if problem.mediator_visits is None else problem.mediator_visits.size
    for mediator in range(-1, mediators):
        chosen[pair] = mediator
        if not broken_rules(problem, chosen):
            yield from _choices(problem, pair + 1, chosen)
        del chosen[pair]


def _links(problem: Problem) -> dict[tuple[int, int], float]:
    if problem.link_lane is None or problem.link_mediator is None or problem.link_score is None:
        return {}
    rows = zip(problem.link_lane.tolist(), problem.link_mediator.tolist(), problem.link_score.tolist(), strict=True)
    return {(lane, mediator): score for lane, mediator, score in rows}
