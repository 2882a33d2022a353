"""What a service says of itself: that it answers, what waits in it, and what needs a hand."""

import pytest

from contracts.errors import Unavailable
from contracts.operations import ListDeadLetters, ServiceHealth
from services.bus import Bus
from services.runtime import Service, running
from tests.component.plumbing.toys import COMPANIES, MATCHMAKER, Gate, health, rows, settings_of
from tests.conftest import Servers


async def test_service_at_rest_is_well(servers: Servers, bus: Bus) -> None:
    """Nothing waits, nothing is late, nothing alarms."""
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        told = await health(bus, "companies")

    assert told == ServiceHealth(
        service="companies", ready=True, database=True, relay_backlog=0, dead_letters=0, timers_late=0
    )


async def test_every_service_answers_for_itself(servers: Servers, bus: Bus) -> None:
    """One that runs answers, one that does not is named."""
    async with running(MATCHMAKER, settings_of(MATCHMAKER, servers)):
        told = await health(bus, "matchmaker")
        with pytest.raises(Unavailable) as away:
            await health(bus, "companies")

    assert told.service == "matchmaker"
    assert away.value.facts == {"part": "companies"}


async def test_what_waits_is_counted(servers: Servers, bus: Bus) -> None:
    """Dead letters that were not retried, and timers long due that no handler has finished."""
    gate = Gate()
    await rows(
        servers,
        "companies",
        "insert into dead_letter (id, source, subject, headers, body, error, retried_at) values"
        " (gen_random_uuid(), 'timer', 'k', '{}', '', '', null),"
        " (gen_random_uuid(), 'timer', 'k', '{}', '', '', now())",
    )
    await rows(
        servers,
        "companies",
        "insert into timer (kind, key, due_at) values ('ring', '1', now() - interval '1 minute'), ('ring', '2', now())",
    )
    service = Service(name="companies", timers={"ring": lambda _key, _work: gate.pass_through()})
    async with running(service, settings_of(service, servers)):
        told = await health(bus, "companies")

    assert (told.dead_letters, told.timers_late) == (1, 1)


async def test_long_list_of_dead_letters_fits_into_an_answer(servers: Servers, bus: Bus) -> None:
    """However many and however large they are."""
    await rows(
        servers,
        "companies",
        "insert into dead_letter (id, source, subject, headers, body, error)"
        " select gen_random_uuid(), 'event', 's', '{}', convert_to(repeat('\"', 500000), 'UTF8'), repeat('\\', 100000)"
        " from generate_series(1, 210)",
    )
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        listed = await bus.ask(ListDeadLetters(), service="companies")

    assert len(listed) == 200
    assert all(len(letter.body) == 500 for letter in listed)
