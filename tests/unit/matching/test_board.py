"""A board by example: what an event moves, what it leaves alone, and what it says."""

import msgspec
import numpy as np
from hypothesis import given

from contracts.matchmaker.policies import PolicySettings
from contracts.vocabulary import Level
from services.matchmaker.matching.arrays import ints
from services.matchmaker.matching.board.board import Board
from services.matchmaker.matching.board.changes import BoardChange, BoardMoves
from services.matchmaker.matching.cells import Cell
from services.matchmaker.matching.explaining.explain import explain_visit
from services.matchmaker.matching.inputs import Mediation, Opening, Standing, StandingState, VisitFacts, Wish
from services.matchmaker.matching.masks import LEVELS
from services.matchmaker.matching.mediation import (
    slot_columns,
    suits_class,
    suits_classes,
    suits_slot,
    suits_slots,
)
from tests.unit.matching.checker import broken_constraints
from tests.unit.matching.facts import (
    TODAY,
    VISIT_DAY,
    a_mediation,
    a_wish,
    an_opening,
    mediations,
    number,
    openings,
    standing,
    wishes,
)
from tests.unit.matching.world import World

SETTINGS = PolicySettings()
LATER = VISIT_DAY.replace(day=19)
PROPOSED, ACCEPTED = StandingState.PROPOSED, StandingState.ACCEPTED


def world_of(
    wish_list: list[Wish],
    opening_list: list[Opening],
    stands: list[Standing] | None = None,
    mediation_list: list[Mediation] | None = None,
) -> World:
    """A world of these facts."""
    return World(
        VisitFacts(
            wishes=tuple(wish_list),
            openings=tuple(opening_list),
            mediations=tuple(mediation_list or ()),
            standing=tuple(stands or ()),
            today=TODAY,
        )
    )


def made(moves: BoardMoves) -> list[tuple[int, int]]:
    """The new proposals by the numbers of their ids."""
    return [(match.wish_id.int, match.slot_id.int) for match in moves.made]


def withdrawn(moves: BoardMoves) -> list[tuple[int, int, str]]:
    """The proposals taken back, and why."""
    return [(gone.wish_id.int, gone.slot_id.int, gone.why) for gone in moves.withdrawn]


def test_a_new_slot_goes_to_the_class_that_has_nothing() -> None:
    """Of two classes one has a visit; the new slot is proposed to the other, with its explanation."""
    one, two, slot = a_wish(id=number(1)), a_wish(id=number(2)), an_opening()
    world = world_of([one, two], [slot], [standing(one, slot, PROPOSED)])
    board = Board(world.facts, SETTINGS)

    moves = board.change(world.put_opening(an_opening(slot_id=number(2), day=LATER)))

    assert made(moves) == [(2, 2)]
    assert (moves.withdrawn, moves.moved) == ((), 0)
    assert explain_visit(board.plan, moves.made[0]).points == moves.made[0].points


def test_a_hundred_classes_that_ask_together_are_all_looked_at() -> None:
    """As when a school year's requests are loaded: each has a place, and is proposed it."""
    slots = [an_opening(slot_id=number(one), groups_free=10) for one in range(1, 11)]
    world = world_of([a_wish(id=number(1000))], slots)
    board = Board(world.facts, SETTINGS)

    moves = board.change(BoardChange(wishes=tuple(a_wish(id=number(one)) for one in range(1, 101))))

    assert len(made(moves)) == len({wish for wish, _ in made(moves)}) == 100


def test_a_proposal_with_a_mediator_that_is_new_is_learned_with_it() -> None:
    """Another board was told of the mediator and proposed it: that day it is nobody else's."""
    one, two = (a_wish(id=number(each), wants_mediation=True) for each in (1, 2))
    slot, mediator = an_opening(groups_free=2), a_mediation(interventions_left=2)
    stands = standing(one, slot, PROPOSED, mediator.id)
    board = Board(world_of([one, two], [slot]).facts, SETTINGS)

    given_up = board.learn(BoardChange(mediations=(mediator,), standing={one.id: (stands,)}))
    moves = board.change(BoardChange(wishes=(two,)))

    assert given_up == ()
    assert [match.mediation_id for match in board.plan.matches] == [mediator.id]
    assert (moves.made, moves.mediators) == ((), ())


def test_a_place_is_passed_on() -> None:
    """Only the first class can take the new slot: it does, and leaves its own to the second, which has nothing."""
    one, two = a_wish(id=number(1), level=Level.QUATRIEME), a_wish(id=number(2))
    slot = an_opening()
    world = world_of([one, two], [slot], [standing(one, slot, PROPOSED)])
    board = Board(world.facts, SETTINGS)

    moves = board.change(
        world.put_opening(an_opening(slot_id=number(2), day=LATER, levels=frozenset({Level.QUATRIEME})))
    )

    assert made(moves) == [(1, 2), (2, 1)]
    assert withdrawn(moves) == [(1, 1, "better_match")]
    assert moves.moved == 1


def test_what_is_accepted_never_moves() -> None:
    """The same chain with the first visit accepted: nothing moves, though the second class has nothing."""
    one, two = a_wish(id=number(1), level=Level.QUATRIEME), a_wish(id=number(2))
    slot = an_opening()
    world = world_of([one, two], [slot], [standing(one, slot, ACCEPTED)])
    board = Board(world.facts, SETTINGS)

    moves = board.change(
        world.put_opening(an_opening(slot_id=number(2), day=LATER, levels=frozenset({Level.QUATRIEME})))
    )

    assert (moves.made, moves.withdrawn) == ((), ())


def test_a_refusal_leads_to_the_next_best_for_both() -> None:
    """Who declines is proposed the other slot, and the declined one goes to somebody else."""
    one, two = a_wish(id=number(1)), a_wish(id=number(2))
    slots = [an_opening(slot_id=number(1), role_model=True), an_opening(slot_id=number(2), day=LATER)]
    world = world_of([one, two], slots, [standing(one, slots[0], PROPOSED)])
    board = Board(world.facts, SETTINGS)

    moves = board.change(world.decline((number(1), number(1))))

    assert made(moves) == [(1, 2), (2, 1)]
    assert moves.withdrawn == ()


def test_a_closed_slot_is_withdrawn_and_replaced() -> None:
    """The proposal goes because its slot is gone; the class is proposed another at once."""
    wish, slots = a_wish(), [an_opening(slot_id=number(1)), an_opening(slot_id=number(2), day=LATER)]
    world = world_of([wish], slots, [standing(wish, slots[0], PROPOSED)])
    board = Board(world.facts, SETTINGS)

    moves = board.change(world.close_slot(number(1)))

    assert withdrawn(moves) == [(1, 1, "slot_unavailable")]
    assert made(moves) == [(1, 2)]
    assert moves.moved == 0


def test_a_slot_that_loses_places_keeps_the_best() -> None:
    """Of two proposals one goes, and says that the slot had no place left for it."""
    one, two = a_wish(id=number(1)), a_wish(id=number(2), rural=True)
    slot = an_opening(groups_free=2)
    world = world_of([one, two], [slot], [standing(one, slot, PROPOSED), standing(two, slot, PROPOSED)])
    board = Board(world.facts, SETTINGS)

    moves = board.change(world.put_opening(an_opening(groups_free=1)))

    assert withdrawn(moves) == [(1, 1, "slot_unavailable")]


def test_a_slot_that_keeps_more_places_takes_them_back() -> None:
    """Its only group is kept for under-reached classes by now: the class that is none goes."""
    wish, slot = a_wish(), an_opening()
    world = world_of([wish], [slot], [standing(wish, slot, PROPOSED)])
    board = Board(world.facts, SETTINGS)

    moves = board.change(world.put_opening(an_opening(reserved=1)))

    assert withdrawn(moves) == [(1, 1, "slot_unavailable")]


def test_a_slot_that_moves_to_the_day_of_another_visit_is_left() -> None:
    """A class is proposed two slots, the second of which is now on the day of the first: one of them goes."""
    wish, slots = a_wish(visits_wanted=2), [an_opening(slot_id=number(1)), an_opening(slot_id=number(2), day=LATER)]
    world = world_of([wish], slots, [standing(wish, slot, PROPOSED) for slot in slots])
    board = Board(world.facts, SETTINGS)

    moves = board.change(world.put_opening(an_opening(slot_id=number(2))))
    world.apply(moves)

    assert (len(moves.withdrawn), moves.made) == (1, ())
    assert broken_constraints(world.facts, world.proposed) == []


def test_a_slot_that_needs_no_mediator_any_more_lets_it_go() -> None:
    """The visit stays proposed, without."""
    wish, slot = a_wish(), an_opening(needs_mediation=True)
    stands = [standing(wish, slot, PROPOSED, mediation_id=number(1))]
    world = world_of([wish], [slot], stands, [a_mediation()])
    board = Board(world.facts, SETTINGS)

    moves = board.change(world.put_opening(an_opening()))

    assert [match.mediation_id for match in moves.mediators] == [None]
    assert (moves.made, moves.withdrawn) == ((), ())


def test_a_slot_that_moves_out_of_a_mediators_time_has_another() -> None:
    """The one who comes is there until the old day only."""
    wish, slot = a_wish(), an_opening(needs_mediation=True)
    stands = [standing(wish, slot, PROPOSED, mediation_id=number(1))]
    mediators = [a_mediation(until_date=VISIT_DAY), a_mediation(id=number(2))]
    world = world_of([wish], [slot], stands, mediators)
    board = Board(world.facts, SETTINGS)

    moves = board.change(world.put_opening(an_opening(needs_mediation=True, day=LATER)))

    assert [match.mediation_id for match in moves.mediators] == [number(2)]
    assert (moves.made, moves.withdrawn) == ((), ())


def test_what_ended_with_its_slot_is_not_taken_back_once_more() -> None:
    """The school declined, and the slot closed, before anybody looked: nothing is left to withdraw."""
    wish, slot = a_wish(), an_opening()
    world = world_of([wish], [slot], [standing(wish, slot, PROPOSED)])
    board = Board(world.facts, SETTINGS)
    declined, closed = world.decline((wish.id, slot.slot_id)), world.close_slot(slot.slot_id)

    moves = board.change(msgspec.structs.replace(declined, gone_openings=closed.gone_openings))

    assert (moves.made, moves.withdrawn) == ((), ())


def test_another_mediator_takes_over() -> None:
    """A capacity is withdrawn: the visit stays with another mediator, and goes where there is none."""
    wish, slot = a_wish(wants_mediation=True), an_opening()
    stands = [standing(wish, slot, PROPOSED, mediation_id=number(1))]
    two, one = [a_mediation(id=number(1)), a_mediation(id=number(2))], [a_mediation(id=number(1))]
    with_two, with_one = world_of([wish], [slot], stands, two), world_of([wish], [slot], stands, one)
    boards = Board(with_two.facts, SETTINGS), Board(with_one.facts, SETTINGS)

    replaced = boards[0].change(with_two.withdraw_mediation(number(1)))
    left = boards[1].change(with_one.withdraw_mediation(number(1)))
    back = boards[1].change(with_one.put_mediation(a_mediation(id=number(3))))

    assert [match.mediation_id for match in replaced.mediators] == [number(2)]
    assert replaced.withdrawn == ()
    assert withdrawn(left) == [(1, 1, "slot_unavailable")]
    assert [match.mediation_id for match in back.made] == [number(3)]


def test_a_class_that_had_all_its_visits_comes_back() -> None:
    """A class that the board never saw, because its visit was accepted, is matched again when that falls through."""
    wish, slots = a_wish(), [an_opening(slot_id=number(1)), an_opening(slot_id=number(2), day=LATER)]
    world = world_of([wish], slots, [standing(wish, slots[0], ACCEPTED)])
    board = Board(world.facts, SETTINGS)

    moves = board.change(world.cancel((number(1), number(1))))

    assert len(moves.made) == 1


def test_what_is_impossible_when_the_board_is_made_goes_with_the_first_change() -> None:
    """A proposal of a slot that is gone, found only now."""
    wish, slot = a_wish(), an_opening()
    world = world_of([wish], [], [standing(wish, slot, PROPOSED)])
    board = Board(world.facts, SETTINGS)

    first, second = board.change(BoardChange()), board.change(BoardChange())

    assert withdrawn(first) == [(1, 1, "slot_unavailable")]
    assert second == BoardMoves()


def test_a_floor_is_kept_up() -> None:
    """What a class more is worth in its cell decides: without it the better filled class has the only group."""
    smaller = a_wish(id=number(1), pupils=20, department="82")
    slot = an_opening()
    change = BoardChange(openings=(slot,))
    facts = world_of([smaller, a_wish(id=number(2))], []).facts

    plain = Board(facts, SETTINGS).change(change)
    with_floor = Board(facts, SETTINGS, cell_prices={Cell("82", False): 200.0}).change(change)

    assert made(plain) == [(2, 1)]
    assert made(with_floor) == [(1, 1)]


def test_what_another_board_moved_is_learnt_and_moves_nothing() -> None:
    """A proposal that another replica made is known afterwards; one that cannot stand is named."""
    wish, slot = a_wish(), an_opening()
    world = world_of([wish], [slot])
    board = Board(world.facts, SETTINGS)

    known = board.learn(BoardChange(standing={wish.id: (standing(wish, slot, PROPOSED),)}))
    gone = board.learn(BoardChange(gone_openings=(slot.slot_id,)))

    assert known == ()
    assert gone == (wish.id,)


def test_too_much_at_once_is_left_to_a_match_of_the_whole() -> None:
    """Hundreds of new slots in a small region are not one event."""
    many = tuple(an_opening(slot_id=number(1000 + place)) for place in range(300))

    moves = Board(world_of([a_wish()], []).facts, SETTINGS).change(BoardChange(openings=many))

    assert moves == BoardMoves(needs_global=True)


def test_told_twice_is_told_once() -> None:
    """The same change again moves nothing more."""
    world = world_of([a_wish()], [])
    board = Board(world.facts, SETTINGS)
    change = world.put_opening(an_opening())

    first, again = board.change(change), board.change(change)

    assert made(first) == [(1, 1)]
    assert (again.made, again.withdrawn, again.mediators) == ((), (), ())


@given(wishes(), openings(), mediations())
def test_mediators_suit_the_same_one_by_one_and_in_columns(
    wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation]
) -> None:
    """`suits_slots` and `suits_classes` say what `suits_slot` and `suits_class` say."""
    columns = slot_columns(opening_list)
    level, pupils = ints(LEVELS.index(wish.level) for wish in wish_list), ints(wish.pupils for wish in wish_list)

    for capacity in mediation_list:
        slots = [suits_slot(capacity, opening) for opening in opening_list]
        classes = [suits_class(capacity, wish.level, wish.pupils) for wish in wish_list]
        assert np.array_equal(suits_slots(capacity, columns), np.array(slots, np.bool_))
        assert np.array_equal(suits_classes(capacity, level, pupils), np.array(classes, np.bool_))
