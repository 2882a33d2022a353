"""Whether a booking wants a mediator, and how its mediation moves."""

from datetime import timedelta

import pytest

from contracts.companies.bookings import MediationState
from services.matchmaker.mediations import rules
from tests.unit.matchmaker.given import NOW, a_booking, a_capacity, an_id, an_intervention, an_offer, changed

WANTED = MediationState.WANTED


def begun(**given):
    return rules.begun_mediation(a_booking(mediation=WANTED, **given), an_offer(), "Collège d'essai", NOW)


def named(asked=(), **given):
    return rules.settled_mediation(begun(), a_booking(), a_capacity(**given), asked, NOW)


@pytest.mark.parametrize(
    ("given", "wanted", "ended"),
    [
        ({}, True, False),
        ({"mediation": MediationState.ACCEPTED}, True, False),
        ({"mediation": MediationState.NOT_FOUND}, True, False),
        ({"state": "requested"}, True, False),
        ({"mediation": MediationState.NONE}, False, False),
        ({"starts_at": NOW}, False, False),
        ({"state": "completed"}, True, False),
        ({"state": "cancelled"}, False, True),
        ({"state": "rescheduled"}, False, True),
        ({"state": "waitlisted"}, False, True),
        ({"state": "no_show"}, False, True),
    ],
)
def test_which_bookings_want_a_mediator(given, wanted, ended):
    """Live ones ahead that ask for one."""
    booking = a_booking(**({"mediation": WANTED} | given))

    assert (rules.wants_mediator(booking, NOW), rules.has_ended(booking)) == (wanted, ended)


def test_a_mediation_tells_of_the_visit():
    """Before anybody is looked for it is nothing yet."""
    mediation = begun(rescheduled_from=an_id(99))

    assert (mediation.version, mediation.state, mediation.association_id) == (0, "", None)
    assert (mediation.school_name, mediation.visit_offer_title) == ("Collège d'essai", "L'atelier")
    assert mediation.rescheduled_from == an_id(99)


def test_somebody_is_named():
    """Who said no before is kept in mind."""
    mediation = named(asked=(an_id(8),))

    assert (mediation.state, mediation.version) == ("named", 1)
    assert (mediation.association_id, mediation.capacity_id) == (an_id(7), an_id(30))
    assert mediation.asked == (an_id(8),)
    assert not rules.is_same_mediator(begun(), mediation)


def test_nobody_is_left():
    """Told once; a second search that finds nobody is no news."""
    nobody = rules.settled_mediation(named(), a_booking(), None, (an_id(7),), NOW)

    assert (nobody.state, nobody.association_id, nobody.association_name, nobody.capacity_id) == (
        "not_found",
        None,
        "",
        None,
    )
    assert rules.settled_mediation(nobody, a_booking(), None, (an_id(7),), NOW + timedelta(days=1)) is nobody


def test_who_said_no_is_asked_no_more():
    """Each is counted once, in their order."""
    mediation = changed(named(), asked=(an_id(8),))

    asked = rules.asked_before(mediation, (an_id(8), an_id(7)))

    assert asked == (an_id(8), an_id(7))
    assert (rules.is_served(mediation, ()), rules.is_served(mediation, asked)) == (True, False)
    assert not rules.is_served(begun(), ())


def test_a_mediation_keeps_the_hours_of_its_booking():
    """Itself where they are the same."""
    mediation, later = named(), a_booking(starts_at=NOW + timedelta(days=46))

    assert rules.with_hours(mediation, a_booking(), NOW) is mediation
    moved = rules.with_hours(mediation, later, NOW)
    assert (moved.starts_at, moved.version) == (later.starts_at, 2)
    assert rules.is_same_mediator(mediation, moved)


def test_it_is_over_once():
    """And still tells who was named: the visit may come back on another day."""
    over = rules.ended_mediation(named(), NOW)

    assert (over.state, over.version, over.association_id) == ("over", 2, an_id(7))
    assert rules.ended_mediation(over, NOW) is over


@pytest.mark.parametrize(
    ("state", "reason", "frees"),
    [
        ("requested", "", False),
        ("done", "", False),
        ("cancelled", "cancelled", True),
        ("withdrawn", "malade", True),
        ("declined", "pas ce jour-là", True),
        ("declined", "no_capacity", False),
    ],
)
def test_what_frees_a_capacity(state, reason, frees):
    """The end of what was live; who had no room has no more than before."""
    assert rules.frees_capacity(an_intervention(state=state, reason=reason)) is frees
