"""Which policies are refused, what becomes of one that is not, and who sees what of it."""

from datetime import timedelta

import pytest
from msgspec.structs import fields, replace

from contracts.errors import Invalid
from contracts.matchmaker.explanations import UnderReachedReason
from contracts.matchmaker.policies import CellFloor, NewPolicy, Policy, PolicySettings, Weights
from contracts.vocabulary import Role
from services.matchmaker.policy.rules import (
    PARTNERSHIP_WEIGHTS,
    VISIT_WEIGHTS,
    change_policy,
    check_settings,
    shown_to,
)
from tests.unit.matchmaker.given import NOW, a_caller, an_id

COORDINATOR = a_caller(Role.COORDINATOR)
KNOWN = Policy(id=an_id(1), version=3, settings=PolicySettings(), changed_by="key-1", changed_at=NOW)
LATER = NOW + timedelta(days=1)
NOTHING = Weights(**dict.fromkeys((field.name for field in fields(Weights)), 0.0))


def a_floor(territory="48", lowest_rate=0.5, *, under_reached=True):
    return CellFloor(territory=territory, under_reached=under_reached, lowest_rate=lowest_rate)


def faults(**settings) -> dict[str, tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        check_settings(PolicySettings(**settings))
    return {each.field: (each.message.en, each.message.fr) for each in refused.value.fields}


def test_a_change_is_the_next_version():
    """With who made it, when and why; the thing stays the same one."""
    settings = PolicySettings(floor_share=0.95)

    changed = change_policy(KNOWN, NewPolicy(settings=settings, reason=" Lozère first "), COORDINATOR, LATER)

    assert changed == Policy(
        id=KNOWN.id, version=4, settings=settings, reason="Lozère first", changed_by="test", changed_at=LATER
    )


def test_a_change_that_changes_nothing_is_none():
    """Whatever its reason."""
    new = NewPolicy(settings=PolicySettings(), reason="because")

    assert change_policy(KNOWN, new, COORDINATOR, LATER) is KNOWN


def test_a_reason_holds_words():
    """And all that is wrong is told at once."""
    new = NewPolicy(settings=PolicySettings(floors=(a_floor("75"),)), reason="   ")

    with pytest.raises(Invalid) as refused:
        change_policy(KNOWN, new, COORDINATOR, LATER)

    assert [each.field for each in refused.value.fields] == ["settings.floors[0].territory", "reason"]


def test_which_key_made_a_version_is_for_the_region_to_know():
    """What was decided, and why, is public."""
    assert shown_to(KNOWN, COORDINATOR) == KNOWN
    assert shown_to(KNOWN, a_caller(Role.TEACHER, "0310001H")) == replace(KNOWN, changed_by="")


def test_floors_of_several_cells_go_together():
    """Of one department the under-reached and the others; 0 and 1 are rates too. What cannot be reached is no fault."""
    check_settings(
        PolicySettings(
            floors=(a_floor("48", 1.0), a_floor("48", 1.0, under_reached=False), a_floor("09", 0.0)),
            reserved_share=0.5,
        )
    )


def test_a_territory_is_a_department_of_occitanie():
    """The refusal names the value and those to choose from."""
    ((field, (en, fr)),) = faults(floors=(a_floor(), a_floor("9"))).items()

    assert field == "settings.floors[1].territory"
    assert "«9»" in en
    assert "« 9 »" in fr
    assert "09, 11, 12" in en
    assert "09, 11, 12" in fr


def test_a_cell_has_one_floor():
    """Twice the same is repeated, two rates contradict each other; both rates are named."""
    repeated = faults(floors=(a_floor(), a_floor("31"), a_floor()))
    contradictory = faults(floors=(a_floor(lowest_rate=0.5), a_floor(lowest_rate=0.8)))

    ((field, (en, fr)),) = repeated.items()
    assert field == "settings.floors[2]"
    assert "0.5 too" in en
    assert "0.5 aussi" in fr
    ((field, (en, fr)),) = contradictory.items()
    assert field == "settings.floors[1].lowest_rate"
    assert "0.5 already, and now 0.8" in en
    assert "0.5, et maintenant 0.8" in fr


def test_a_third_floor_of_a_cell_is_measured_against_all_before():
    """Whichever came first."""
    found = faults(floors=(a_floor(lowest_rate=0.5), a_floor(lowest_rate=0.8), a_floor(lowest_rate=0.8)))

    assert list(found) == ["settings.floors[1].lowest_rate", "settings.floors[2]"]


def test_a_reason_of_being_under_reached_counts_once():
    """A list with one of them twice was meant otherwise."""
    found = faults(under_reached_by=(UnderReachedReason.RURAL, UnderReachedReason.RURAL))

    assert "rural" in found["settings.under_reached_by"][0]


@pytest.mark.parametrize("name", VISIT_WEIGHTS)
def test_one_weight_that_counts_for_every_class_is_enough(name):
    """Whichever; without any, most visits would be worth nothing."""
    rest = replace(NOTHING, level=0.1)

    check_settings(PolicySettings(weights=replace(rest, **{name: 0.1})))

    (en, fr) = faults(weights=replace(rest, under_reached=1.0, stay=1.0, role_model=1.0))["settings.weights"]
    assert "any visit" in en
    assert "chaque visite" in fr
    assert name in en


@pytest.mark.parametrize("name", PARTNERSHIP_WEIGHTS)
def test_one_weight_that_counts_for_every_partnership_is_enough(name):
    """Whichever; the theme counts for both."""
    rest = replace(NOTHING, travel=0.1)

    check_settings(PolicySettings(weights=replace(rest, **{name: 0.1})))

    (en, _) = faults(weights=replace(rest, job_needs=1.0))["settings.weights"]
    assert "any partnership" in en
    assert name in en
