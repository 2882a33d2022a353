"""What a passing pair of class and slot is worth: parts in whole points that add up exactly to its score.

A part's value is between 0 and 1, its weight too, and it gives 1 000 × weight × value points, rounded
to the nearest whole point (half to even). Points are whole, so that the parts add up, the flow solves exactly
what is shown, and the same facts give the same score on every machine. `visit_parts` tells one pair's
parts, `pair_points` the sum of many pairs; a test holds the two against each other.
"""

from typing import Final

import numpy as np

from contracts.matchmaker.explanations import PartCode, ScorePart
from contracts.matchmaker.policies import Weights
from services.matchmaker.matching.arrays import Floats, Ints
from services.matchmaker.matching.explaining import words
from services.matchmaker.matching.gates import places_needed
from services.matchmaker.matching.pairs import Pairs, met
from services.matchmaker.matching.tables import Tables

POINTS_PER_WEIGHT: Final = 1000
# PRODUCT, visit offers: an offer not confirmed for six months is stale.
FRESH_DAYS: Final = 180
# The value of the theme part where the class asks for no theme: any slot suits it as well as another.
_ANY_THEME: Final = 0.5
# A mediator's journey counts fully from this straight distance on.
_FAR_MEDIATOR_KM: Final = 100.0


def part(code: PartCode, value: float, weights: Weights) -> ScorePart:
    """Return one part of a score from its value, 0 to 1 (-1 to 0 for what takes points away)."""
    weight = float(getattr(weights, code.value))
    points = points_of(weight, value)
    return ScorePart(code=code, weight=weight, value=value, points=points, words=words.PARTS[code])


def points_of(weight: float, value: float) -> int:
    """Return the whole points of a value, the same as `_points` gives for an array."""
    return round(POINTS_PER_WEIGHT * weight * value)


def visit_parts(tables: Tables, pairs: Pairs, row: int, weights: Weights) -> tuple[ScorePart, ...]:
    """Return the parts of one of the pairs, without what depends on other pairs; parts worth nothing are left out."""
    values = _values(tables, pairs.take(np.array([row])))
    return tuple(part(code, float(value[0]), weights) for code, value in values.items() if value[0])


def pair_points(tables: Tables, pairs: Pairs, weights: Weights) -> Ints:
    """Return the points of P pairs, (P,): for each the sum of its `visit_parts`."""
    return array_points(_values(tables, pairs), weights)


def points_of_pairs(tables: Tables, c: Ints, s: Ints, weights: Weights) -> Ints:
    """Return the points of the pairs of wish rows `c` and opening rows `s`, (P,), without what staying adds."""
    return pair_points(tables, met(tables, c, s, np.zeros(c.size, np.bool_)), weights)


def array_points(values: dict[PartCode, Floats], weights: Weights) -> Ints:
    """Return the sums of the points of many parts' values, each (P,)."""
    total: Ints = np.sum(
        [_points(float(getattr(weights, code.value)), value) for code, value in values.items()], axis=0
    )
    return total


def mediator_value(distance_km: float) -> float:
    """Return the value, -1 to 0, of a mediator's journey over a straight distance."""
    return -min(distance_km / _FAR_MEDIATOR_KM, 1.0)


def mediator_points(distance_km: Floats, weights: Weights) -> Ints:
    """Return the points, at most 0, of mediators' journeys over straight distances."""
    return _points(weights.mediator_distance, -np.minimum(distance_km / _FAR_MEDIATOR_KM, 1.0))


def _points(weight: float, value: Floats) -> Ints:
    return np.rint(POINTS_PER_WEIGHT * weight * value).astype(np.int64)


def _values(tables: Tables, pairs: Pairs) -> dict[PartCode, Floats]:
    wishes, openings, c, s = tables.wishes, tables.openings, pairs.c, pairs.s
    asked, given = wishes.themes[c], openings.themes[s]
    share = np.bitwise_count(asked & given) / np.minimum(np.bitwise_count(asked), np.bitwise_count(given))
    age_days = tables.today.toordinal() - openings.confirmed_day[s]
    # Where places are pooled, a class is measured by the largest that may come.
    groups = np.where(openings.pooled[s], 1, places_needed(tables, c, s))
    # Who travels nowhere may have allowed no minute at all.
    longest = np.maximum(wishes.max_travel_minutes[c], 1)
    return {
        PartCode.THEME: np.where(wishes.asks_themes[c], share, _ANY_THEME),
        PartCode.TRAVEL: np.where(pairs.on_site, 1 - pairs.minutes / longest, 1.0),
        PartCode.FILL: wishes.pupils[c] / (openings.pupils_per_group[s] * groups),
        PartCode.ROLE_MODEL: (wishes.wants_role_model[c] & openings.role_model[s]).astype(np.float64),
        PartCode.FRESHNESS: 1 - np.clip(age_days, 0, FRESH_DAYS) / FRESH_DAYS,
        PartCode.UNDER_REACHED: wishes.under_reached[c].astype(np.float64),
        PartCode.STAY: pairs.stays.astype(np.float64),
    }
