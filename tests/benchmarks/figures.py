"""A measured figure, and the summaries that several samples are quoted by."""

import statistics
from collections.abc import Sequence
from typing import Literal

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of `build/bench.json`; `goal` reads `<= 500`, or is None for a figure that only informs."""

    name: str
    value: float
    unit: str
    goal: str | None = None
    ok: bool = True


def judged(name: str, value: float, unit: str, sign: Literal["<=", ">="], limit: float) -> Figure:
    """A figure held against its goal."""
    ok = value <= limit if sign == "<=" else value >= limit
    return Figure(name=name, value=round(value, 4), unit=unit, goal=f"{sign} {limit:g}", ok=ok)


def informative(name: str, value: float, unit: str) -> Figure:
    """A figure without a goal."""
    return Figure(name=name, value=round(value, 4), unit=unit)


def quantile(samples: Sequence[float], share: float) -> float:
    """The sample below which that share lies, by the nearest rank; 0.99 of 100 samples is the 99th."""
    ranked = sorted(samples)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked) + 0.5) - 1))]


def median(samples: Sequence[float]) -> float:
    """The middle sample."""
    return statistics.median(samples)
