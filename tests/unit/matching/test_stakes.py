"""What forcing a pair costs, held against a choice in which it is forced; and where a floor of equity decided."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import Wording
from contracts.matchmaker.explanations import AlternativeSide, PartCode, UnderReachedReason
from contracts.matchmaker.policies import CellFloor, PolicySettings
from services.matchmaker.matching.explaining import stake_words
from services.matchmaker.matching.explaining.explain import explain_visit
from services.matchmaker.matching.explaining.why_not import why_not
from services.matchmaker.matching.inputs import Opening, StandingState, Wish
from services.matchmaker.matching.visits import VisitPlan
from tests.unit.matching.facts import a_wish, an_opening, number, similar_openings, similar_wishes, standing
from tests.unit.matching.planning import planned

NO_FLOORS = PolicySettings(floor_share=0.0)
KINDS: list[dict[str, Any]] = [
    {},
    {"groups_free": 2, "reserved": 1},
    {"splitting": True, "pupils_per_group": 20, "groups_free": 3},
    {"pooled": True, "pupils_free": 50},
]


@settings(max_examples=80, deadline=None)
@given(similar_wishes(), similar_openings(), st.lists(st.sampled_from(KINDS), min_size=3, max_size=3))
def test_forcing_a_pair_never_costs_less_than_is_told(
    wish_list: list[Wish], opening_list: list[Opening], kinds: list[dict[str, Any]]
) -> None:
    """Matched again with the pair agreed, all visits are worth less than before by that much at least."""
    wish_list = [msgspec.structs.replace(wish, wants_mediation=False) for wish in wish_list]
    opening_list = [msgspec.structs.replace(one, **kind) for one, kind in zip(opening_list, kinds, strict=False)]
    plan = planned(wish_list, opening_list, settings=NO_FLOORS)

    for wish in wish_list:
        for opening in opening_list:
            cost = why_not(plan, wish.id, opening.slot_id).cost
            if cost is not None:
                assert 0 <= cost.at_least <= plan.value - value_with(wish, opening, wish_list, opening_list) + 1e-6


def value_with(wish: Wish, opening: Opening, wish_list: list[Wish], opening_list: list[Opening]) -> int:
    """What all visits are worth where this one is agreed: the others, and it as the first visit of its class."""
    alone = planned([wish], [opening], settings=NO_FLOORS)
    agreed = standing(wish, opening, StandingState.ACCEPTED)
    return alone.value + planned(wish_list, opening_list, (), [agreed], NO_FLOORS).value


def test_taking_a_place_costs_what_its_class_would_lose() -> None:
    """One slot, two classes of which one is under-reached: just that much; both sides are told the same."""
    plan = planned([a_wish(id=number(1)), a_wish(id=number(2), rural=True)], [an_opening()], settings=NO_FLOORS)

    cost = why_not(plan, number(1), number(1)).cost
    (match,) = plan.matches
    (other,) = explain_visit(plan, match).alternatives

    assert cost is not None
    assert cost.at_least == 250
    assert cost.words == stake_words.cost(cost.at_least)
    assert (other.side, other.cost) == (AlternativeSide.SLOT, cost)


def floored(share: float) -> VisitPlan:
    """One slot, a class of the Haute-Garonne that scores more, and one of the Lozère whose cell is to be served."""
    floor = CellFloor(territory="48", under_reached=False, lowest_rate=share)
    wish_list = [a_wish(id=number(1), rural=True), a_wish(id=number(2), department="48")]
    return planned(wish_list, [an_opening()], settings=PolicySettings(floor_share=0.0, floors=(floor,)))


def test_where_a_floor_decided_the_explanation_says_so() -> None:
    """The class with fewer points is chosen for its territory's sake, and its equity part tells what that was worth."""
    with_floor, without = floored(1.0), floored(0.0)

    (chosen,), (otherwise,) = with_floor.matches, without.matches
    equity = explain_visit(with_floor, chosen).equity

    assert (chosen.wish_id, otherwise.wish_id) == (number(2), number(1))
    assert equity is not None
    assert (equity.points, equity.territory, equity.reasons) == (0, "48", ())
    assert equity.floor_points >= 250
    assert equity.words.en.startswith("Chosen because territory 48 was under its floor")
    assert equity.words.fr.startswith("Choisie parce que le territoire 48 était sous son plancher")
    assert explain_visit(with_floor, chosen).words.fr.endswith(equity.words.fr)
    untouched = explain_visit(without, otherwise).equity
    assert untouched is not None
    assert untouched.floor_points == 0


def test_a_floor_says_nothing_of_a_second_visit() -> None:
    """It counts classes that are served, and this one is already."""
    wish = a_wish(department="48", visits_wanted=2)
    held = an_opening(slot_id=number(9), day=an_opening().day.replace(day=19))
    floor = CellFloor(territory="48", under_reached=False, lowest_rate=1.0)
    plan = planned(
        [wish],
        [an_opening(), held],
        (),
        [standing(wish, held, StandingState.BOOKED)],
        PolicySettings(floors=(floor,)),
    )

    (second,) = plan.matches

    assert PartCode.FIRST_VISIT not in [part.code for part in second.parts]
    assert explain_visit(plan, second).equity is None


def test_places_kept_for_others_are_taken_ones() -> None:
    """Two groups, one of them kept: a second class that is reached well learns that its place is taken."""
    plan = planned([a_wish(id=number(1)), a_wish(id=number(2))], [an_opening(groups_free=2, reserved=1)])

    (match,) = plan.matches
    left = number(1) if match.wish_id == number(2) else number(2)
    why = why_not(plan, left, number(1))

    assert all(gate.passed for gate in why.gates)
    assert "its places go to classes for which the whole is worth more" in why.words.en


def test_costs_and_worths_read_well() -> None:
    """Nothing, whole points, tenths; both halves of an equity part."""
    both = stake_words.equity(250, (UnderReachedReason.RURAL,), "48", 1.5)

    assert stake_words.cost(0).fr == "La proposer à la place ne coûterait peut-être rien aux autres visites."
    assert stake_words.cost(250).en == "Proposing it instead would cost all visits together at least 250\u00a0points."
    assert stake_words.tenths(1) == Wording("1\u00a0point", "1\u00a0point")
    assert stake_words.tenths(12.5) == Wording("12.5\u00a0points", "12,5\u00a0points")
    assert both.en == (
        "Of these, 250\u00a0points because too few visits reach this class (rural area). Chosen because territory 48"
        " was under its floor, for which a class served is worth 1.5\u00a0points more."
    )
