"""Live changes: everybody hears of what is theirs, once, from wherever they were, and of nothing else."""

from contextlib import AsyncExitStack
from datetime import timedelta

from contracts.companies.bookings import BookingConfirmed, BookingRequested
from contracts.companies.profiles import CompanyChanged, CompanyRegistered
from contracts.companies.slots import SlotClosed, SlotOpened
from contracts.matchmaker.match_runs import MatchRunStarted
from contracts.vocabulary import Role
from services.gateway.directory import live_store
from services.gateway.live import hub
from tests.component.gateway.given import Gateway
from tests.component.gateway.listening import listening, told_of
from tests.component.gateway.resources import (
    NOW,
    a_booking,
    a_company,
    a_match_run,
    a_slot,
    a_uai,
    an_offer,
    next_version,
)


async def test_a_party_hears_of_a_booking_while_it_happens(gateway: Gateway):
    """Its class's school, its company, the Region; another organisation hears of the slot, which is public, alone."""
    company, uai = a_company(), a_uai()
    slot = a_slot(an_offer(company))
    booking = a_booking(slot, uai)
    callers = {
        "school": await gateway.headers(Role.TEACHER, uai),
        "company": await gateway.headers(Role.COMPANY, company.id),
        "region": await gateway.headers(Role.COORDINATOR),
        "other school": await gateway.headers(Role.TEACHER, a_uai()),
    }

    async with AsyncExitStack() as stack:
        readers = {
            name: await (await stack.enter_async_context(listening(gateway.http, headers))).begun()
            for name, headers in callers.items()
        }
        await gateway.tell(BookingRequested(booking=booking, slot=slot))
        last = next_version(slot, groups_taken=2, state="full")
        await gateway.tell(SlotOpened(slot=last))
        heard = {
            name: sorted(await reader.changes(2 if name == "other school" else 3)) for name, reader in readers.items()
        }

    seen = sorted(told_of(booking, slot, last))
    assert heard["school"] == heard["company"] == heard["region"] == seen
    assert heard["other school"] == sorted(told_of(slot, last))
    response = readers["school"].response
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"


async def test_whoever_comes_back_hears_the_rest_from_every_position(gateway: Gateway):
    """Nothing twice, nothing lost, whether a change came before the stream was opened or after."""
    headers = await gateway.headers(Role.COMPANY, (company := a_company()).id)
    versions = [company]
    for number in range(5):
        versions.append(next_version(versions[-1], name=f"Ateliers {number}"))
    before, after = versions[:3], versions[3:]
    for each in before:
        await gateway.tell(CompanyRegistered(company=each))
    numbers = [row["id"] for row in await gateway.connection.fetch("select id from live_change order by id")]

    async with AsyncExitStack() as stack:
        readers = [
            await stack.enter_async_context(listening(gateway.http, headers, number)) for number in (0, *numbers)
        ]
        for each in after:
            await gateway.tell(CompanyChanged(company=each))
        heard = [await reader.changes(6 - place) for place, reader in enumerate(readers)]

    assert [reader.position for reader in readers] == [numbers[-1] + 3] * 4
    assert heard == [told_of(*versions[place:]) for place in range(4)]


async def test_after_is_for_pages_that_were_read_before_they_listen(gateway: Gateway):
    """As the header, for whoever cannot set one; the header knows better."""
    headers = await gateway.headers(Role.COORDINATOR)
    company = a_company()
    await gateway.tell(CompanyRegistered(company=company))
    known = await gateway.app.state.live_streams.position()
    renamed = next_version(company, name="Après")
    await gateway.tell(CompanyChanged(company=renamed))

    async with (
        listening(gateway.http, headers, path=f"/v1/live?after={known}") as page,
        listening(gateway.http, headers, known, path="/v1/live?after=0") as back,
    ):
        assert await page.changes(1) == await back.changes(1) == told_of(renamed)
        # Somebody listens now, so that nobody has to be asked.
        assert await gateway.app.state.live_streams.position() >= known + 1


async def test_late_and_repeated_events_are_no_change(gateway: Gateway):
    """What the directory does not keep nobody hears of; of a batch, only what is kept."""
    headers = await gateway.headers(Role.COORDINATOR)
    company = a_company()
    renamed = next_version(company, name="Après")
    again = next_version(renamed, name="Encore")

    async with listening(gateway.http, headers) as reader:
        await reader.begun()
        await gateway.tell(CompanyChanged(company=renamed))
        await gateway.tell(CompanyRegistered(company=company), CompanyChanged(company=renamed))
        await gateway.tell(CompanyChanged(company=again))
        heard = await reader.changes(2)

    assert heard == told_of(renamed, again)
    assert await gateway.connection.fetchval("select count(*) from live_change") == 2


async def test_what_is_no_longer_public_is_said_to_have_changed_and_no_more(gateway: Gateway):
    """A class looks at a slot that is closed: it hears of it; of what becomes of it later only its company does."""
    company = a_company()
    slot = a_slot(an_offer(company))
    closed = next_version(slot, state="closed")
    await gateway.tell(SlotOpened(slot=slot))

    async with (
        listening(gateway.http, await gateway.headers(Role.TEACHER, a_uai())) as class_,
        listening(gateway.http, await gateway.headers(Role.COMPANY, company.id)) as own,
    ):
        await class_.begun()
        await own.begun()
        await gateway.tell(SlotClosed(slot=closed))
        await gateway.tell(SlotClosed(slot=next_version(closed, reason="travaux")))
        await gateway.tell(CompanyRegistered(company=company))
        seen = [await class_.change(), await class_.change()]
        known = [await own.change() for _ in range(3)]

    assert [(each["kind"], each["version"], each["state"]) for each in seen] == [
        ("slot", 2, ""),
        ("company", 1, "approved"),
    ]
    assert [each["state"] for each in known] == ["closed", "closed", "approved"]


async def test_a_notice_is_heard_by_its_addressee_alone(gateway: Gateway):
    """What waits for the head of school is not for its teachers, nor for the Region."""
    company, uai = a_company(), a_uai()
    slot = a_slot(an_offer(company))
    booking = a_booking(slot, uai, state="requested")

    async with (
        listening(gateway.http, await gateway.headers(Role.HEAD, uai)) as head,
        listening(gateway.http, await gateway.headers(Role.TEACHER, uai)) as teacher,
        listening(gateway.http, await gateway.headers(Role.COORDINATOR)) as region,
    ):
        for reader in (head, teacher, region):
            await reader.begun()
        await gateway.tell(BookingRequested(booking=booking, slot=slot), actor=f"school:{uai}")
        confirmed = next_version(booking, state="confirmed")
        await gateway.tell(BookingConfirmed(booking=confirmed, slot=slot), actor=f"company:{company.id}")
        heard = {
            name: [(each["kind"], each["state"]) for each in [await reader.change() for _ in range(number)]]
            for name, reader, number in (("head", head, 5), ("teacher", teacher, 4), ("region", region, 3))
        }

    notices = {name: [state for kind, state in told if kind == "notice"] for name, told in heard.items()}
    assert notices == {"head": ["approval_asked", "confirmed"], "teacher": ["confirmed"], "region": []}


async def test_what_nobody_is_a_party_of_only_coordinators_hear(gateway: Gateway):
    """A match run, for instance."""
    run, company = a_match_run(state="solving"), a_company()

    async with (
        listening(gateway.http, await gateway.headers(Role.COORDINATOR)) as region,
        listening(gateway.http, await gateway.headers(Role.COMPANY, company.id)) as own,
    ):
        await region.begun()
        await own.begun()
        await gateway.tell(MatchRunStarted(match_run=run))
        await gateway.tell(CompanyRegistered(company=company))
        heard = await region.changes(2), await own.changes(1)

    assert heard == (told_of(run, company), told_of(company))


async def test_whoever_was_away_for_too_long_reads_anew(gateway: Gateway):
    """After a day what changed is forgotten, but for the last of all; whoever heard that one has missed nothing."""
    headers = await gateway.headers(Role.COORDINATOR)
    company = a_company()
    versions = [company, next_version(company, name="B"), next_version(next_version(company), name="C")]
    for each in versions:
        await gateway.tell(CompanyChanged(company=each))
    first, _, last = (row["id"] for row in await gateway.connection.fetch("select id from live_change order by id"))
    await gateway.connection.execute("update live_change set at = $1", NOW - timedelta(days=2))
    await live_store.delete_changes(gateway.connection, NOW - timedelta(days=1))

    async with AsyncExitStack() as stack:
        lost, future, current, heard = [
            await stack.enter_async_context(listening(gateway.http, headers, number))
            for number in (first, last + 1000, last - 1, last)
        ]
        reloads = [await lost.next(), await future.next()]
        again = await current.changes(1)
        renamed = next_version(versions[-1], name="D")
        await gateway.tell(CompanyChanged(company=renamed))
        rest = [await reader.changes(1) for reader in (lost, future, current, heard)]

    assert reloads == [{"event": "reload", "id": str(last), "data": "{}"}] * 2
    assert again == told_of(versions[-1])
    assert rest == [told_of(renamed)] * 4


async def test_a_reader_of_a_replica_that_knows_more_hears_nothing_twice(gateway: Gateway, monkeypatch):
    """It comes to this one with a number that this one has not looked at yet."""
    monkeypatch.setattr(hub, "LOOK_S", 1.0)
    headers = await gateway.headers(Role.COORDINATOR)
    company = a_company()

    async with listening(gateway.http, headers) as first:
        await first.begun()
        await gateway.tell(CompanyRegistered(company=company))
        ahead = await gateway.connection.fetchval("select max(id) from live_change")
        async with listening(gateway.http, headers, ahead) as reader:
            renamed = next_version(company, name="Après")
            await gateway.tell(CompanyChanged(company=renamed))
            heard = await first.changes(2), await reader.changes(1)

    assert heard == (told_of(company, renamed), told_of(renamed))
