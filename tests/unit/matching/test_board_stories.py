"""Boards through random stories: whatever happens, every constraint holds and every move fits what stood before."""

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.matchmaker.explanations import PartCode
from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.board.board import Board
from services.matchmaker.matching.board.changes import BoardChange, BoardMoves
from services.matchmaker.matching.explaining.explain import explain_visit
from services.matchmaker.matching.explaining.unserved import why_unserved
from services.matchmaker.matching.inputs import Opening, StandingState, VisitFacts
from services.matchmaker.matching.visits import match_visits
from tests.unit.matching.checker import broken_constraints, visits_of
from tests.unit.matching.facts import TODAY, even_dice, mediations, openings, wishes
from tests.unit.matching.world import World

SETTINGS = PolicySettings()
_FROZEN = (StandingState.ACCEPTED, StandingState.BOOKED)


@st.composite
def of_any_kind(draw: st.DrawFn, made: st.SearchStrategy[list[Opening]]) -> list[Opening]:
    """Openings of whole groups, of pooled places, of groups that a class may take two of; with places kept or not."""
    dice = even_dice(draw)
    kinds: list[dict[str, Any]] = [{}, {"pooled": True, "pupils_free": 60, "groups_free": 1}, {"splitting": True}]
    return [
        msgspec.structs.replace(opening, **dice.choice(kinds), reserved=dice.choice([0, 0, 1]))
        for opening in draw(made)
    ]


@st.composite
def regions(draw: st.DrawFn) -> VisitFacts:
    """A small region with nothing proposed."""
    return VisitFacts(
        wishes=tuple(draw(wishes())),
        openings=tuple(draw(of_any_kind(openings()))),
        mediations=tuple(draw(mediations())),
        standing=(),
        today=TODAY,
    )


def happens(data: st.DataObject, world: World) -> BoardChange | None:
    """One event of those that can happen now, all as likely as each other; None where none can."""
    dice = even_dice(data.draw)
    proposed = world.in_state(StandingState.PROPOSED)
    events: list[tuple[Any, Sequence[Any]]] = [
        (world.put_wish, data.draw(wishes(most=6))),
        (world.put_opening, data.draw(of_any_kind(openings(most=6)))),
        (world.put_mediation, data.draw(mediations(most=4))),
        (world.withdraw_wish, sorted(world.wishes)),
        (world.close_slot, sorted(world.openings)),
        (world.withdraw_mediation, sorted(world.mediations)),
        (world.decline, proposed),
        # Nobody can accept a slot that is closed, though its proposal waits until the board is told.
        (world.accept, [pair for pair in proposed if pair[1] in world.openings]),
        (world.book, world.in_state(StandingState.ACCEPTED)),
        (world.cancel, world.in_state(*_FROZEN)),
    ]
    possible = [(event, things) for event, things in events if things]
    if not possible:
        return None
    event, things = dice.choice(possible)
    return event(dice.choice(things))


def begun(facts: VisitFacts) -> tuple[World, Board]:
    """A world whose proposals are those of a match of the whole, and its board."""
    world = World(facts)
    world.apply(BoardMoves(made=match_visits(facts, SETTINGS).matches))
    return world, Board(world.facts, SETTINGS)


@settings(max_examples=150)
@given(st.data(), regions(), st.integers(1, 8))
def test_every_constraint_holds_whatever_happens(data: st.DataObject, facts: VisitFacts, events: int) -> None:
    """After each event the proposals break nothing, accepted visits stand, and the board shows what is proposed."""
    world, board = begun(facts)

    for _ in range(events):
        change = happens(data, world)
        if change is None:
            continue
        frozen = world.in_state(*_FROZEN)
        moves = board.change(change)
        world.apply(moves)

        assert broken_constraints(world.facts, world.proposed) == []
        assert world.in_state(*_FROZEN) == frozen
        assert sorted(visits_of(board.plan.matches)) == sorted(world.proposed)
        for match in moves.made:
            assert explain_visit(board.plan, match).points == match.points
        for wish_id in board.plan.unserved:
            assert why_unserved(board.plan, wish_id).openings == len(world.openings)


@settings(max_examples=80)
@given(st.data(), regions(), st.integers(1, 6))
def test_no_board_is_better_than_the_bound_and_the_same_story_ends_the_same(
    data: st.DataObject, facts: VisitFacts, events: int
) -> None:
    """What stands is worth no more than a fresh match's bound; a second board that is told the same moves the same."""
    world, board = begun(facts)
    _, second = begun(facts)

    for _ in range(events):
        change = happens(data, world)
        if change is None:
            continue
        moves = board.change(change)
        world.apply(moves)

        assert second.change(change) == moves

    kept = tuple(stands for stands in world.facts.standing if stands.state is not StandingState.PROPOSED)
    fresh = match_visits(msgspec.structs.replace(world.facts, standing=kept), SETTINGS)
    worth = sum(part.points for match in board.plan.matches for part in match.parts if part.code is not PartCode.STAY)
    assert worth <= fresh.bound
    assert sorted(visits_of(Board(world.facts, SETTINGS).plan.matches)) == sorted(world.proposed)


@settings(max_examples=80)
@given(st.data(), regions(), st.integers(2, 6))
def test_many_events_are_one_change(data: st.DataObject, facts: VisitFacts, events: int) -> None:
    """Events that are told together are taken together: the last word on each thing counts."""
    world, board = begun(facts)

    told = [change for _ in range(events) if (change := happens(data, world)) is not None]
    moves = board.change(together(told, world))
    world.apply(moves)

    assert broken_constraints(world.facts, world.proposed) == []
    assert sorted(visits_of(board.plan.matches)) == sorted(world.proposed)


def together(changes: list[BoardChange], world: World) -> BoardChange:
    """The changes as one, with what is true at the end."""
    wish_ids = {wish.id for change in changes for wish in change.wishes}
    wish_ids |= {wish_id for change in changes for wish_id in (*change.standing, *change.gone_wishes)}
    slot_ids = {opening.slot_id for change in changes for opening in change.openings}
    slot_ids |= {slot_id for change in changes for slot_id in change.gone_openings}
    mediation_ids = {capacity.id for change in changes for capacity in change.mediations}
    mediation_ids |= {mediation_id for change in changes for mediation_id in change.gone_mediations}
    touched = {wish_id for change in changes for wish_id in (*change.standing, *change.gone_wishes)}
    return BoardChange(
        wishes=tuple(world.wishes[each] for each in sorted(wish_ids) if each in world.wishes),
        gone_wishes=tuple(each for each in sorted(wish_ids) if each not in world.wishes),
        openings=tuple(world.openings[each] for each in sorted(slot_ids) if each in world.openings),
        gone_openings=tuple(each for each in sorted(slot_ids) if each not in world.openings),
        mediations=tuple(world.mediations[each] for each in sorted(mediation_ids) if each in world.mediations),
        gone_mediations=tuple(each for each in sorted(mediation_ids) if each not in world.mediations),
        standing={
            wish_id: tuple(stands for pair, stands in sorted(world.standing.items()) if pair[0] == wish_id)
            for wish_id in sorted(touched)
        },
    )
