"""One region in memory, matched again around whatever happens: what changes is only what must, and at once.

A board is made from the facts of a region and what is proposed there; after that it is told what events make true and
says what to move. It is the memory of one replica and may be thrown away at any time: made anew from the same facts it
stands where it stood. The same board and the same changes give the same moves.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.board.changes import BoardChange, BoardMoves, Withdrawal
from services.matchmaker.matching.board.choice import NOBODY
from services.matchmaker.matching.board.intake import Proposed, TakenIn, begin, take_in
from services.matchmaker.matching.board.neighbourhood import neighbourhood
from services.matchmaker.matching.board.position import Position
from services.matchmaker.matching.board.prices import price_all
from services.matchmaker.matching.board.problem import Part, part_of
from services.matchmaker.matching.board.view import BoardView
from services.matchmaker.matching.cells import Cell
from services.matchmaker.matching.inputs import StandingState, VisitFacts
from services.matchmaker.matching.solver import solve
from services.matchmaker.matching.solving.effort import QUICK
from services.matchmaker.matching.visits import VisitMatch, VisitPlan, match_of

# With so many classes and slots to look at, and half the region's, the whole region is matched as quickly.
_MANY = 200


class Board:
    """Owns one region between two matches of the whole."""

    def __init__(
        self,
        facts: VisitFacts,
        settings: PolicySettings,
        proposed: Iterable[Proposed] | None = None,
        cell_prices: Mapping[Cell, float] | None = None,
    ) -> None:
        """Begin with these facts and these proposals, those of `facts.standing` where none are given.

        `cell_prices` are what one class more is worth in cells whose floor decided the last match of the whole region,
        in points: with them the floors are kept up.
        """
        self._at = Position(facts, settings, cell_prices or {})
        # Proposals that were no longer possible when the board was made: the first change takes them back.
        self._impossible = begin(self._at, _standing(facts) if proposed is None else proposed)
        price_all(self._at)
        self._view = BoardView(self._at)
        self._plan: VisitPlan | None = None

    @property
    def plan(self) -> VisitPlan:
        """The region as it stands, for `explain_visit` and `why_unserved`; good until the next change."""
        if self._plan is None:
            self._plan = self._view.plan()
        return self._plan

    def change(self, change: BoardChange) -> BoardMoves:
        """Take in what is now true, match again around it, and say what to move.

        The board counts the moves as made: what is not written in the end is told by the next change's `standing`.
        """
        self._plan = None
        taken_in = take_in(self._at, change)
        seeds = taken_in.seeds
        if len(seeds.classes) + len(seeds.slots) > max(_MANY, (len(self._at.wanted) + len(self._at.places)) // 2):
            return BoardMoves(needs_global=True)
        around = neighbourhood(self._at, seeds)
        if not around.pairs:
            return BoardMoves(withdrawn=self._dropped(taken_in), looked_at=len(around.classes))
        return self._move(part_of(self._at, around), taken_in)

    def learn(self, change: BoardChange) -> tuple[UUID, ...]:
        """Take in what another board has matched already, and move nothing.

        Give the classes whose proposals are no longer possible: they are to be matched again.
        """
        self._plan = None
        return tuple(sorted({wish_id for wish_id, _ in take_in(self._at, change).dropped}))

    def _move(self, part: Part, taken_in: TakenIn) -> BoardMoves:
        """Match the part again; give what differs from before."""
        choice = self._at.choice
        solution = solve(part.problem, QUICK)
        before = {(c, s): mediator for c in part.classes for s, mediator in choice.of_class[c].items()}
        after: dict[tuple[int, int], int] = {}
        row_of: dict[tuple[int, int], tuple[int, int]] = {}
        pairs = part.candidates.pairs
        for row, mediator in zip(solution.pairs.tolist(), solution.mediator.tolist(), strict=True):
            pair = part.classes[pairs.c[row]], part.slots[pairs.s[row]]
            after[pair] = part.mediators[mediator] if mediator != NOBODY else NOBODY
            row_of[pair] = row, mediator
        for c, s in before:
            choice.remove(c, s)
        for (c, s), mediator in after.items():
            choice.add(c, s, mediator)
        changed = before.keys() ^ after.keys()
        self._at.take_asks(sorted({c for c, _ in changed}))
        self._at.reprice(sorted({s for _, s in changed}))
        withdrawn = sorted(before.keys() - after.keys())
        return BoardMoves(
            made=self._matches(part, [(pair, *row_of[pair]) for pair in sorted(after.keys() - before.keys())]),
            withdrawn=(*self._dropped(taken_in), *(self._withdrawal(pair, before, taken_in) for pair in withdrawn)),
            mediators=self._matches(
                part, [(pair, *row_of[pair]) for pair in sorted(after) if before.get(pair, after[pair]) != after[pair]]
            ),
            moved=sum(c not in taken_in.classes and s not in taken_in.slots for c, s in withdrawn),
            looked_at=len(part.classes),
        )

    def _matches(self, part: Part, found: list[tuple[tuple[int, int], int, int]]) -> tuple[VisitMatch, ...]:
        day, of_class = self._at.rows.openings.day, self._at.choice.of_class
        return tuple(
            match_of(
                part.tables,
                part.candidates,
                row,
                mediator,
                self._at.settings.weights,
                is_first=all(day[s] <= day[other] for other in of_class[c]),
            )
            for (c, s), row, mediator in found
        )

    def _dropped(self, taken_in: TakenIn) -> tuple[Withdrawal, ...]:
        ids = dict.fromkeys((*self._impossible, *taken_in.dropped))
        self._impossible = ()
        return tuple(Withdrawal(wish_id, slot_id, "slot_unavailable") for wish_id, slot_id in ids)

    def _withdrawal(
        self, pair: tuple[int, int], before: Mapping[tuple[int, int], int], taken_in: TakenIn
    ) -> Withdrawal:
        c, s = pair
        rows = self._at.rows
        impossible = s in taken_in.cut or before[pair] in taken_in.gone
        return Withdrawal(
            rows.wishes.wishes[c].id,
            rows.openings.openings[s].slot_id,
            "slot_unavailable" if impossible else "better_match",
        )


def _standing(facts: VisitFacts) -> list[Proposed]:
    return [
        (stands.wish_id, stands.slot_id, stands.mediation_id)
        for stands in facts.standing
        if stands.state is StandingState.PROPOSED
    ]
