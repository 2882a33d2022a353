"""A company's slots by the pages: opened alone or by the week, seen as a month and as a list, changed, cancelled."""

import asyncio
from datetime import datetime, timedelta

import pytest

from contracts.local_time import PARIS, local
from contracts.reference.calendar import is_school_day, why_not_school_day
from contracts.vocabulary import Role
from tests.component.gateway.web.offers.company_pages import (
    a_browser_of,
    fields_of,
    listed,
    made_by,
    post,
    said_of,
    send,
    shown,
)
from tests.given import (
    a_class_request,
    a_company,
    a_match_run,
    a_school,
    a_slot,
    an_offer,
    body,
    school_day,
    until,
)

DAY = timedelta(days=1)


@pytest.fixture
async def slot(api, offer):
    """A slot for two groups."""
    return await a_slot(api, offer, groups=2)


async def slots_of(api, offer, number):
    """The offer's slots, once the lists know that many."""

    async def there():
        found = await listed(api, f"/v1/visit-offers/{offer['id']}/slots?limit=100")
        return found if len(found) == number else None

    return await until(there)


async def book(region, slot, class_name="3e B"):
    """A class of a new collège on the slot."""
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    wanted = {"level": "3E", "pupils": 24, "adults": 2, "class_name": class_name}
    booking = body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wanted), 201)
    await until(lambda: listed(teacher, f"/v1/slots/{slot['id']}/bookings"))
    return booking


def paris(instant):
    """When that is by the clocks of Occitanie, as a form writes it."""
    return local(datetime.fromisoformat(instant)).strftime("%Y-%m-%dT%H:%M")


def clock_change(after):
    """The last school day before Paris changes its clocks, and the first one after, from a day on."""
    days = [after + passed * DAY for passed in range(250) if is_school_day(after + passed * DAY)]
    offsets = [datetime(day.year, day.month, day.day, 9, tzinfo=PARIS).utcoffset() for day in days]
    change = next(place for place in range(1, len(days)) if offsets[place] != offsets[place - 1])
    return days[change - 1], days[change]


# ------------------------------------------------------------ opening


async def test_a_slot_is_opened_at_paris_hours(reader, api, offer):
    """On both sides of the change of clocks; its end follows from the offer's duration, its size from the offer."""
    path = f"/slots/new?visit_offer={offer['id']}"

    for day in clock_change(school_day(4)):
        opened = await made_by(api, await send(reader, path, starts_at=f"{day}T09:30"))

        assert (paris(opened["starts_at"]), paris(opened["ends_at"])) == (f"{day}T09:30", f"{day}T11:30")
        assert (opened["groups"], opened["pupils_per_group"]) == (1, 30)
        again = fields_of(await shown(reader, f"/slots/{opened['id']}/edit"), f"/slots/{opened['id']}/edit")
        assert (again["starts_at"], again["ends_at"]) == ([f"{day}T09:30"], [f"{day}T11:30"])


async def test_a_refused_opening_keeps_what_was_typed(reader, api, offer):
    """A day without school, hours the wrong way round, a group too large: each beside its field."""
    path = f"/slots/new?visit_offer={offer['id']}"
    day = school_day(8)
    while is_school_day(day):
        day += DAY

    wrong = await send(
        reader, path, starts_at=f"{day}T09:30", ends_at=f"{day}T08:30", groups="2", pupils_per_group="31"
    )
    unreadable = await send(reader, path, starts_at="demain", groups="beaucoup")

    assert (wrong.status, unreadable.status) == (422, 422)
    assert "Les écoles sont fermées" in said_of(wrong, "starts_at")
    assert "finit avant de commencer" in said_of(wrong, "ends_at")
    assert "non de 31" in said_of(wrong, "pupils_per_group")
    assert fields_of(wrong, path)["starts_at"] == [f"{day}T09:30"]
    assert said_of(unreadable, "starts_at")
    assert said_of(unreadable, "groups")
    assert fields_of(unreadable, path)["groups"] == ["beaucoup"]


async def test_slots_are_opened_by_the_week_after_they_were_seen(reader, api, offer):
    """The preview opens nothing; what opens is what it showed, without the days when schools are closed."""
    path = f"/slots/new?visit_offer={offer['id']}&by=week"
    closed = school_day(4)
    while not (closed.weekday() < 5 and why_not_school_day(closed)):
        closed += DAY
    first, last = closed - 7 * DAY, closed + 7 * DAY
    days = [first + passed * DAY for passed in range(15) if (first + passed * DAY).weekday() == closed.weekday()]
    opening = [day for day in days if is_school_day(day)]
    weekday = ("monday", "tuesday", "wednesday", "thursday", "friday")[closed.weekday()]
    typed = {"from_date": first, "until_date": last, "weekdays": ["", weekday], "starts_at": "14:00", "groups": "2"}
    typed = {name: value if isinstance(value, list) else str(value) for name, value in typed.items()}

    seen = await send(reader, path, **typed, step="preview")
    before = await listed(api, f"/v1/visit-offers/{offer['id']}/slots")
    opened = await post(reader, path, fields_of(seen, path) | {"step": "open"})

    assert seen.status == 200
    assert "Rien n’est encore ouvert" in seen.text
    assert "Jours laissés de côté" in seen.text
    assert why_not_school_day(closed).fr in seen.text
    assert before == []
    assert opened.status == 200
    assert "Jours laissés de côté" in opened.text
    slots = await slots_of(api, offer, len(opening))
    assert [paris(slot["starts_at"]) for slot in slots] == [f"{day}T14:00" for day in opening]
    assert {(slot["groups"], slot["pupils_per_group"]) for slot in slots} == {(2, 30)}


async def test_a_recurrence_that_is_refused_names_its_fields(reader, offer):
    """By the page's own names, and what was typed stays."""
    path = f"/slots/new?visit_offer={offer['id']}&by=week"
    typed = {"from_date": "2020-01-06", "until_date": "2020-01-31", "weekdays": ["", "monday"], "starts_at": "09:00"}

    past = await send(reader, path, **typed, step="preview")
    blank = await send(reader, path, step="open")

    assert (past.status, blank.status) == (422, 422)
    assert said_of(past, "from_date")
    fields = fields_of(past, path)
    assert (fields["from_date"], fields["weekdays"], fields["starts_at"]) == (["2020-01-06"], ["", "monday"], ["09:00"])
    assert said_of(blank, "weekdays")
    assert said_of(blank, "starts_at")


async def test_a_double_click_opens_slots_once(reader, api, offer):
    """Both answers are those of the one opening, one slot or many; the same form with other words opens others."""
    one, many = f"/slots/new?visit_offer={offer['id']}", f"/slots/new?visit_offer={offer['id']}&by=week"
    day = school_day(8)
    single = fields_of(await shown(reader, one), one) | {"starts_at": f"{day}T09:00"}
    typed = {"from_date": str(day), "until_date": str(day + 13 * DAY), "starts_at": "10:00"}
    week = fields_of(await shown(reader, many), many) | typed | {"weekdays": ["", "monday", "thursday"]}

    first, second = await asyncio.gather(post(reader, one, single), post(reader, one, single))
    several, again = await asyncio.gather(post(reader, many, week), post(reader, many, week))

    assert first.answer.headers["location"] == second.answer.headers["location"]
    assert (several.status, again.status) == (200, 200)
    assert {link for link in several.links if "/slots/0" in link} == {
        link for link in again.links if "/slots/0" in link
    }
    opened = len([link for link in several.links if link.startswith("/slots/0")])
    await slots_of(api, offer, 1 + opened)
    other = await post(reader, one, single | {"starts_at": f"{day}T11:00"})
    assert other.status == 422
    assert (await post(reader, one, fields_of(other, one))).status == 303


# ------------------------------------------------------------ looking


async def test_slots_are_seen_as_a_month_and_as_a_list(reader, api, offer, slot):
    """With their places, and with a way to the months beside; another month has none."""
    await slots_of(api, offer, 1)
    month = paris(slot["starts_at"])[:7]

    calendar = await shown(reader, f"/slots?month={month}")
    next_ones = await shown(reader, "/slots")
    as_list = await shown(reader, "/slots?view=list")
    empty = await shown(reader, "/slots?month=2027-08")

    for page in (calendar, next_ones, as_list):
        assert f"/slots/{slot['id']}" in page.links
        assert "0 sur 2 groupes pris" in page.text
        assert offer["title"] in page.text
    assert '<table class="month">' in calendar.html
    assert any("month=" in link for link in calendar.links)
    assert "Aucun créneau ce mois-ci" in empty.text
    assert (await shown(reader, "/slots?month=maintenant")).status == 200


async def test_a_calendar_has_only_one_company_s_slots(region, coordinator, reader, api, company, site, offer, slot):
    """Of one offer alone where that is wished; a coordinator chooses the company."""
    other = await an_offer(api, company, site, title="La fonderie")
    theirs = await a_slot(api, other, 8)
    await slots_of(api, other, 1)
    await slots_of(api, offer, 1)
    stranger = await a_browser_of(region, Role.COMPANY, (await a_company(coordinator))["id"])
    clerk = await a_browser_of(region, Role.COORDINATOR)
    month = f"month={paris(slot['starts_at'])[:7]}"

    narrowed = await shown(reader, f"/slots?{month}&visit_offer={offer['id']}")

    assert f"/slots/{slot['id']}" in narrowed.links
    assert f"/slots/{theirs['id']}" not in narrowed.links
    assert f"/slots/{slot['id']}" not in (await shown(stranger, f"/slots?{month}")).links
    assert "Pour quelle entreprise" in (await shown(clerk, "/slots")).text
    assert f"/slots/{slot['id']}" in (await shown(clerk, f"/slots?{month}&company={company['id']}")).links


async def test_a_slot_shows_who_comes_and_who_waits(region, reader, api, slot):
    """Each class with its school, and what is to be answered by when."""
    first, second = await book(region, slot, "3e A"), await book(region, slot, "<b>3e B</b>")
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    wanted = {"level": "3E", "pupils": 20, "adults": 2}
    waiting = body(await teacher.post(f"/v1/slots/{slot['id']}/waiting-list", json=wanted), 201)

    async def all_there():
        found = await listed(api, f"/v1/slots/{slot['id']}/bookings")
        return len(found) == 3

    await until(all_there)
    page = await shown(reader, f"/slots/{slot['id']}")

    for booking in (first, second, waiting):
        assert f"/bookings/{booking['id']}" in page.links
    assert "2 sur 2 groupes pris" in page.text
    assert "Collège d'essai, Auch" in page.text
    assert "<b>3e B</b>" in page.text
    assert "une classe de 20 élèves" in page.text


# ------------------------------------------------------------ changing


async def test_a_slot_is_changed_and_refused_with_its_fields(region, reader, api, slot):
    """Whoever is booked keeps its day; what was typed stays."""
    path = f"/slots/{slot['id']}/edit"
    day = paris(slot["starts_at"])[:10]
    changed = await made_by(api, await send(reader, path, starts_at=f"{day}T14:00", ends_at=f"{day}T16:00", groups="3"))
    await book(region, slot)

    small = await send(reader, path, pupils_per_group="20")
    elsewhere = await send(reader, path, starts_at=f"{school_day(10)}T14:00", ends_at=f"{school_day(10)}T16:00")

    assert (paris(changed["starts_at"]), changed["groups"]) == (f"{day}T14:00", 3)
    assert (small.status, elsewhere.status) == (422, 409)
    assert "est inscrite" in (await shown(reader, path)).text
    assert "24" in said_of(small, "pupils_per_group")
    assert fields_of(small, path)["pupils_per_group"] == ["20"]
    assert "son jour reste" in elsewhere.text


async def test_a_stale_slot_says_what_changed(reader, api, slot):
    """Its hours moved meanwhile."""
    path = f"/slots/{slot['id']}/edit"
    fields = fields_of(await shown(reader, path), path)
    body(await api.patch(f"/v1/slots/{slot['id']}", json={"groups": 4}))

    stale = await post(reader, path, fields | {"groups": "3"})
    again = await post(reader, path, fields_of(stale, path))

    assert stale.status == 412
    assert "Valeur actuelle : 4" in stale.text
    assert (await made_by(api, again))["groups"] == 3


async def test_a_slot_is_closed_reopened_and_cancelled_with_its_classes(region, reader, api, slot):
    """How many classes lose their visit is said before; the reason is theirs to read."""
    path = f"/slots/{slot['id']}"
    booking = await book(region, slot)

    closed = await made_by(api, await send(reader, path, f"{path}/close"))
    reopened = await made_by(api, await send(reader, path, f"{path}/reopen"))
    before = await shown(reader, f"{path}/cancel")
    silent = await send(reader, f"{path}/cancel", reason=" ")
    cancelled = await made_by(api, await send(reader, f"{path}/cancel", reason="Four en panne"))

    assert (closed["state"], reopened["state"], cancelled["state"]) == ("closed", "open", "cancelled")
    assert "1 classe inscrite perdra sa visite" in before.text
    assert "3e B" in before.text
    assert silent.status == 422
    assert "Dites pourquoi" in said_of(silent, "reason")
    assert body(await api.get(f"/v1/bookings/{booking['id']}"))["state"] == "cancelled"
    assert "Four en panne" in (await shown(reader, path)).text
    late = await post(reader, f"{path}/close", fields_of(before, f"{path}/cancel"))
    assert late.status == 412
    assert (await shown(reader, f"{path}/edit")).status == 200


async def test_what_classes_asked_for_in_vain_is_told_where_slots_are_opened(
    region, coordinator, company, reader, offer
):
    """Once the region was matched: how many classes, of which level, for which theme."""
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    await a_class_request(teacher, uai, themes=["robotics"])
    await a_match_run(coordinator)
    await until(lambda: listed(coordinator, f"/v1/unmet-demand?company={company['id']}"))

    for path in ("/company", "/slots/new", f"/slots/new?visit_offer={offer['id']}", "/visit-offers/new"):
        page = await shown(reader, path)
        assert "près de Auch" in page.text
        assert "Robotique" in page.text
