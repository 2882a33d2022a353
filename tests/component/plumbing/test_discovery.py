"""Every replica is found by the NATS micro protocol, as `nats micro` and any other tool speak it."""

import asyncio
from typing import Any
from uuid import uuid4

import msgspec
import nats as nats_client
import pytest
from nats.aio.client import Client

from contracts.companies.slots import GetSlot, MoveSlot
from contracts.errors import RequestRefused
from contracts.message import subject_of
from services.bus import Bus
from services.runtime import Service, running
from services.work import Work
from tests.component.plumbing.toys import COMPANIES, MATCHMAKER, get, move, settings_of
from tests.conftest import Servers


@pytest.fixture
async def operator(servers: Servers):
    """A connection as the person at the command line has it."""
    client = await nats_client.connect(servers.nats_url("operator"), inbox_prefix=b"_INBOX.operator")
    yield client
    await client.close()


async def discover(client: Client, subject: str, expected: int) -> list[dict[str, Any]]:
    """All answers to a question of discovery; fails where there are more or fewer."""
    inbox = client.new_inbox()
    subscription = await client.subscribe(inbox)
    await client.publish(subject, reply=inbox)
    answers = [msgspec.json.decode((await subscription.next_msg(timeout=5)).data) for _ in range(expected)]
    with pytest.raises(TimeoutError):
        await subscription.next_msg(timeout=0.2)
    return answers


async def test_replicas_answer_a_ping(servers: Servers, operator: Client) -> None:
    """All services when all are asked, those of one name, or the very one."""
    async with (
        running(COMPANIES, settings_of(COMPANIES, servers)),
        running(COMPANIES, settings_of(COMPANIES, servers)),
        running(MATCHMAKER, settings_of(MATCHMAKER, servers)),
    ):
        everybody = await discover(operator, "$SRV.PING", 3)
        companies = await discover(operator, "$SRV.PING.companies", 2)
        [one] = await discover(operator, f"$SRV.PING.companies.{companies[0]['id']}", 1)

    assert sorted(each["name"] for each in everybody) == ["companies", "companies", "matchmaker"]
    assert len({each["id"] for each in everybody}) == 3
    assert one == companies[0]
    assert one["type"] == "io.nats.micro.v1.ping_response"


async def test_info_lists_what_is_answered(servers: Servers, operator: Client) -> None:
    """Every endpoint with its subject and queue group."""
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        [info] = await discover(operator, "$SRV.INFO.companies", 1)

    subjects = {endpoint["subject"] for endpoint in info["endpoints"]}
    assert info["type"] == "io.nats.micro.v1.info_response"
    assert {subject_of(MoveSlot), subject_of(GetSlot), "svc.companies.check-health.v1"} <= subjects
    assert {endpoint["queue_group"] for endpoint in info["endpoints"]} == {"companies"}


async def test_stats_count_requests_and_defects(servers: Servers, operator: Client, bus: Bus) -> None:
    """A refusal is an answer; only a defect of ours is an error."""

    async def fail(_request: MoveSlot, _work: Work) -> None:
        raise RuntimeError("a defect")

    service = Service(name="companies", answers={MoveSlot: fail, GetSlot: get})
    async with running(service, settings_of(service, servers)):
        await asyncio.gather(*(bus.ask(GetSlot(slot_id=uuid4())) for _ in range(3)))
        with pytest.raises(RequestRefused):
            await bus.ask(move())
        [stats] = await discover(operator, "$SRV.STATS.companies", 1)

    counted = {endpoint["name"]: (endpoint["num_requests"], endpoint["num_errors"]) for endpoint in stats["endpoints"]}
    assert counted["get-slot"] == (3, 0)
    assert counted["move-slot"] == (1, 1)
    assert all(endpoint["average_processing_time"] > 0 for endpoint in stats["endpoints"] if endpoint["num_requests"])
