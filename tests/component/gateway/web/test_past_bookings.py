"""Bookings that days have passed over, with their owner played: every state in words, and reports of who came."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.companies.booking_checks import Checklist, GetChecklist, ListWaiting, WaitingEntry
from contracts.companies.bookings import (
    Absent,
    Attendance,
    CompleteBooking,
    GetBooking,
    MediationState,
    MoveBooking,
    PassedOver,
    ReportNoShow,
)
from contracts.errors import Invalid
from contracts.identifiers import uuid7
from contracts.message import Page
from contracts.vocabulary import Role
from services.gateway.web.bookings.standing_rules import ALL_STATES
from tests.component.gateway.resources import a_booking, a_company, a_slot, a_uai, an_offer
from tests.component.gateway.web.playing import playing

NOW = datetime.now(UTC)


def a_visit(days, **given):
    """A booking of a visit so many days from now, and its school."""
    slot = a_slot(an_offer(a_company()))
    starts_at = NOW + timedelta(days=days)
    uai = a_uai()
    told = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    return a_booking(slot, uai, **(told | given)), uai


def owner(booking):
    """What the owner answers about it."""
    checklist = Checklist(booking_id=booking.id, items=())
    entry = WaitingEntry(position=1, pupils=24, groups=1, booking_id=booking.id)
    return {GetBooking: booking, GetChecklist: checklist, ListWaiting: Page(items=(entry,))}


WORDS = {
    "requested": "La direction de l’établissement doit valider la réservation",
    "approved": "L’entreprise doit confirmer la visite",
    "offered": "Une place vous est proposée et gardée",
    "waitlisted": "Votre classe est à la place 1 sur 1.",
    "confirmed": "L’entreprise a confirmé",
    "completed": "La visite a eu lieu, avec 21 élèves et 3 adultes.",
    "presumed_done": "Personne n’a dit si la visite a eu lieu.",
    "no_show": "La visite n’a pas eu lieu : l’entreprise n’était pas là.",
    "cancelled": "La visite a été annulée.",
    "rescheduled": "Voir la nouvelle réservation",
    "declined": "Le site est fermé : inventaire",
    "refused": "La direction de l’établissement a refusé cette réservation.",
    "expired": "L’entreprise n’a pas répondu à temps.",
    "impossible": "La place était déjà prise au moment de réserver.",
}
GIVEN = {
    "approved": {"answer_by": NOW + timedelta(days=3)},
    "waitlisted": {"passed_over": (PassedOver(at=NOW, reason_en="too small", reason_fr="trop petite"),)},
    "completed": {"attendance": Attendance(pupils=21, adults=3)},
    "no_show": {"absent": Absent.COMPANY},
    "rescheduled": {"rescheduled_to": uuid7(), "rescheduled_from": uuid7()},
    "declined": {"reason": "site_closed: inventaire"},
    "expired": {"reason": "approved"},
    "impossible": {"reason": "slot-full: All groups of this slot are taken."},
}


@pytest.mark.parametrize("state", ALL_STATES)
async def test_every_state_is_told_in_plain_words(shared_gateway, browse, state):
    """To its school: what it means, never the machine's own word."""
    booking, uai = a_visit(30, state=state, **GIVEN.get(state, {}))
    teacher = await browse(Role.TEACHER, uai)

    async with playing(shared_gateway, owner(booking)):
        sheet = await teacher.read(f"/bookings/{booking.id}")

    assert sheet.status == 200
    assert WORDS[state] in sheet.text
    assert f" {state} " not in sheet.text


@pytest.mark.parametrize("mediation", MediationState)
async def test_the_third_party_stands_among_the_steps(shared_gateway, browse, mediation):
    """Where one is wanted."""
    booking, uai = a_visit(30, state="confirmed", mediation=mediation)
    teacher = await browse(Role.TEACHER, uai)

    async with playing(shared_gateway, owner(booking)):
        sheet = await teacher.read(f"/bookings/{booking.id}")

    assert ("L’association" in sheet.text) is (mediation is not MediationState.NONE)


async def test_who_came_is_reported(shared_gateway, browse):
    """The form begins with who was expected; what is wrong keeps what was typed."""
    booking, uai = a_visit(-1, state="confirmed")
    path = f"/bookings/{booking.id}"
    teacher = await browse(Role.TEACHER, uai)
    wrong = Invalid.field("girls", "More girls than pupils.", "Plus de filles que d'élèves.")

    async with playing(shared_gateway, owner(booking)):
        sheet = await teacher.read(path)
    async with playing(shared_gateway, owner(booking) | {CompleteBooking: wrong}):
        refused = await teacher.send(sheet, f"{path}/complete", pupils=20, girls=30)
    async with playing(shared_gateway, owner(booking) | {CompleteBooking: booking}) as asked:
        done = await teacher.send(refused, f"{path}/complete", girls=9)

    assert sheet.form(f"{path}/complete").value("pupils") == "24"
    assert "indiquez qui est venu" in sheet.text
    assert refused.status == 422
    assert "Plus de filles que d'élèves." in refused.text
    assert refused.form(f"{path}/complete").value("pupils") == "20"
    assert [one.attendance for one in asked if isinstance(one, CompleteBooking)] == [
        Attendance(pupils=20, adults=2, girls=9)
    ]
    assert "Merci : les présents sont enregistrés." in done.text


async def test_a_visit_that_did_not_take_place_is_reported(shared_gateway, browse):
    """By whom it was missed has to be said."""
    booking, uai = a_visit(-1, state="presumed_done")
    path = f"/bookings/{booking.id}"
    teacher = await browse(Role.TEACHER, uai)

    async with playing(shared_gateway, owner(booking) | {ReportNoShow: booking}) as asked:
        sheet = await teacher.read(path)
        refused = await teacher.send(sheet, f"{path}/no-show", reason="Grève des transports")
        done = await teacher.send(refused, f"{path}/no-show", absent="school")

    assert refused.status == 422
    assert refused.form(f"{path}/no-show").value("reason") == "Grève des transports"
    reports = [one for one in asked if isinstance(one, ReportNoShow)]
    assert [(one.absent, one.reason) for one in reports] == [(Absent.SCHOOL, "Grève des transports")]
    assert "C’est noté : la visite n’a pas eu lieu." in done.text


async def test_an_action_that_nobody_knows_is_refused(shared_gateway, browse):
    """As by the API; the page of the booking says so."""
    booking, uai = a_visit(30, state="approved")
    teacher = await browse(Role.TEACHER, uai)
    wrong = Invalid.field("action", "No such action.", "Action inconnue.")

    async with playing(shared_gateway, owner(booking) | {MoveBooking: wrong}):
        sheet = await teacher.read(f"/bookings/{booking.id}")
        form = sheet.form(f"/bookings/{booking.id}/cancel")
        form.action = f"/bookings/{booking.id}/explode"
        refused = await teacher.send_form(sheet, form, {})

    assert refused.status == 422
    assert "Action inconnue." in refused.text
