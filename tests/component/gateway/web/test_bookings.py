"""Bookings on pages, without a browser: followed, answered, moved, listed; what is refused and what changed."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.reference.calendar import is_school_day
from contracts.vocabulary import Role
from tests.component.gateway.web.staging import Stage, a_stage, shown
from tests.given import Region, a_school, a_slot, an_association


@pytest.fixture
async def stage(region: Region) -> Stage:
    """A fresh one for each test."""
    return await a_stage(region)


# ------------------------------------------------------------ following and answering


async def test_a_company_confirms_from_its_list(stage):
    """And comes back to it."""
    path = await stage.booked()
    listed = await shown(stage.industrialist, "/bookings", "3e B")

    done = await stage.industrialist.send(listed, f"{path}/confirm")

    assert "À faire par vous" in listed.text
    assert done.path == "/bookings"
    assert "La visite est confirmée : l’établissement est prévenu." in done.text
    assert "Tout est prêt" in (await stage.teacher.read(path)).text


async def test_a_company_declines_with_a_reason_from_the_list(stage):
    """What it says more is kept with it."""
    path = await stage.booked()
    listed = await shown(stage.industrialist, "/bookings", "3e B")

    await stage.industrialist.send(listed, f"{path}/decline", reason="site_closed", remark="Inventaire annuel")

    declined = await stage.teacher.read(path)
    assert "Déclinée par l’entreprise" in declined.text
    assert "Le site est fermé : Inventaire annuel" in declined.text


async def test_a_head_approves_from_the_list(stage):
    """One click, and the next is there."""
    await stage.approving()
    path = await stage.booked()
    head = await stage.head()
    waits = await stage.teacher.read(path)
    listed = await shown(head, "/approvals", "3e B")

    done = await head.send(listed, f"{path}/approve")

    assert "La direction de l’établissement doit valider la réservation" in waits.text
    assert done.path == "/approvals"
    assert "La réservation est validée" in done.text
    assert "À confirmer par l’entreprise" in (await stage.teacher.read(path)).text


async def test_a_head_refuses_with_a_reason(stage):
    """Without one the form comes back in the list, open, with what is missing; a wrong one keeps what was typed."""
    await stage.approving()
    path = await stage.booked()
    head = await stage.head()
    listed = await shown(head, "/approvals", "3e B")

    refused = await head.send(listed, f"{path}/refuse", reason=" ")
    long = await head.send(refused, f"{path}/refuse", reason="x" * 600)
    done = await head.send(long, f"{path}/refuse", reason="Voyage la même semaine")

    assert refused.status == 422
    assert "Dites pourquoi : l'enseignant sera prévenu." in refused.text
    assert '<details class="act" open>' in refused.html
    assert long.form(f"{path}/refuse").value("reason") == "x" * 600
    assert done.path == "/approvals"
    assert "Voyage la même semaine" in (await stage.teacher.read(path)).text


async def test_only_heads_have_a_list_of_approvals(stage):
    """Teachers wait for theirs; so do companies."""
    for reader in (stage.teacher, stage.industrialist):
        sheet = await reader.read("/approvals")
        assert sheet.status == 403


async def test_a_stale_page_says_what_changed(stage):
    """The company confirmed while the school's page was open: to cancel, it has to decide anew."""
    path = await stage.booked()
    stale = await stage.teacher.read(path)
    fresh = await stage.industrialist.read(path)
    await stage.industrialist.send(fresh, f"{path}/confirm")

    refused = await stage.teacher.send(stale, f"{path}/cancel", reason="Plus d’autocar")

    assert refused.status == 412
    assert "Quelqu’un a fait avancer cette réservation" in refused.text
    assert "À confirmer par l’entreprise → Confirmée" in refused.text
    assert refused.form(f"{path}/cancel").value("reason") == "Plus d’autocar"
    again = await stage.teacher.send(refused, f"{path}/cancel")
    assert "L’établissement a annulé la visite." in again.text


async def test_what_its_state_does_not_allow_is_said_in_plain_words(stage):
    """A form of an old page, on a booking that came to its end."""
    path = await stage.booked()
    page = await stage.industrialist.read(path)
    declined = await stage.industrialist.send(page, f"{path}/decline", reason="safety")
    form = page.form(f"{path}/confirm")
    form.fields = [(name, value) for name, value in form.fields if name != "_version"]

    refused = await stage.industrialist.send_form(declined, form, {"_once": "another"})

    assert refused.status == 409
    assert "« Confirmer » n'est pas possible dans l'état « Déclinée par l’entreprise »" in refused.text


async def test_cancelling_late_is_warned_of(region):
    """Inside 14 days the page says what that means, and the booking is marked."""
    far = await a_stage(region, weeks=9)
    early = await far.teacher.read(await far.booked())
    stage = await a_stage(region, lead_time_days=7)
    stage.slot = await a_slot(stage.api, stage.offer, starts_at=within_a_fortnight())
    path = await stage.booked()
    sheet = await stage.teacher.read(path)

    left = await stage.teacher.send(sheet, f"{path}/cancel")

    assert "l’annulation est dite tardive" in sheet.text
    assert "l’annulation est dite tardive" not in early.text
    assert "C’était moins de 14 jours avant." in left.text


def within_a_fortnight() -> str:
    """An hour that can still be booked, and is near."""
    today = datetime.now(UTC)
    near = [today + timedelta(days=days) for days in range(8, 14)]
    hours = [day.replace(hour=9, minute=0, second=0).isoformat() for day in near if is_school_day(day.date())]
    if not hours:
        pytest.skip("all days of the week after next are holidays")
    return hours[0]


async def test_a_company_gives_a_reason_to_cancel_what_it_confirmed(stage):
    """The school will read it."""
    path = await stage.booked()
    await stage.industrialist.send(await stage.industrialist.read(path), f"{path}/confirm")
    sheet = await stage.industrialist.read(path)

    refused = await stage.industrialist.send(sheet, f"{path}/cancel", reason="")
    done = await stage.industrialist.send(refused, f"{path}/cancel", reason="Panne de la ligne")

    assert refused.status == 422
    assert "Dites pourquoi : l'école sera prévenue." in refused.text
    assert "Panne de la ligne" in done.text


async def test_a_visit_moves_to_another_date(stage):
    """From a list of the company's open dates; both bookings name each other."""
    other = await a_slot(stage.api, stage.offer, 11)
    path = await stage.booked()
    dates = await shown(stage.teacher, f"{path}/reschedule", "groupe libre")

    nothing = await stage.teacher.send(dates, f"{path}/reschedule", reason="Conseil de classe")
    done = await stage.teacher.send(nothing, f"{path}/reschedule", slot_id=other["id"])

    assert nothing.status == 422
    assert nothing.form(f"{path}/reschedule").value("reason") == "Conseil de classe"
    assert done.path.startswith("/bookings/")
    assert done.path != path
    assert path in done.links
    old = await stage.teacher.read(path)
    assert "La visite a été déplacée à une autre date." in old.text
    assert done.path in old.links


async def test_a_visit_that_a_company_moves_is_offered(stage):
    """The school takes the new date, or leaves it."""
    other = await a_slot(stage.api, stage.offer, 11)
    path = await stage.booked()
    dates = await shown(stage.industrialist, f"{path}/reschedule", "groupe libre")
    moved = await stage.industrialist.send(dates, f"{path}/reschedule", slot_id=other["id"])

    offered = await stage.teacher.read(moved.path)
    taken = await stage.teacher.send(offered, f"{moved.path}/accept")

    assert "Une place vous est proposée et gardée" in offered.text
    assert "Confirmée" in taken.text


async def test_a_visit_without_another_date_stays(stage):
    """The page says so, and leads back."""
    path = await stage.booked()

    sheet = await stage.teacher.read(f"{path}/reschedule")

    assert "L’entreprise n’a pas d’autre date ouverte" in sheet.text
    assert path in sheet.links


async def test_the_answer_to_a_form_may_be_loaded_anew(stage):
    """Its address leads to the booking."""
    path = await stage.booked()

    sheet = await stage.teacher.read(f"{path}/cancel")

    assert sheet.path == path


async def test_a_booking_is_nobody_else_s(stage):
    """Not even told that it is there."""
    path = await stage.booked()
    stranger = await stage.region.browse(Role.TEACHER, await a_school(stage.region))

    sheet = await stage.region.visitor().read(path)

    assert (await stranger.read(path)).status == 404
    assert sheet.path.startswith("/sign-in?next=")


# ------------------------------------------------------------ lists


async def test_the_list_is_narrowed_by_state_and_time(stage):
    """In the address, so that it can be kept."""
    path = await stage.booked()
    await shown(stage.teacher, "/bookings", "En attente")

    approved = await stage.teacher.read("/bookings", state="approved", when="coming")
    confirmed = await stage.teacher.read("/bookings", state="confirmed")
    past = await stage.teacher.read("/bookings", when="past")
    unknown = await stage.teacher.read("/bookings", state="nonsense")

    assert path in approved.links
    assert "Aucune réservation ne correspond à ces filtres." in confirmed.text
    assert path not in past.links
    assert path in unknown.links


async def test_an_empty_list_says_what_to_do(region):
    """By role."""
    stage = await a_stage(region)
    coordinator = await region.sign_in(Role.COORDINATOR)
    association = await an_association(coordinator)
    mediator = await region.browse(Role.ASSOCIATION, association["id"])

    assert "Il n’y a pas encore de réservation." in (await stage.teacher.read("/bookings")).text
    assert "Aucune classe n’a encore réservé chez vous." in (await stage.industrialist.read("/bookings")).text
    assert "Vous n’accompagnez encore aucune visite." in (await mediator.read("/bookings")).text
    assert "Rien n’attend votre validation." in (await (await stage.head()).read("/approvals")).text


async def test_a_list_is_told_in_english_too(stage):
    """The reader's own choice."""
    path = await stage.booked()
    stage.teacher.client.cookies.set("language", "en")

    sheet = await stage.teacher.read(path)

    assert "The company must confirm the visit" in sheet.text


# ------------------------------------------------------------ the calendar


async def test_a_calendar_is_subscribed_to(stage):
    """Its address is shown once, works without a session, and ends."""
    await stage.booked()
    sheet = await stage.teacher.read("/calendar")

    made = await stage.teacher.send(sheet, "/calendar")
    twice = await stage.teacher.send(sheet, "/calendar")
    address = made.html.split('readonly value="')[1].split('"')[0]
    feed = await stage.region.visitor().client.get(address)
    await stage.teacher.send(made, "/calendar/end")
    ended = await stage.region.visitor().client.get(address)

    assert address in twice.html
    assert "BEGIN:VEVENT" in feed.text
    assert ended.status_code == 404


async def test_the_region_has_no_calendar_of_its_own(region):
    """It has no visits."""
    coordinator = await region.browse(Role.COORDINATOR)

    assert (await coordinator.read("/calendar")).status == 403
