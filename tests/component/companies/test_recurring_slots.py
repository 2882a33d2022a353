"""Opening many slots at once: in a batch, all or none, and by the week."""

import asyncio
from datetime import date, time, timedelta

import asyncpg
import pytest

from contracts.companies.profiles import MoveCompany
from contracts.companies.slots import (
    GetSlot,
    MoveSlot,
    NewSlots,
    OpenRecurringSlots,
    OpenSlot,
    OpenSlots,
    PreviewSlots,
    Recurrence,
    Slot,
    SlotOpened,
)
from contracts.companies.visit_offers import MoveVisitOffer
from contracts.errors import Kind, RequestRefused
from contracts.local_time import local, local_day
from contracts.reference.calendar import COVERS, is_school_day, why_not_school_day
from contracts.vocabulary import Weekday
from tests.component.companies.asking import a_host, a_slot_of, an_offer_of
from tests.component.companies.given import (
    COORDINATOR,
    OTHER_COMPANY,
    STRANGER_ID,
    TEACHER,
    at,
    new_slot,
    next_school_day,
    today,
)

DAY = timedelta(days=1)
SCHOOL_WEEK = tuple(Weekday)


def opening(offer, *news):
    return OpenSlots(visit_offer_id=offer.id, slots=NewSlots(slots=news))


def recurring(offer, **given):
    """Every school day of the four weeks that begin in four weeks, at nine."""
    first = next_school_day(28)
    asked = {"from_date": first, "until_date": first + 27 * DAY, "weekdays": SCHOOL_WEEK, "starts_at": time(9)}
    return OpenRecurringSlots(visit_offer_id=offer.id, recurrence=Recurrence(**(asked | given)))


def a_holiday(kind):
    """The first weekday in four weeks or later on which schools are closed for that reason."""
    day = today() + 28 * DAY
    while day.weekday() > 4 or (closed := why_not_school_day(day)) is None or closed.kind != kind:
        day += DAY
    return day


async def stored(companies):
    """All slots, by their beginning."""
    ids = await companies.connection.fetch("select id from slot order by starts_at, id")
    return [await companies.ask(GetSlot(slot_id=row["id"]), COORDINATOR) for row in ids]


# ------------------------------------------------------------ a batch


async def test_a_batch_opens_all_of_its_slots(companies):
    """Soonest first, one event each, each with a clock for its end."""
    host = await a_host(companies, fictional=True)
    offer = await an_offer_of(companies, host, pooled=True)
    near, far = next_school_day(28), next_school_day(35)
    news = new_slot(far, external_id="S-2"), new_slot(near, groups=2), new_slot(near, ends_at=at(near, 12))

    opened = await companies.ask(opening(offer, *news), host.caller)

    assert [local_day(slot.starts_at) for slot in opened.slots] == [near, near, far]
    assert [(slot.state, slot.pooled, slot.fictional) for slot in opened.slots] == [("open", True, True)] * 3
    assert opened.skipped == ()
    assert await companies.announced(SlotOpened) == [SlotOpened(slot=slot) for slot in opened.slots]
    assert sorted(await stored(companies), key=lambda slot: slot.id) == sorted(opened.slots, key=lambda slot: slot.id)
    clocks = await companies.connection.fetch("select key, due_at from timer where kind = 'slot_ends'")
    assert {(row["key"], row["due_at"]) for row in clocks} == {(str(s.id), s.ends_at) for s in opened.slots}


async def test_one_wrong_row_leaves_the_whole_batch_unopened(companies):
    """Each wrong row is named with all of its reasons, in both languages."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    taken = await a_slot_of(companies, host, offer, external_id="S-1")
    day = next_school_day(28)

    problem = await companies.refusal(
        opening(
            offer,
            new_slot(day),
            new_slot(today() + DAY, pupils_per_group=31),
            new_slot(day, external_id="S-1"),
            new_slot(day, external_id="S-2"),
            new_slot(day, external_id="S-2"),
        ),
        host.caller,
    )

    assert (problem.slug, problem.kind) == ("invalid-input", Kind.INVALID)
    faults = {fault.field: fault.message for fault in problem.fields}
    assert {"slots[1].starts_at", "slots[1].pupils_per_group"} <= set(faults)
    assert str(taken.id) in faults["slots[2].external_id"].en
    assert "slots[3]" in faults["slots[4].external_id"].fr
    assert not [field for field in faults if field.startswith(("slots[0]", "slots[3]"))]


async def test_a_batch_sent_again_with_its_key_opens_nothing_twice(companies):
    """The same answer, one effect."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    request = opening(offer, new_slot(next_school_day(28)), new_slot(next_school_day(30)))

    first = await companies.ask(request, host.caller, key="K-1")
    again = await companies.ask(request, host.caller, key="K-1")

    assert again == first
    assert len(await stored(companies)) == 2


async def test_an_external_id_that_is_taken_at_this_very_moment_is_named_by_its_row(companies, servers):
    """The batch waits for who writes it, and then opens nothing."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    first = await a_slot_of(companies, host, offer)
    other = await asyncpg.connect(servers.dsn("companies"))
    day = next_school_day(28)
    batch = opening(offer, new_slot(day, external_id="S-1"), new_slot(day, external_id="S-9"))

    async with other.transaction():
        await other.execute("update slot set external_id = 'S-9' where id = $1", first.id)
        asked = asyncio.create_task(companies.ask(batch, host.caller))
        waits = "select exists (select from pg_locks where not granted and locktype = 'transactionid')"
        await companies.until(lambda: companies.connection.fetchval(waits))
    with pytest.raises(RequestRefused) as refused:
        await asked
    await other.close()

    assert [fault.field for fault in refused.value.problem.fields] == ["slots[1].external_id"]
    assert [(slot.id, slot.external_id) for slot in await stored(companies)] == [(first.id, "S-9")]


async def test_nobody_else_opens_many(companies):
    """Nor does anybody on an offer that is over, or for a company that is suspended."""
    host = await a_host(companies)
    offer, draft = await an_offer_of(companies, host), await an_offer_of(companies, host, publish=False)
    batch, series = opening(offer, new_slot(next_school_day(28))), recurring(offer)

    for request in (batch, series):
        for caller in (OTHER_COMPANY, TEACHER):
            assert (await companies.refusal(request, caller)).slug == "not-yours"
    unknown = OpenRecurringSlots(visit_offer_id=STRANGER_ID, recurrence=series.recurrence)
    assert (await companies.refusal(unknown, COORDINATOR)).kind is Kind.NOT_FOUND
    assert (await companies.refusal(recurring(draft), TEACHER)).kind is Kind.NOT_FOUND
    await companies.ask(MoveVisitOffer(visit_offer_id=offer.id, action="archive"), host.caller)
    for request in (batch, series):
        assert (await companies.refusal(request, host.caller)).facts["state"] == "archived"
    await companies.ask(MoveCompany(company_id=host.company.id, action="suspend"), COORDINATOR)
    assert (await companies.refusal(recurring(draft), host.caller)).facts["state"] == "suspended"


# ------------------------------------------------------------ by the week


async def test_a_recurrence_opens_a_slot_on_each_school_day(companies):
    """At the same hour of Occitanie, one event each; closed days are skipped, and said in both languages."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    holiday = a_holiday("public_holiday")

    opened = await companies.ask(
        recurring(offer, from_date=holiday - 7 * DAY, until_date=holiday + 13 * DAY, groups=2), host.caller
    )

    weekdays = [holiday + passed * DAY for passed in range(-7, 14) if (holiday + passed * DAY).weekday() < 5]
    assert [local_day(slot.starts_at) for slot in opened.slots] == [day for day in weekdays if is_school_day(day)]
    assert [skipped.day for skipped in opened.skipped] == [day for day in weekdays if not is_school_day(day)]
    [reason] = [skipped.reason for skipped in opened.skipped if skipped.day == holiday]
    closed = why_not_school_day(holiday)
    assert (reason.en, reason.fr) == (closed.en, closed.fr)
    assert {(local(slot.starts_at).hour, slot.groups, slot.state) for slot in opened.slots} == {(9, 2, "open")}
    assert await companies.announced(SlotOpened) == [SlotOpened(slot=slot) for slot in opened.slots]
    assert await stored(companies) == list(opened.slots)


async def test_its_slots_are_slots_like_any_other(companies):
    """Each ends, changes and is cancelled by itself."""
    host = await a_host(companies)
    opened = await companies.ask(recurring(await an_offer_of(companies, host)), host.caller)
    first, second, *_ = opened.slots

    cancelled = await companies.ask(MoveSlot(slot_id=first.id, action="cancel", reason="works"), host.caller)

    assert isinstance(cancelled, Slot)
    assert (await companies.ask(GetSlot(slot_id=second.id), TEACHER)).state == "open"


@pytest.mark.parametrize(
    ("given", "field", "word"),
    [
        ({"from_date": today() + DAY}, "from_date", "days ahead"),
        ({"until_date": today()}, "until_date", "ends before it begins"),
        ({"until_date": COVERS.last + DAY}, "until_date", f"to {COVERS.last}"),
        ({"until_date": date.max}, "until_date", f"to {COVERS.last}"),
        ({"starts_at": time(5)}, "starts_at", "05:00"),
        ({"ends_at": time(8)}, "ends_at", "later end"),
        ({"pupils_per_group": 31}, "pupils_per_group", "1 to 30"),
        ({"weekdays": (Weekday.MONDAY, Weekday.MONDAY)}, "weekdays", "each once"),
    ],
)
async def test_a_wrong_recurrence_is_refused_by_its_field(companies, given, field, word):
    """With the remedy; nothing is stored, nothing announced."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)

    problem = await companies.refusal(recurring(offer, **given), host.caller)

    faults = {fault.field: fault.message.en for fault in problem.fields}
    assert word in faults[f"recurrence.{field}"]


async def test_a_recurrence_without_a_school_day_is_an_error(companies):
    """Nobody thinks that something was opened."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    holiday = a_holiday("school_holiday")

    closed = await companies.refusal(recurring(offer, from_date=holiday, until_date=holiday), host.caller)
    weekday = next(day for day in Weekday if list(Weekday).index(day) != holiday.weekday())
    none = await companies.refusal(
        recurring(offer, from_date=holiday, until_date=holiday, weekdays=(weekday,)), host.caller
    )

    for problem in (closed, none):
        assert [fault.field for fault in problem.fields] == ["recurrence.until_date"]


async def test_two_hundred_slots_are_the_most_at_once(companies):
    """One more is an error that says where to part them; two hundred are opened in one go."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    too_far = min(next_school_day(28) + 480 * DAY, COVERS.last)
    problem = await companies.refusal(recurring(offer, until_date=too_far), host.caller)
    [fault] = problem.fields
    last = date.fromisoformat(fault.message.en.partition("end it on ")[2][:10])

    opened = await companies.ask(recurring(offer, until_date=last), host.caller)

    assert (fault.field, len(opened.slots)) == ("recurrence.until_date", 200)
    assert await companies.connection.fetchval("select count(*) from slot") == 200


async def test_an_offer_opened_one_by_one_may_be_opened_by_the_week_too(companies):
    """Slots may overlap: two guides receive at once."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    day = next_school_day(28)
    alone = await companies.ask(OpenSlot(visit_offer_id=offer.id, slot=new_slot(day)), host.caller)

    opened = await companies.ask(recurring(offer, until_date=day), host.caller)

    assert [slot.starts_at for slot in opened.slots] == [alone.starts_at]


# ------------------------------------------------------------ looking first


async def test_a_preview_shows_what_would_open_and_opens_nothing(companies):
    """The very days, hours and reasons that opening then has."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    closed = a_holiday("public_holiday")
    request = recurring(offer, from_date=closed - 7 * DAY, until_date=closed + 7 * DAY)

    shown = await companies.ask(PreviewSlots(visit_offer_id=offer.id, recurrence=request.recurrence), host.caller)
    before = await stored(companies)
    opened = await companies.ask(request, host.caller)

    assert before == []
    assert [(slot.starts_at, slot.ends_at) for slot in shown.slots] == [
        (slot.starts_at, slot.ends_at) for slot in opened.slots
    ]
    assert shown.skipped == opened.skipped
    assert closed in [skipped.day for skipped in shown.skipped]


async def test_a_preview_refuses_what_opening_would(companies):
    """Wrong fields by name, and others' offers."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    wrong = PreviewSlots(visit_offer_id=offer.id, recurrence=recurring(offer, from_date=today()).recurrence)

    assert [fault.field for fault in (await companies.refusal(wrong, host.caller)).fields] == ["recurrence.from_date"]
    assert (await companies.refusal(wrong, OTHER_COMPANY)).slug == "not-yours"
