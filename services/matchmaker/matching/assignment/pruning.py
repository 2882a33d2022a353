"""Drops loads that no other agents' loads can complete within the width: most of them, before any search.

Two loads exclude each other where both hold a task, or where neither holds a task that only these two agents may
have. With a load, each other agent loses at least what the best of its loads beside it loses: where that adds up to
more than the width, the load is out.
"""

from typing import Final

import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.assignment.loads import Loads

# What one round drops lets another drop more; it ends after so many, or where one keeps nearly everything.
_ROUNDS: Final = 3
_NEARLY_ALL: Final = 0.8
# So many pairs of loads are compared at once, for the sake of memory.
_AT_ONCE: Final = 4_000_000


def pruned(loads: list[Loads], tasks: int, width: float) -> list[Loads]:
    """Return the loads, agent by agent, that may be part of a combination that loses at most `width`."""
    for _ in range(_ROUNDS):
        before = _number(loads)
        if not all(own.loss.size for own in loads):
            break
        loads = [own.among(least <= width) for own, least in zip(loads, _least_losses(loads, tasks), strict=True)]
        if _number(loads) > before * _NEARLY_ALL:
            break
    return loads


def _number(loads: list[Loads]) -> int:
    return sum(own.loss.size for own in loads)


def _least_losses(loads: list[Loads], tasks: int) -> list[Floats]:
    """Return, for each load, what it and the best loads beside it lose together at least."""
    sharers = np.zeros(tasks, np.int64)
    for own in loads:
        sharers[own.open] += 1
    least = [own.loss.copy() for own in loads]
    for one, first in enumerate(loads):
        for other, second in enumerate(loads[:one]):
            beside_first, beside_second = _beside(first, second, sharers)
            least[one] += beside_first
            least[other] += beside_second
    return least


def _beside(first: Loads, second: Loads, sharers: Ints) -> tuple[Floats, Floats]:
    """Return the least loss of a second load beside each first one, and of a first load beside each second one."""
    common, of_first, of_second = np.intersect1d(first.open, second.open, assume_unique=True, return_indices=True)
    # As numbers, one product counts for all pairs of loads what they both hold, and what both leave to nobody.
    only_theirs = sharers[common] == 2
    a, b = _counted(first.chosen[:, of_first], only_theirs), _counted(second.chosen[:, of_second], only_theirs).T
    beside_first = np.full(first.loss.size, np.inf)
    beside_second = np.full(second.loss.size, np.inf)
    rows = max(1, _AT_ONCE // second.loss.size)
    for begins in range(0, first.loss.size, rows):
        part = slice(begins, begins + rows)
        excluded = a[part] @ b > 0
        beside_first[part] = np.where(excluded, np.inf, second.loss).min(axis=1)
        np.minimum(beside_second, np.where(excluded, np.inf, first.loss[part, None]).min(axis=0), out=beside_second)
    return beside_first, beside_second


def _counted(chosen: Bools, only_theirs: Bools) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.hstack([chosen, ~chosen[:, only_theirs]]).astype(np.float32)
