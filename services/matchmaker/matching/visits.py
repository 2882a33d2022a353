"""Visits: which class is proposed which slot, with which mediator, so that the whole is worth most.

`match_visits` matches the facts of a region in one piece; `shards.py` puts a region together from its shards, and
`board/` follows events. A plan keeps what an explanation needs, so that only new proposals are explained.
"""

from datetime import date
from math import ceil
from typing import Final
from uuid import UUID

import msgspec
import numpy as np

from contracts.matchmaker.equity import EquityTable
from contracts.matchmaker.explanations import PartCode, ScorePart
from contracts.matchmaker.policies import PolicySettings, Weights
from contracts.reference.travel import straight_km
from contracts.vocabulary import VisitFormat
from services.matchmaker.matching.arrays import Bools, Ints, ints
from services.matchmaker.matching.candidates import Candidates, find_candidates
from services.matchmaker.matching.cells import Cell
from services.matchmaker.matching.equity import CellCounts, count_cells, equity_table, floors_of
from services.matchmaker.matching.inputs import Opening, VisitFacts, Wish
from services.matchmaker.matching.problem import Prices, Problem, Solution
from services.matchmaker.matching.score import POINTS_PER_WEIGHT, mediator_value, part, visit_parts
from services.matchmaker.matching.solver import solve
from services.matchmaker.matching.solving.residual import Residual
from services.matchmaker.matching.standing import settle
from services.matchmaker.matching.tables import Tables, build_tables
from services.matchmaker.matching.visit_problem import visit_problem

# Sums of floats that stand for a whole number of points miss it by less than this.
_ROUNDING: Final = 1e-3
# What a pair is worth by itself; the other parts are bonuses of equity, constancy and first visits.
_QUALITIES: Final = (PartCode.THEME, PartCode.TRAVEL, PartCode.FILL, PartCode.ROLE_MODEL, PartCode.FRESHNESS)


class VisitMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A class and a slot that are to be proposed to each other.

    `points` is the sum of `parts`. `quality` is the share, 0 to 1, of what a perfect pair would have before
    bonuses. `travel_minutes` is one way by coach, 0 where nobody travels. `stays`: it was already proposed.
    """

    wish_id: UUID
    wish_version: int
    slot_id: UUID
    offer_id: UUID
    company_id: UUID
    day: date
    format: VisitFormat
    travel_minutes: int
    mediation_id: UUID | None
    association_id: UUID | None
    points: int
    quality: float
    parts: tuple[ScorePart, ...]
    stays: bool


class VisitPlan(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The matches, sorted by wish id and day, what they are worth in points, and what no other choice could exceed.

    `rows` is the candidate behind each match, `chosen` marks them among the candidates. `wish_rows` and
    `slot_rows` find the row of an id. `prices` are those that prove the bound, in points, but for `price_slack`;
    `cells` are the rows of its cell prices. `limited`: the time was over before the search was.
    """

    matches: tuple[VisitMatch, ...]
    value: int
    bound: int
    weights: Weights
    tables: Tables
    candidates: Candidates
    rows: tuple[int, ...]
    chosen: Bools
    wish_rows: dict[UUID, int]
    slot_rows: dict[UUID, int]
    prices: Prices | None = None
    price_slack: float = 0.0
    residual: Residual | None = None
    cells: tuple[Cell, ...] = ()
    equity: EquityTable = EquityTable()
    limited: bool = False

    @property
    def gap(self) -> float:
        """The share of the bound that the value may miss; certified."""
        return (self.bound - self.value) / self.bound if self.bound > self.value else 0.0

    @property
    def unserved(self) -> tuple[UUID, ...]:
        """The wishes that get nothing and hold nothing, for `unserved.why_unserved`."""
        served = {match.wish_id for match in self.matches}
        return tuple(wish.id for wish in self.tables.wishes.wishes if wish.id not in served and not wish.visits_held)


def match_visits(facts: VisitFacts, settings: PolicySettings) -> VisitPlan:
    """Return the best visits to propose; frozen visits keep what they hold and are no part of the answer.

    The same facts, in whatever order, give the same plan. Raises FlowUnsolved where the solver fails.
    """
    asked = ask(facts, settings)
    floors = floors_of(asked.problem, asked.counts, settings)
    return plan_of(asked, floors, solve(with_floors(asked, floors)), settings)


class Asked(msgspec.Struct, frozen=True, eq=False):
    """A match before it is solved: tables, candidates, the problem without floors, the cells and each class's (C,)."""

    tables: Tables
    candidates: Candidates
    problem: Problem
    counts: CellCounts
    cell_of_class: Ints


def ask(facts: VisitFacts, settings: PolicySettings) -> Asked:
    """Return what is to be solved for these facts."""
    settled = settle(facts.wishes, facts.openings, facts.mediations, facts.standing)
    tables = build_tables(settled.wishes, settled.openings, settled.mediations, facts.today)
    candidates = find_candidates(tables, facts.standing, settings.weights)
    counts = count_cells(facts)
    # Who holds a visit is served already, whatever is chosen: only the others count for their cell.
    cell_of_class = ints(-1 if wish.visits_held else counts.rows[wish.id] for wish in tables.wishes.wishes)
    problem = visit_problem(tables, candidates, settings.weights, cell_of_class)
    # A problem knows of its cells by their floors; here they ask for nothing yet.
    problem = msgspec.structs.replace(problem, cell_floor=np.zeros(len(counts.cells), np.int64))
    return Asked(tables, candidates, problem, counts, cell_of_class)


def with_floors(asked: Asked, floors: Ints) -> Problem:
    """Return the problem with what is missing to each cell's floor."""
    return msgspec.structs.replace(asked.problem, cell_floor=np.maximum(floors - asked.counts.held, 0))


def plan_of(asked: Asked, floors: Ints, solution: Solution, settings: PolicySettings) -> VisitPlan:
    """Return the plan that a solution of what was asked makes."""
    tables, candidates, weights, counts = asked.tables, asked.candidates, settings.weights, asked.counts
    chosen = np.zeros(candidates.points.size, np.bool_)
    chosen[solution.pairs] = True
    found = sorted(
        _matches(tables, candidates, solution, weights), key=lambda row_match: (row_match[1].wish_id, row_match[1].day)
    )
    newly = asked.cell_of_class[np.unique(candidates.pairs.c[solution.pairs])]
    served = counts.held + np.bincount(newly[newly >= 0], minlength=len(counts.cells))
    return VisitPlan(
        matches=tuple(match for _, match in found),
        value=round(solution.value),
        bound=ceil(solution.bound + _left_out_gain(asked, solution) - _ROUNDING),
        weights=weights,
        tables=tables,
        candidates=candidates,
        rows=tuple(row for row, _ in found),
        chosen=chosen,
        wish_rows={wish.id: row for row, wish in enumerate(tables.wishes.wishes)},
        slot_rows={opening.slot_id: row for row, opening in enumerate(tables.openings.openings)},
        prices=solution.prices,
        price_slack=solution.price_slack,
        residual=solution.residual,
        cells=counts.cells,
        equity=equity_table(counts, floors, served, solution.deficit, solution.prices.cell),
        limited=solution.limited,
    )


def _left_out_gain(asked: Asked, solution: Solution) -> float:
    """Return by how much a choice with pairs that were not chosen among could exceed the bound, by its prices."""
    left_out, tables, prices = asked.candidates.left_out, asked.tables, solution.prices
    if left_out is None:
        return 0.0
    # Whatever else they would have to pay, for days and mediators, is left out too: the bound holds all the same.
    paid = prices.visit[left_out.c] + prices.place[left_out.s]
    paid += np.where(tables.wishes.under_reached[left_out.c], 0.0, prices.open_place[left_out.s])
    gain = left_out.points - paid
    # Even a pair that gains nothing can be part of a choice that a search to the end did not see.
    most = float(gain.max() if gain.max() < 0 else gain[gain > 0].sum())
    return max(0.0, solution.price_slack + most)


def _matches(
    tables: Tables, candidates: Candidates, solution: Solution, weights: Weights
) -> list[tuple[int, VisitMatch]]:
    """Return the candidate's row and the match of every chosen pair; a class's first day carries its first visit."""
    c, s = candidates.pairs.c[solution.pairs], candidates.pairs.s[solution.pairs]
    order = np.lexsort((tables.openings.day[s], c))
    first_of_class = set(order[np.unique(c[order], return_index=True)[1]].tolist())
    return [
        (row, match_of(tables, candidates, row, mediator, weights, is_first=place in first_of_class))
        for place, (row, mediator) in enumerate(zip(solution.pairs.tolist(), solution.mediator.tolist(), strict=True))
    ]


def match_of(
    tables: Tables, candidates: Candidates, row: int, mediator: int, weights: Weights, *, is_first: bool
) -> VisitMatch:
    """Return the match of a candidate with the mediator of that row, -1 for none; a first one carries the bonus."""
    pairs = candidates.pairs
    c, s = int(pairs.c[row]), int(pairs.s[row])
    wish, opening = tables.wishes.wishes[c], tables.openings.openings[s]
    parts = visit_parts(tables, pairs, row, weights)
    if is_first and not wish.visits_held:
        parts += (part(PartCode.FIRST_VISIT, 1.0, weights),)
    capacity = tables.mediations[mediator] if mediator >= 0 else None
    if capacity is not None:
        distance_km = straight_km(capacity.latitude, capacity.longitude, opening.latitude, opening.longitude)
        parts += (part(PartCode.MEDIATOR_DISTANCE, mediator_value(distance_km), weights),)
    on_site = bool(pairs.on_site[row])
    return VisitMatch(
        wish_id=wish.id,
        wish_version=wish.version,
        slot_id=opening.slot_id,
        offer_id=opening.offer_id,
        company_id=opening.company_id,
        day=opening.day,
        format=VisitFormat.ON_SITE if on_site else _elsewhere(wish, opening),
        travel_minutes=int(pairs.minutes[row]) if on_site else 0,
        mediation_id=capacity.id if capacity is not None else None,
        association_id=capacity.association_id if capacity is not None else None,
        points=sum(found.points for found in parts),
        quality=_quality(wish, parts, weights),
        parts=parts,
        stays=bool(pairs.stays[row]),
    )


def _elsewhere(wish: Wish, opening: Opening) -> VisitFormat:
    """Return how they meet where not at the site: in class rather than remotely."""
    any_format = frozenset(VisitFormat)
    common = (wish.formats or any_format) & (opening.formats or any_format)
    return VisitFormat.IN_CLASS if VisitFormat.IN_CLASS in common else VisitFormat.REMOTE


def _quality(wish: Wish, parts: tuple[ScorePart, ...], weights: Weights) -> float:
    counted = [code for code in _QUALITIES if code is not PartCode.ROLE_MODEL or wish.wants_role_model]
    possible = POINTS_PER_WEIGHT * sum(float(getattr(weights, code.value)) for code in counted)
    reached = sum(found.points for found in parts if found.code in counted)
    return min(1.0, reached / possible) if possible else 0.0
