"""Calendar feeds: an organisation's visits by an address that cannot be guessed, at the hours of Paris."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from contracts.associations.interventions import InterventionAccepted, InterventionRequested
from contracts.companies.bookings import BookingCancelled, BookingChanged, BookingConfirmed, BookingRequested
from contracts.companies.slots import SlotOpened
from contracts.local_time import PARIS
from contracts.vocabulary import Role
from tests.component.gateway.resources import TOULOUSE, a_slot, an_intervention, next_version
from tests.component.gateway.told import parties

# The last week of winter hours, and the first of summer hours.
WINTER = datetime(2027, 3, 26, 9, tzinfo=PARIS)
SUMMER = datetime(2027, 3, 29, 9, tzinfo=PARIS)


async def subscribe(gateway, role, organisation_id, **headers):
    """The path of a fresh calendar."""
    answer = await gateway.http.post("/v1/calendars", headers=await gateway.headers(role, organisation_id) | headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["url"].removeprefix("http://127.0.0.1:8000")


async def events(gateway, path):
    """The events of a feed by their names, read as a calendar program does."""
    answer = await gateway.http.get(path)
    assert answer.status_code == 200, answer.text
    return {str(event["uid"]).partition("@")[0]: event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


async def test_a_school_reads_its_visits_in_its_calendar(gateway):
    """Certain ones and those that wait, with place and class; nothing of other schools."""
    there, other = await parties(gateway), await parties(gateway)
    asked, confirmed = there.booking(), there.booking(state="confirmed", class_name="4e A", ready=True)
    await gateway.tell(
        BookingRequested(booking=asked, slot=there.slot),
        BookingConfirmed(booking=confirmed, slot=there.slot),
        BookingRequested(booking=other.booking(), slot=other.slot),
    )

    path = await subscribe(gateway, Role.TEACHER, there.school.uai)
    answer = await gateway.http.get(path)
    found = await events(gateway, path)

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert found.keys() == {f"booking-{asked.id}", f"booking-{confirmed.id}"}
    sure, unsure = found[f"booking-{confirmed.id}"], found[f"booking-{asked.id}"]
    assert (sure["status"], unsure["status"]) == ("CONFIRMED", "TENTATIVE")
    assert sure["summary"] == "L'atelier (4e A), Ateliers d'essai"
    assert sure["location"] == "Toulouse"
    assert (sure["geo"].latitude, sure["geo"].longitude) == (TOULOUSE.latitude, TOULOUSE.longitude)
    for words in ("4e A (Troisième), Collège d'essai", "24 élèves, 2 adultes", "État : confirmée", str(confirmed.id)):
        assert words in sure["description"]


async def test_a_cancelled_visit_stays_and_is_marked(gateway):
    """Whoever subscribed sees that it is off: same name, higher sequence."""
    there = await parties(gateway)
    booking = there.booking(state="confirmed")
    path = await subscribe(gateway, Role.COMPANY, there.company.id)
    await gateway.tell(BookingConfirmed(booking=booking, slot=next_version(there.slot, groups_taken=1)))
    (before,) = (await events(gateway, path)).values()

    cancelled = next_version(booking, state="cancelled", ended_by="school", reason="Grève")
    await gateway.tell(BookingCancelled(booking=cancelled, slot=next_version(there.slot, groups_taken=1)))
    (after,) = (await events(gateway, path)).values()

    assert before["uid"] == after["uid"]
    assert after["sequence"] == before["sequence"] + 1
    assert (before["status"], after["status"]) == ("CONFIRMED", "CANCELLED")
    assert after["summary"] == f"ANNULÉE : {before['summary']}"


@pytest.mark.parametrize(("starts_at", "offset"), [(WINTER, 1), (SUMMER, 2)])
async def test_hours_are_those_of_paris_across_summer_time(gateway, starts_at, offset):
    """Nine o'clock is nine o'clock, whichever the season; the feed carries the rule of the zone itself."""
    there = await parties(
        gateway, starts_at=starts_at.astimezone(UTC), ends_at=starts_at.astimezone(UTC) + timedelta(hours=2)
    )
    await gateway.tell(BookingConfirmed(booking=there.booking(state="confirmed"), slot=there.slot))
    path = await subscribe(gateway, Role.TEACHER, there.school.uai)

    text = (await gateway.http.get(path)).text
    (event,) = (await events(gateway, path)).values()

    assert f"DTSTART;TZID=Europe/Paris:{starts_at:%Y%m%dT%H%M%S}" in text
    assert event.start == starts_at
    assert event.start.utcoffset() == timedelta(hours=offset)
    (zone,) = Calendar.from_ical(text).walk("VTIMEZONE")
    assert zone.to_tz(lookup_tzid=False).utcoffset(starts_at.replace(tzinfo=None)) == timedelta(hours=offset)


async def test_a_company_sees_its_free_slots_as_not_certain(gateway):
    """They block nothing, and give way to the booking."""
    there = await parties(gateway)
    free = a_slot(there.offer, 40)
    taken = next_version(there.slot, groups_taken=1)
    booking = there.booking()
    await gateway.tell(SlotOpened(slot=free), BookingRequested(booking=booking, slot=taken))

    found = await events(gateway, await subscribe(gateway, Role.COMPANY, there.company.id))

    assert found.keys() == {f"slot-{free.id}", f"booking-{booking.id}"}
    slot = found[f"slot-{free.id}"]
    assert (slot["status"], slot["transp"]) == ("TENTATIVE", "TRANSPARENT")
    assert "Collège d'essai" in found[f"booking-{booking.id}"]["summary"]


async def test_an_association_sees_its_interventions_as_certain_as_their_visits(gateway):
    """Accepted, it is still not certain while the company has not confirmed."""
    there = await parties(gateway)
    booking = there.booking(association_id=there.association.id)
    asked = an_intervention(booking, there.association, state="requested")
    path = await subscribe(gateway, Role.ASSOCIATION, there.association.id)
    seen = []
    for event in (
        InterventionRequested(intervention=asked),
        BookingRequested(booking=booking, slot=there.slot),
        InterventionAccepted(intervention=next_version(asked, state="accepted")),
        BookingConfirmed(booking=next_version(booking, state="confirmed"), slot=there.slot),
        BookingChanged(booking=next_version(next_version(booking, state="confirmed")), slot=there.slot),
    ):
        await gateway.tell(event)
        (shown,) = (await events(gateway, path)).values()
        seen.append((str(shown["status"]), int(shown["sequence"])))

    assert [status for status, _ in seen] == ["TENTATIVE"] * 3 + ["CONFIRMED"] * 2
    assert [sequence for _, sequence in seen] == sorted({sequence for _, sequence in seen})


async def test_an_unchanged_feed_is_not_sent_again(gateway):
    """A program that asks every hour is answered 304 until something changed."""
    there = await parties(gateway)
    booking = there.booking()
    await gateway.tell(BookingRequested(booking=booking, slot=there.slot))
    path = await subscribe(gateway, Role.TEACHER, there.school.uai)
    first = await gateway.http.get(path)

    same = await gateway.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    await gateway.tell(BookingConfirmed(booking=next_version(booking, state="confirmed"), slot=there.slot))
    other = await gateway.http.get(path, headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


async def test_an_address_is_unguessable_replaceable_and_revocable(gateway):
    """Only its hash is stored; a new one ends the old one; revoked is gone; anything else was never there."""
    there = await parties(gateway)
    headers = await gateway.headers(Role.TEACHER, there.school.uai)
    first = await subscribe(gateway, Role.TEACHER, there.school.uai)
    second = await subscribe(gateway, Role.HEAD, there.school.uai)
    token = second.rpartition("/")[2].removesuffix(".ics")

    statuses = [
        (await gateway.http.get(path)).status_code
        for path in (first, second, f"{second[:-5]}x.ics", "/v1/calendars/a.ics")
    ]
    stored = await gateway.connection.fetch("select c::text as row from calendar c")
    revoked = await gateway.http.delete("/v1/calendars", headers=headers)

    assert statuses == [404, 200, 404, 404]
    assert len(token) == 43
    assert len(stored) == 1
    assert token not in stored[0]["row"]
    assert revoked.status_code == 204
    assert (await gateway.http.get(second)).status_code == 404


async def test_the_same_request_with_its_key_gets_the_same_address(gateway):
    """Sent again after a time-out it does not end the calendar that it made."""
    there = await parties(gateway)
    headers = await gateway.headers(Role.COMPANY, there.company.id) | {"Idempotency-Key": "once"}

    first, again = [await gateway.http.post("/v1/calendars", headers=headers) for _ in range(2)]

    assert first.json() == again.json()
    assert len(await events(gateway, first.json()["url"].removeprefix("http://127.0.0.1:8000"))) == 1


async def test_the_region_has_no_calendar_and_a_stranger_none_to_ask_for(gateway):
    """A coordinator's would hold everybody's visits."""
    coordinator = await gateway.headers(Role.COORDINATOR)

    assert (await gateway.http.post("/v1/calendars", headers=coordinator)).status_code == 403
    assert (await gateway.http.post("/v1/calendars")).status_code == 401


async def test_no_log_shows_an_address(gateway, capsys):
    """It is as good as a key."""
    there = await parties(gateway)
    path = await subscribe(gateway, Role.COMPANY, there.company.id)

    await gateway.http.get(path)
    await gateway.http.get("/mailbox/letmein")

    logged = capsys.readouterr().out
    assert "/v1/calendars/..." in logged
    assert path.rpartition("/")[2] not in logged
    assert "letmein" not in logged
