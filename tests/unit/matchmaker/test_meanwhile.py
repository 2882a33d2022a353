"""What changed while a run solved: what of its moves can still be made, and which classes are left for the next."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from contracts.matchmaker.proposals import VisitProposal
from services.matchmaker.matching.inputs import Standing, StandingState, VisitFacts
from services.matchmaker.matching.visits import VisitMatch
from services.matchmaker.runs.meanwhile import MovedOn, moved_on, possible
from services.matchmaker.runs.visit_changes import Moves
from tests.unit.matching.facts import a_mediation, a_wish, an_opening

DAY = date(2026, 3, 3)
NOTHING = VisitFacts(wishes=(), openings=(), mediations=(), standing=(), today=DAY)


def one(number: int) -> UUID:
    return UUID(int=number)


def ids(*numbers: int) -> frozenset[UUID]:
    return frozenset(map(one, numbers))


def match(wish: int, slot: int, mediation: int = 0) -> VisitMatch:
    """A new pair; what else a match says does not matter here."""
    told: dict[str, Any] = dict.fromkeys(VisitMatch.__struct_fields__)
    told |= {"wish_id": one(wish), "slot_id": one(slot), "mediation_id": one(mediation) if mediation else None}
    return VisitMatch(**told)


def proposal(wish: int, slot: int) -> VisitProposal:
    """A proposal that waits."""
    told: dict[str, Any] = dict.fromkeys(VisitProposal.__struct_fields__)
    return VisitProposal(**(told | {"class_request_id": one(wish), "slot_id": one(slot)}))


def stands(wish: int, slot: int, mediation: int = 0) -> Standing:
    """The same as matching is told of it."""
    return Standing(
        wish_id=one(wish),
        slot_id=one(slot),
        day=DAY,
        state=StandingState.PROPOSED,
        mediation_id=one(mediation) if mediation else None,
    )


def test_nothing_moved_on_where_nothing_changed():
    """The same facts, in another order."""
    facts = msgspec.structs.replace(
        NOTHING,
        wishes=(a_wish(id=one(1)), a_wish(id=one(2))),
        openings=(an_opening(slot_id=one(11)),),
        standing=(stands(1, 11), stands(2, 12)),
    )
    turned = msgspec.structs.replace(facts, wishes=facts.wishes[::-1], standing=facts.standing[::-1])

    assert moved_on(facts, turned) == MovedOn()


def test_what_changed_came_or_went_has_moved_on():
    """Each kind by itself, and all that a proposal that came or went stands between."""
    wish, opening, mediation = a_wish(id=one(1)), an_opening(slot_id=one(11)), a_mediation(id=one(21))
    then = msgspec.structs.replace(NOTHING, wishes=(wish,), openings=(opening,), mediations=(mediation,))
    now = msgspec.structs.replace(
        NOTHING,
        wishes=(msgspec.structs.replace(wish, pupils=wish.pupils + 1), a_wish(id=one(2))),
        mediations=(msgspec.structs.replace(mediation, interventions_left=0),),
        standing=(stands(3, 13, 23), stands(4, 14)),
    )

    assert moved_on(then, now) == MovedOn(wishes=ids(1, 2, 3, 4), slots=ids(11, 13, 14), mediations=ids(21, 23))


def test_moves_that_touch_nothing_that_moved_on_are_made():
    """However much changed elsewhere."""
    moves = Moves(made=(match(1, 11),), withdrawn=((proposal(2, 12), "better_match"),), mediators=())

    left = possible(moves, MovedOn(wishes=ids(9), slots=ids(19)), (stands(2, 12),))

    assert (left.moves, left.left_out) == (moves, frozenset())


def test_a_class_that_moved_on_keeps_what_it_has():
    """It is left out of all that the run would have changed of it."""
    moves = Moves(made=(match(1, 11),), withdrawn=((proposal(1, 12), "better_match"),))

    left = possible(moves, MovedOn(wishes=ids(1)), (stands(1, 12),))

    assert (left.moves, left.left_out) == (Moves(), ids(1))


def test_a_place_that_is_not_given_up_is_not_given_away():
    """Class 1 cannot go to slot 11, so it keeps 12, so class 2 keeps 13, so class 3 gets nothing; class 4 is free."""
    moves = Moves(
        made=(match(1, 11), match(2, 12), match(3, 13), match(4, 14)),
        withdrawn=((proposal(1, 12), "better_match"), (proposal(2, 13), "better_match")),
    )

    left = possible(moves, MovedOn(slots=ids(11)), (stands(1, 12), stands(2, 13)))

    assert (left.moves, left.left_out) == (Moves(made=(match(4, 14),)), ids(1, 2, 3))


def test_a_mediator_that_moved_on_is_not_given():
    """Nor the one that whoever wanted it keeps for want of it."""
    change = (proposal(1, 11), match(1, 11, 21))
    moves = Moves(made=(match(2, 12, 22), match(3, 13, 23)), mediators=(change,))

    left = possible(moves, MovedOn(mediations=ids(21)), (stands(1, 11, 22),))

    assert (left.moves, left.left_out) == (Moves(made=(match(3, 13, 23),)), ids(1, 2))
