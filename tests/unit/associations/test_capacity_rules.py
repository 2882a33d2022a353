"""When and where mediation can be given, and how a capacity moves."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.associations.capacities import CapacityChange
from contracts.errors import Invalid, NotFound, NotYours, TransitionRefused
from contracts.vocabulary import Level, Theme, VisitFormat, Weekday
from services.associations.capacities.rules import (
    changed_capacity,
    end_of,
    expired_capacity,
    new_capacity,
    refreshed_capacity,
    shown_to,
    withdrawn_capacity,
)
from services.associations.profiles.rules import new_association
from tests.component.associations.given import NOW, TODAY, a_capacity, an_association

ITSELF, REGION, NOBODY = frozenset({"association"}), frozenset({"coordinator"}), frozenset()


def association(state="approved", **given):
    return new_association(an_association(**given), UUID(int=1), state, NOW)


def published(of=None, actors=ITSELF, now=NOW, **given):
    return new_capacity(a_capacity(**given), of or association(), actors, UUID(int=5), now)


def fields_of(error):
    return [fault.field for fault in error.value.fields]


def test_a_capacity_is_given_in_its_associations_departments():
    """Unless it says otherwise; name, place and the mark of what is invented are the association's."""
    of = association(fictional=True)

    capacity = published(of, title=" Ateliers ")

    assert (capacity.departments, capacity.radius_km) == (("31", "81"), None)
    assert (capacity.association_id, capacity.association_name, capacity.place) == (of.id, of.name, of.place)
    assert (capacity.state, capacity.title, capacity.fictional) == ("published", "Ateliers", True)


@pytest.mark.parametrize(
    ("territory", "departments", "radius_km"),
    [({"departments": ("65",)}, ("65",), None), ({"radius_km": 40.0}, (), 40.0)],
)
def test_a_capacity_may_have_a_territory_of_its_own(territory, departments, radius_km):
    """Departments, or a radius around the seat."""
    capacity = published(**territory)

    assert (capacity.departments, capacity.radius_km) == (departments, radius_km)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"title": " "}, ["title"]),
        ({"themes": (Theme.ENERGY, Theme.ENERGY)}, ["themes"]),
        ({"levels": (Level.CM1, Level.CM1)}, ["levels"]),
        ({"weekdays": (Weekday.MONDAY, Weekday.MONDAY)}, ["weekdays"]),
        ({"formats": (VisitFormat.REMOTE, VisitFormat.REMOTE)}, ["formats"]),
        ({"until_date": TODAY - timedelta(days=1)}, ["until_date"]),
        ({"from_date": TODAY - timedelta(days=9), "until_date": TODAY - timedelta(days=1)}, ["until_date"]),
        ({"departments": ("31",), "radius_km": 10.0}, ["radius_km"]),
        ({"departments": ("75",)}, ["departments"]),
    ],
)
def test_every_wrong_field_is_named(wrong, fields):
    """With its remedy."""
    with pytest.raises(Invalid) as refused:
        published(**wrong)

    assert fields_of(refused) == fields


def test_without_any_territory_a_capacity_is_refused():
    """The association has no departments that could stand for it."""
    with pytest.raises(Invalid) as refused:
        published(association(departments=()))

    assert fields_of(refused) == ["departments"]


def test_the_last_day_may_be_today():
    """The day is Paris's: shortly before midnight in UTC it is tomorrow there."""
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    assert published(now=late, from_date=date(2026, 11, 24), until_date=date(2026, 11, 24)).state == "published"
    with pytest.raises(Invalid):
        published(now=late, from_date=date(2026, 11, 23), until_date=date(2026, 11, 23))


@pytest.mark.parametrize(("state", "actors"), [("suspended", ITSELF), ("suspended", REGION), ("shadow", ITSELF)])
def test_some_associations_cannot_publish(state, actors):
    """A suspended one never; a shadow only by the Region's hand."""
    with pytest.raises(TransitionRefused) as refused:
        published(association(state), actors)

    assert refused.value.problem.facts["state"] == state


@pytest.mark.parametrize(("state", "actors"), [("shadow", REGION), ("claimed", ITSELF), ("approved", REGION)])
def test_others_can(state, actors):
    """The Region publishes for whom it likes."""
    assert published(association(state), actors).state == "published"


def test_a_change_makes_a_new_version():
    """What is left out stays."""
    changed = changed_capacity(published(), CapacityChange(interventions=3), ITSELF, NOW)

    assert (changed.interventions, changed.version, changed.departments) == (3, 2, ("31", "81"))


def test_a_change_to_the_same_is_no_change():
    """Nothing is announced of what did not happen."""
    capacity = published()

    assert changed_capacity(capacity, CapacityChange(interventions=10), ITSELF, NOW) is capacity


def test_one_kind_of_territory_takes_the_place_of_the_other():
    """Nobody has to send null for the one that was there."""
    by_radius = changed_capacity(published(), CapacityChange(radius_km=25.0), ITSELF, NOW)
    by_departments = changed_capacity(by_radius, CapacityChange(departments=("09",)), ITSELF, NOW)

    assert (by_radius.departments, by_radius.radius_km) == ((), 25.0)
    assert (by_departments.departments, by_departments.radius_km) == (("09",), None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (CapacityChange(departments=("09",), radius_km=5.0), "radius_km"),
        (CapacityChange(departments=()), "departments"),
        (CapacityChange(until_date=TODAY - timedelta(days=1)), "until_date"),
    ],
)
def test_a_change_is_checked_like_a_new_capacity(change, field):
    """No way round the rules."""
    with pytest.raises(Invalid) as refused:
        changed_capacity(published(), change, ITSELF, NOW)

    assert fields_of(refused) == [field]


def test_a_withdrawn_capacity_does_not_change():
    """Nor is it withdrawn again."""
    withdrawn = withdrawn_capacity(published(), "withdraw", " plus de bénévoles ", ITSELF)

    assert (withdrawn.state, withdrawn.reason, withdrawn.version) == ("withdrawn", "plus de bénévoles", 2)
    with pytest.raises(TransitionRefused):
        changed_capacity(withdrawn, CapacityChange(interventions=3), ITSELF, NOW)
    with pytest.raises(TransitionRefused):
        withdrawn_capacity(withdrawn, "withdraw", "", REGION)


def test_nobody_else_withdraws_it():
    """A stranger has no actors."""
    with pytest.raises(NotYours):
        withdrawn_capacity(published(), "withdraw", "", NOBODY)


def test_what_the_system_does_is_not_for_others_to_ask():
    """Nor does an action exist that nobody knows."""
    with pytest.raises(NotYours):
        withdrawn_capacity(published(), "expire", "", REGION)
    with pytest.raises(Invalid) as refused:
        withdrawn_capacity(published(), "delete", "", REGION)

    assert fields_of(refused) == ["action"]


def test_a_capacity_lasts_until_midnight_in_paris():
    """In winter that is eleven in the evening, UTC."""
    capacity = published(until_date=date(2026, 11, 30))

    assert end_of(capacity) == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert expired_capacity(capacity, end_of(capacity) - timedelta(seconds=1)) is None
    expired = expired_capacity(capacity, end_of(capacity))
    assert (expired.state, expired.version) == ("expired", 2)


def test_what_was_withdrawn_does_not_expire():
    """Its end is already told."""
    withdrawn = withdrawn_capacity(published(), "withdraw", "", ITSELF)

    assert expired_capacity(withdrawn, end_of(withdrawn)) is None


def test_a_capacity_follows_its_associations_name():
    """And is the same one where name and place are."""
    capacity = published()

    assert refreshed_capacity(capacity, association()) is capacity
    renamed = refreshed_capacity(capacity, association(name="Autre nom"))
    assert (renamed.association_name, renamed.version) == ("Autre nom", 2)


def test_what_is_given_is_public():
    """Only its association and the Region have something to do with it."""
    capacity = published()

    assert shown_to(capacity, "approved", NOBODY).allowed_actions == ()
    assert shown_to(capacity, "approved", ITSELF).allowed_actions == ("change", "withdraw")


@pytest.mark.parametrize(("state", "of"), [("expired", "approved"), ("published", "suspended")])
def test_what_is_no_longer_given_is_hidden(state, of):
    """From everyone but its association and the Region."""
    capacity = replace(published(), state=state)

    assert shown_to(capacity, of, REGION).state == state
    with pytest.raises(NotFound):
        shown_to(capacity, of, NOBODY)
