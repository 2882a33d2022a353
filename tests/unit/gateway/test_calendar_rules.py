"""What a calendar shows, and how its address is made."""

from datetime import UTC, datetime

import pytest

from contracts.machines import BOOKING, INTERVENTION
from contracts.vocabulary import OrganisationKind
from services.gateway.calendars.token_rules import hash_token, read_token, write_token
from services.gateway.calendars.visit_rules import Around, Status, of_booking, of_free_slot, of_intervention
from tests.component.gateway.resources import a_booking, a_company, a_slot, an_association, an_intervention, an_offer

OFFER = an_offer(a_company(), meeting_point="À l'accueil")
SLOT = a_slot(OFFER)
NOTHING = Around(public_url="https://passerelle.example")
AROUND = Around(public_url="https://passerelle.example", offers={OFFER.id: OFFER}, schools={"0310024H": "Collège Un"})
SCHOOL, COMPANY = OrganisationKind.SCHOOL, OrganisationKind.COMPANY
ALL_STATES = {state for move in BOOKING.moves for state in (*move.sources, move.target) if state}


def booking(**given):
    return a_booking(SLOT, "0310024H", **given)


def test_a_token_is_found_again_in_its_address_and_nowhere_else():
    """43 characters and the suffix; only its hash is stored."""
    token = write_token(b"\xfb" * 32)

    assert read_token(f"{token}.ics") == token
    for name in (token, f"{token[:-1]}.ics", f"{token}x.ics", f"{token[:-1]}/.ics", ".ics", f"{token}.ics\n"):
        assert read_token(name) is None
    assert len(hash_token(token)) == 32
    assert hash_token(token) != hash_token(write_token(b"\xfa" * 32))


@pytest.mark.parametrize("state", sorted(ALL_STATES | {"rescheduled", "impossible", "completed", "no_show"}))
def test_every_state_of_a_booking_is_shown_or_known_not_to_be(state):
    """A wait for a place and what could never be booked are in no calendar."""
    shown = of_booking(booking(state=state), SCHOOL, AROUND)

    assert (shown is None) == (state in {"waitlisted", "impossible"})


def test_a_wait_that_lapsed_was_never_shown():
    """Other expired bookings were, and are marked."""
    assert of_booking(booking(state="expired", reason="waitlisted"), SCHOOL, AROUND) is None
    assert of_booking(booking(state="expired", reason="approved"), SCHOOL, AROUND).status is Status.CANCELLED


def test_each_side_reads_the_other_s_name():
    """And the class; what is not known is left out or written round."""
    seen = [
        of_booking(booking(state="confirmed", ready=True, class_name=name), viewer, around)
        for viewer, around, name in (
            (SCHOOL, AROUND, "3e B"),
            (COMPANY, AROUND, ""),
            (SCHOOL, NOTHING, "3e B"),
        )
    ]

    assert [shown.summary for shown in seen] == [
        "L'atelier (3e B), Ateliers d'essai",
        "L'atelier (Troisième), Collège Un",
        "visite d'entreprise (3e B)",
    ]
    assert "Rendez-vous : À l'accueil" in seen[0].description
    assert "tout le monde a dit oui" in seen[0].description
    assert (seen[0].place, seen[2].place) == (OFFER.place, None)


@pytest.mark.parametrize(
    "state", sorted({state for move in INTERVENTION.moves for state in (*move.sources, move.target)})
)
def test_every_state_of_an_intervention_is_shown(state):
    """With the visit's own state where its booking is known."""
    visit = booking(state="confirmed")
    intervention = an_intervention(visit, an_association(), state=state)
    alone = of_intervention(intervention, NOTHING)
    together = of_intervention(intervention, Around(public_url="", bookings={visit.id: visit}))

    assert "Visite : confirmée" not in alone.description
    assert "Visite : confirmée" in together.description
    assert together.sequence == alone.sequence + visit.version


def test_an_intervention_is_as_certain_as_its_visit():
    """A yes to a visit that is not confirmed yet, or only waits for a place."""
    statuses = []
    for state in ("approved", "waitlisted", "confirmed"):
        visit = booking(state=state)
        intervention = an_intervention(visit, an_association(), state="accepted")
        statuses.append(of_intervention(intervention, Around(public_url="", bookings={visit.id: visit})).status)

    assert statuses == [Status.TENTATIVE, Status.CONFIRMED, Status.CONFIRMED]


@pytest.mark.parametrize(("taken", "shown"), [({}, True), ({"groups_taken": 1}, False), ({"pupils_taken": 5}, False)])
def test_a_slot_is_shown_while_nobody_booked_it(taken, shown):
    """Then its bookings are."""
    slot = a_slot(OFFER, **taken)

    assert (of_free_slot(slot, AROUND) is not None) is shown


def test_a_free_slot_says_when_it_was_made():
    """Its id does; its offer may not be known yet."""
    slot = a_slot(OFFER)
    shown = of_free_slot(slot, NOTHING)

    assert abs(datetime.now(UTC) - shown.changed_at).total_seconds() < 600
    assert (shown.summary, shown.place, shown.free) == ("Créneau ouvert : visite", None, True)
