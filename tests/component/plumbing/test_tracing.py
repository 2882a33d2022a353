"""One trace from the first request to the last event, in every message and every log line."""

import asyncio
import json
from collections.abc import Iterator

import pytest
import structlog

from contracts.companies.slots import MoveSlot, SlotClosed
from contracts.matchmaker.class_requests import ClassRequestSubmitted
from contracts.message import decoder_of
from services.bus import Bus
from services.runtime import Service, running
from services.telemetry import configure_logging, current_traceparent, log, say_ready, start_trace, trace_id
from services.work import Work
from tests.component.plumbing.toys import (
    COMPANIES,
    EITHER_WAY,
    close,
    move,
    note,
    rows,
    settings_of,
    slot,
    until_effects,
)
from tests.conftest import Servers

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """The log as a process writes it: JSON lines on stdout."""
    configure_logging("info", "toys")
    yield capsys
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


async def pass_on(event: SlotClosed, work: Work) -> None:
    """Announce in turn, and set a timer, as a follower does."""
    work.announce(ClassRequestSubmitted(class_request=slot(reason=event.slot.reason)))
    work.set_timer("ring", event.slot.reason, work.now)


async def ring(key: str, work: Work) -> None:
    """Announce in turn once more."""
    work.announce(ClassRequestSubmitted(class_request=slot(reason=f"{key} again")))
    await note(work, key)


FOLLOWER = Service(name="matchmaker", follows={SlotClosed: pass_on}, timers={"ring": ring})


async def traces(servers: Servers, service: str) -> list[tuple[str, str]]:
    """Whose trace each event in an outbox carries: its reason and trace id."""
    found = await rows(servers, service, "select headers, body from outbox order by position")
    return [
        (
            next(iter(json.loads(row["body"]).values()))["reason"],
            decoder_of(dict[str, str]).decode(row["headers"])["traceparent"].split("-")[1],
        )
        for row in found
    ]


@EITHER_WAY
async def test_events_carry_the_trace_of_what_caused_them(servers: Servers, bus: Bus, service: Service) -> None:
    """Also where a follower handles many of them in one batch, and where a timer lies between."""
    expected = {}

    async def ask(reason: str) -> None:
        expected[reason] = start_trace().split("-")[1]
        await bus.ask(move(reason))

    async with running(service, settings_of(service, servers)):
        await asyncio.gather(*(ask(str(number)) for number in range(10)))
        async with running(FOLLOWER, settings_of(FOLLOWER, servers)):
            await until_effects(servers, "matchmaker", 10)

    assert dict(await traces(servers, "companies")) == expected
    assert dict(await traces(servers, "matchmaker")) == expected | {
        f"{reason} again": trace for reason, trace in expected.items()
    }


async def test_log_tells_the_whole_story_of_a_trace(
    servers: Servers, bus: Bus, logs: pytest.CaptureFixture[str]
) -> None:
    """One trace id finds the request, the event and the timer."""
    start_trace(GIVEN)
    async with (
        running(COMPANIES, settings_of(COMPANIES, servers)),
        running(FOLLOWER, settings_of(FOLLOWER, servers)),
    ):
        await bus.ask(move("told"))
        await until_effects(servers, "matchmaker", 1)

    lines = [json.loads(line) for line in logs.readouterr().out.splitlines()]
    story = [line["event"] for line in lines if line.get("trace_id") == "0af7651916cd43dd8448eb211c80319c"]
    assert {"answered", "handled", "timer_done"} <= set(story)
    assert all(line["service"] == "toys" and line["level"] for line in lines)


async def test_log_holds_no_password(servers: Servers, bus: Bus, logs: pytest.CaptureFixture[str]) -> None:
    """Not even of servers that refuse or are away."""

    async def fail(request: MoveSlot, work: Work) -> None:
        await close(request, work)
        raise RuntimeError("a defect")

    service = Service(name="companies", answers={MoveSlot: fail})
    async with running(service, settings_of(service, servers)) as alive:
        with pytest.raises(Exception, match="on our side"):
            await bus.ask(move())
        await servers.nats.stop()
        while alive.bus.nats.is_connected:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)

    written = logs.readouterr().out
    assert "request_failed" in written
    assert "nats_error" in written
    for password in (*servers.postgres.passwords.values(), *servers.nats.passwords.values()):
        assert password not in written


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (GIVEN, True),
        (GIVEN.replace("00-", "cc-", 1) + "-what a later version adds", True),
        ("", False),
        (None, False),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", False),
        (f"00-{'0' * 32}-b7ad6b7169203331-01", False),
        (f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01", False),
        (GIVEN.replace("00-", "ff-", 1), False),
        ("00-0af7651916cd43dd8448eb211c80319c\r\nevil: 1-b7ad6b7169203331-01", False),
    ],
)
def test_trace_from_outside_is_kept_only_where_it_is_one(given: str | None, kept: bool) -> None:
    """Anything else is replaced, as the W3C recommendation asks."""
    sent_on = start_trace(given)

    assert (trace_id() == "0af7651916cd43dd8448eb211c80319c") is kept
    assert len(trace_id()) == 32
    assert current_traceparent() == sent_on
    assert sent_on.split("-")[2] != "b7ad6b7169203331"


def test_ready_is_said_at_any_level(logs: pytest.CaptureFixture[str]) -> None:
    """Who starts a process waits for that line, also where the process is to say little."""
    configure_logging("warning", "toys")

    log().info("answered")
    say_ready(port=8000)

    line = json.loads(logs.readouterr().out)
    assert (line["event"], line["service"], line["port"]) == ("ready", "toys", 8000)
