"""Names for the array types of the matcher, and the array idioms that several of its files need.

What an array means belongs to the file that makes it.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]


def ints(values: Iterable[int]) -> Ints:
    """Return the whole numbers as an array, (n,) int64."""
    return np.fromiter(values, dtype=np.int64)


def floats(values: Iterable[float]) -> Floats:
    """Return the numbers as an array, (n,) float64."""
    return np.fromiter(values, dtype=np.float64)


def bools(values: Iterable[bool]) -> Bools:
    """Return the flags as an array, (n,) bool."""
    return np.fromiter(values, dtype=np.bool_)


def rank_in_group(group: Ints) -> Ints:
    """Return each element's rank, from 0, within its run of equal neighbours in `group`, (n,) sorted."""
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if group.size else np.zeros(0, np.int64)
    lengths = np.diff(np.r_[starts, group.size])
    return np.arange(group.size, dtype=np.int64) - np.repeat(starts, lengths)


def runs_of(starts: Ints, lengths: Ints) -> Ints:
    """Return the rows of several runs one after another: of each `lengths` rows from `starts` on."""
    before = np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    return before + np.arange(before.size, dtype=np.int64)
