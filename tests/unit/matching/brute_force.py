"""The whole truth about small problems: a checker of every constraint, and the best value by trying all choices."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from services.matchmaker.matching.problem import Problem, Solution

# A choice: for each chosen pair its mediator, -1 for none.
Choice = dict[int, int]
# How many classes of each cell are missing to its floor.
Missed = tuple[int, ...]


def choice_of(solution: Solution) -> Choice:
    """The solution as the checker takes it."""
    return dict(zip(solution.pairs.tolist(), solution.mediator.tolist(), strict=True))


def broken_rules(problem: Problem, choice: Choice) -> list[str]:
    """Every constraint that the choice breaks, in words."""
    pair_class, pair_slot = problem.pair_class.tolist(), problem.pair_slot.tolist()
    visits = Counter(pair_class[pair] for pair in choice)
    used = Counter(mediator for mediator in choice.values() if mediator >= 0)
    broken = [f"class {c}" for c, n in visits.items() if n > problem.class_visits[c]]
    broken += _overfilled(problem, choice)
    if problem.mediator_visits is not None:
        broken += [f"mediator {m}" for m, n in used.items() if n > problem.mediator_visits[m]]
    if problem.slot_day is not None:
        days = sorted((pair_class[pair], problem.slot_day[pair_slot[pair]]) for pair in choice)
        broken += [f"class and day {a}" for a, b in pairwise(days) if a == b]
        days = sorted((m, problem.slot_day[pair_slot[pair]]) for pair, m in choice.items() if m >= 0)
        broken += [f"mediator and day {a}" for a, b in pairwise(days) if a == b]
    else:
        slots = sorted((m, pair_slot[pair]) for pair, m in choice.items() if m >= 0)
        broken += [f"mediator and slot {a}" for a, b in pairwise(slots) if a == b]
    return [*broken, *_badly_mediated(problem, choice)]


def _overfilled(problem: Problem, choice: Choice) -> Iterator[str]:
    """Slots whose pairs take more places than there are, or more of them than classes in general may."""
    taken, open_taken = Counter[int](), Counter[int]()
    for pair in choice:
        places = 1 if problem.pair_places is None else int(problem.pair_places[pair])
        privileged = problem.class_privileged is not None and problem.class_privileged[problem.pair_class[pair]]
        taken[int(problem.pair_slot[pair])] += places
        open_taken[int(problem.pair_slot[pair])] += 0 if privileged else places
    yield from (f"slot {s}" for s, n in taken.items() if n > problem.slot_places[s])
    if problem.slot_open_places is not None:
        yield from (f"open places of slot {s}" for s, n in open_taken.items() if n > problem.slot_open_places[s])


def _badly_mediated(problem: Problem, choice: Choice) -> Iterator[str]:
    links = _links(problem)
    for pair, mediator in choice.items():
        if _is_mediated(problem, pair) != (mediator >= 0):
            yield f"pair {pair}: mediator {mediator}"
        elif mediator >= 0 and problem.pair_lane is not None:
            lane = int(problem.pair_lane[pair])
            if (lane, mediator) not in links:
                yield f"pair {pair}: mediator {mediator} does not suit lane {lane}"


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


def missed(problem: Problem, choice: Choice) -> Missed:
    """How many classes of each cell are missing to its floor."""
    if problem.class_cell is None or problem.cell_floor is None:
        return ()
    served = Counter(int(problem.class_cell[c]) for c in {int(problem.pair_class[pair]) for pair in choice})
    return tuple(max(0, int(floor) - served[cell]) for cell, floor in enumerate(problem.cell_floor))


def outcomes(problem: Problem) -> dict[Missed, float]:
    """What choices can miss of the floors, and the most that one is worth that misses so much: by trying every one."""
    found: dict[Missed, float] = {}
    for choice in choices(problem):
        misses, value = missed(problem, choice), worth(problem, choice)
        found[misses] = max(value, found.get(misses, value))
    return found


def best_of(found: dict[Missed, float], misses: Missed) -> float:
    """The most that any choice is worth which misses no more of any floor."""
    return max(
        value for missing, value in found.items() if all(one <= most for one, most in zip(missing, misses, strict=True))
    )


def choices(problem: Problem) -> Iterator[Choice]:
    """Every choice that breaks no rule."""
    yield from _choices_from(problem, 0, {})


def _choices_from(problem: Problem, pair: int, chosen: Choice) -> Iterator[Choice]:
    """Every choice that goes on from `chosen`; a broken one is never mended by choosing more."""
    if pair == problem.pair_class.size:
        yield dict(chosen)
        return
    yield from _choices_from(problem, pair + 1, chosen)
    mediators = 0 if problem.mediator_visits is None else problem.mediator_visits.size
    for mediator in range(mediators) if _is_mediated(problem, pair) else [-1]:
        chosen[pair] = mediator
        if not broken_rules(problem, chosen):
            yield from _choices_from(problem, pair + 1, chosen)
        del chosen[pair]


def _is_mediated(problem: Problem, pair: int) -> bool:
    if problem.pair_lane is None or problem.lane_mediated is None:
        return False
    return bool(problem.lane_mediated[problem.pair_lane[pair]])


def _links(problem: Problem) -> dict[tuple[int, int], float]:
    if problem.link_lane is None or problem.link_mediator is None or problem.link_score is None:
        return {}
    rows = zip(problem.link_lane.tolist(), problem.link_mediator.tolist(), problem.link_score.tolist(), strict=True)
    return {(lane, mediator): score for lane, mediator, score in rows}
