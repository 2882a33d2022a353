"""Partnerships: which company is proposed which association, under what both sides can take.

The same flow as for visits solves it: companies are classes, associations slots, and a first partner is worth more
than a further one on both sides. Pairs that are open, agreed or declined lately are never proposed again. Who leaves
proposals unanswered is proposed less, and nobody too much in a week or a month: capacities too, so that the optimum
stays exact (`rules.py`).
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

import msgspec
import numpy as np

from contracts.matchmaker.explanations import PartCode, ScorePart
from contracts.matchmaker.policies import Weights
from contracts.vocabulary import Level, Theme
from services.matchmaker.matching.arrays import Bools, Ints, floats, ints
from services.matchmaker.matching.inputs import AssociationProfile, CompanyProfile, PairState, PastPair
from services.matchmaker.matching.partners.pairs import (
    PartnerPairs,
    best_capacity,
    fitting_pairs,
    nearest_site,
    pair_parts,
)
from services.matchmaker.matching.partners.rules import MONTHLY_CONTACTS, Room, room_of
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.score import POINTS_PER_WEIGHT, part, points_of
from services.matchmaker.matching.solver import solve

_QUALITIES: Final = (
    PartCode.THEME,
    PartCode.LEVEL,
    PartCode.CLOSENESS,
    PartCode.MEDIATION_NEED,
    PartCode.JOB_NEEDS,
    PartCode.AVAILABILITY,
    PartCode.ANSWERS,
)


class PartnershipMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A company and an association that are to be proposed to each other.

    `mediation_id` is the capacity by which they fit. `points` is the sum of `parts`; `quality` the share, 0 to 1, of
    what a perfect pair would have before bonuses; `distance_km` straight, to the nearest site that it comes to.
    """

    company_id: UUID
    association_id: UUID
    mediation_id: UUID
    themes: tuple[Theme, ...]
    levels: tuple[Level, ...]
    distance_km: float
    points: int
    quality: float
    parts: tuple[ScorePart, ...]


class Sides(msgspec.Struct, frozen=True, eq=False):
    """Companies and associations sorted by id, the pairs that must not be proposed again, and everybody's room.

    `company_row` and `association_row` say where an id stands.
    """

    companies: tuple[CompanyProfile, ...]
    associations: tuple[AssociationProfile, ...]
    company_row: dict[UUID, int]
    association_row: dict[UUID, int]
    resting: dict[tuple[UUID, UUID], PastPair]
    rooms: dict[UUID, Room]

    @property
    def with_partner(self) -> frozenset[UUID]:
        """The companies and associations that have a partner, or an open proposal of one."""
        paired = (pair for pair in self.resting.values() if pair.state is not PairState.DECLINED)
        return frozenset(
            [
                *(one.company_id for one in self.companies if one.has_partner),
                *(one.association_id for one in self.associations if one.has_partner),
                *(someone for pair in paired for someone in (pair.company_id, pair.association_id)),
            ]
        )


class PartnershipPlan(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The matches, sorted by company and association id, their worth in points, and what an explanation needs."""

    matches: tuple[PartnershipMatch, ...]
    value: int
    bound: int
    weights: Weights
    today: date
    sides: Sides
    pairs: PartnerPairs
    chosen: Bools


def match_partnerships(
    companies: Iterable[CompanyProfile],
    associations: Iterable[AssociationProfile],
    past: Iterable[PastPair],
    weights: Weights,
    today: date,
    *,
    monthly_contacts: int = MONTHLY_CONTACTS,
) -> PartnershipPlan:
    """Return the best partnerships to propose beside those that are open or agreed.

    Nobody gets more than `monthly_contacts` new proposals in 30 days. The same facts, in whatever order, give the same
    plan. Raises FlowUnsolved where the solver fails.
    """
    # A company without a site is nowhere, and cannot be near anybody.
    placed = tuple(sorted((one for one in companies if one.sites), key=lambda one: one.company_id))
    sorted_associations = tuple(sorted(associations, key=lambda one: one.association_id))
    resting = {(pair.company_id, pair.association_id): pair for pair in past if pair.rests(today)}
    sides = Sides(
        companies=placed,
        associations=sorted_associations,
        company_row={one.company_id: row for row, one in enumerate(placed)},
        association_row={one.association_id: row for row, one in enumerate(sorted_associations)},
        resting=resting,
        rooms=_rooms(placed, sorted_associations, resting.values(), today, monthly_contacts),
    )
    pairs = _not_resting(fitting_pairs(sides.companies, sides.associations, weights, today), sides)
    solution = solve(_problem(sides, pairs, weights))
    chosen = np.zeros(pairs.points.size, np.bool_)
    chosen[solution.pairs] = True
    return PartnershipPlan(
        matches=_matches(sides, pairs, solution.pairs, weights, today),
        value=round(solution.value),
        bound=round(solution.bound),
        weights=weights,
        today=today,
        sides=sides,
        pairs=pairs,
        chosen=chosen,
    )


def _rooms(
    companies: Iterable[CompanyProfile],
    associations: Iterable[AssociationProfile],
    resting: Iterable[PastPair],
    today: date,
    monthly_contacts: int,
) -> dict[UUID, Room]:
    open_pairs = [pair for pair in resting if pair.state is PairState.OPEN]
    held = Counter([pair.company_id for pair in open_pairs] + [pair.association_id for pair in open_pairs])
    sought = [(one.company_id, one.partners_wanted, one.history) for one in companies]
    sought += [(one.association_id, one.partners_possible, one.history) for one in associations]
    return {
        someone: room_of(wanted, held[someone], history, today, monthly_contacts) for someone, wanted, history in sought
    }


def _not_resting(pairs: PartnerPairs, sides: Sides) -> PartnerPairs:
    associations = len(sides.associations)
    codes = ints(
        sides.company_row[company] * associations + sides.association_row[association]
        for company, association in sides.resting
        if company in sides.company_row and association in sides.association_row
    )
    kept = ~np.isin(pairs.company * associations + pairs.association, codes)
    return PartnerPairs(pairs.company[kept], pairs.association[kept], pairs.points[kept])


def _problem(sides: Sides, pairs: PartnerPairs, weights: Weights) -> Problem:
    has_partner = sides.with_partner
    company_bonus = points_of(weights.first_partner_company, 1.0)
    association_bonus = points_of(weights.first_partner_association, 1.0)
    return Problem(
        pair_class=pairs.company,
        pair_slot=pairs.association,
        pair_score=pairs.points.astype(np.float64),
        class_visits=ints(sides.rooms[one.company_id].new for one in sides.companies),
        slot_places=ints(sides.rooms[one.association_id].new for one in sides.associations),
        class_first_bonus=floats(0 if one.company_id in has_partner else company_bonus for one in sides.companies),
        slot_first_bonus=floats(
            0 if one.association_id in has_partner else association_bonus for one in sides.associations
        ),
        step=1.0,
    )


def _matches(
    sides: Sides, pairs: PartnerPairs, chosen: Ints, weights: Weights, today: date
) -> tuple[PartnershipMatch, ...]:
    """Return the matches; of several new partners the one with the most points carries the first partner's bonus."""
    matches: list[PartnershipMatch] = []
    counted = set(sides.with_partner)
    for row in sorted(chosen.tolist(), key=lambda row: (-int(pairs.points[row]), row)):
        company = sides.companies[int(pairs.company[row])]
        association = sides.associations[int(pairs.association[row])]
        parts: tuple[ScorePart, ...] = ()
        if company.company_id not in counted:
            parts += (part(PartCode.FIRST_PARTNER_COMPANY, 1.0, weights),)
        if association.association_id not in counted:
            parts += (part(PartCode.FIRST_PARTNER_ASSOCIATION, 1.0, weights),)
        counted |= {company.company_id, association.association_id}
        matches.append(_match(company, association, parts, weights, today))
    return tuple(sorted(matches, key=lambda match: (match.company_id, match.association_id)))


def _match(
    company: CompanyProfile,
    association: AssociationProfile,
    bonuses: tuple[ScorePart, ...],
    weights: Weights,
    today: date,
) -> PartnershipMatch:
    capacity = best_capacity(company, association, weights, today)
    if capacity is None:
        raise LookupError(f"association {association.association_id} was paired without any capacity")
    qualities = pair_parts(company, association, capacity, weights)
    parts = qualities + bonuses
    possible = POINTS_PER_WEIGHT * sum(float(getattr(weights, code.value)) for code in _QUALITIES)
    return PartnershipMatch(
        company_id=company.company_id,
        association_id=association.association_id,
        mediation_id=capacity.id,
        themes=tuple(theme for theme in Theme if theme in company.themes & capacity.themes),
        levels=tuple(level for level in Level if level in company.levels & capacity.levels),
        distance_km=round(nearest_site(company, capacity)[1], 1),
        points=sum(found.points for found in parts),
        quality=min(1.0, sum(found.points for found in qualities) / possible) if possible else 0.0,
        parts=parts,
    )
