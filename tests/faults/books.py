"""An audit of a whole region at rest: what was acknowledged, what each service keeps, and what was told."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec
import nats
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig

from contracts.matchmaker.proposals import VisitProposal
from contracts.message import decoder_of
from deploy.choreography import durables_of, load_services
from deploy.permissions import SERVICES
from deploy.provision import event_stream
from tests.conftest import Servers

QUIET_S = 90
# Whose table holds what the directory shows.
OWNERS = {
    "company": "companies",
    "site": "companies",
    "job_need": "companies",
    "visit_offer": "companies",
    "slot": "companies",
    "booking": "companies",
    "association": "associations",
    "capacity": "associations",
    "partnership": "associations",
    "school": "matchmaker",
    "class_request": "matchmaker",
    "visit_proposal": "matchmaker",
    "partnership_proposal": "matchmaker",
    "match_run": "matchmaker",
}


@dataclass(frozen=True)
class Published:
    """One event as it stands in a stream or an outbox."""

    event_id: str
    thing: str
    version: int


@dataclass
class Books:
    """Read with every service's own role, and as the operator of the broker."""

    servers: Servers

    async def rows(self, service: str, query: str, *arguments: object) -> list[asyncpg.Record]:
        """What a query finds in a service's schema."""
        connection = await asyncpg.connect(self.servers.dsn(service))
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    async def until_quiet(self) -> None:
        """Wait until everything that was committed has been published, followed and acted upon."""
        async with asyncio.timeout(QUIET_S):
            quiet = 0
            while quiet < 3:
                quiet = 0 if await self.unrest() else quiet + 1
                await asyncio.sleep(0.2)

    async def unrest(self) -> list[str]:
        """What still waits: in outboxes, among due timers, with followers."""
        waiting = []
        for service in SERVICES:
            [counted] = await self.rows(
                service,
                "select (select count(*) from outbox where published_at is null) as outbox,"
                " (select count(*) from timer where due_at < now() + interval '5 seconds') as timers",
            )
            waiting += [f"{service}: {name}" for name, count in counted.items() if count]
        client = await nats.connect(self.servers.nats_url("operator"), inbox_prefix=b"_INBOX.operator")
        try:
            for durable in durables_of(load_services()):
                info = await client.jetstream().consumer_info(durable.stream, durable.name)
                if info.num_pending or info.num_ack_pending:
                    waiting.append(f"{durable.name} follows {durable.stream}")
        finally:
            await client.close()
        return waiting

    async def outbox(self, service: str) -> list[Published]:
        """The events that a service recorded, in order."""
        found = await self.rows(service, "select id, aggregate_id, body from outbox order by position")
        return [Published(str(row["id"]), row["aggregate_id"], version_of(row["body"])) for row in found]

    async def stream(self, service: str) -> list[Published]:
        """The events in a service's stream, in order."""
        client = await nats.connect(self.servers.nats_url("operator"), inbox_prefix=b"_INBOX.operator")
        jetstream = client.jetstream()
        found = []
        try:
            count = (await jetstream.stream_info(event_stream(service))).state.messages
            unheard = ConsumerConfig(ack_policy=AckPolicy.NONE)
            pull = await jetstream.pull_subscribe("", stream=event_stream(service), config=unheard)
            while len(found) < count:
                try:
                    batch = await pull.fetch(500, timeout=2)
                except NatsTimeoutError:
                    break
                found += [
                    Published(each.headers["ce-id"], each.headers["ce-subject"], version_of(each.data))
                    for each in batch
                ]
        finally:
            await client.close()
        return found

    async def versions(self, table: str) -> Counter[tuple[str, int]]:
        """Every thing of a kind with its version, as its owner keeps it."""
        found = await self.rows(OWNERS[table], f"select id, version from {table}")
        return Counter((str(row["id"]), row["version"]) for row in found)

    async def shown(self, table: str) -> Counter[tuple[str, int]]:
        """The same, as the directory shows it."""
        found = await self.rows("gateway", "select id, version from entry where kind = $1", table.replace("_", "-"))
        return Counter((str(row["id"]), row["version"]) for row in found)

    async def overbooked(self) -> list[str]:
        """Slots whose live bookings are more than their groups, or other than they count."""
        found = await self.rows(
            "companies",
            "select slot.id from slot left join booking on booking.slot_id = slot.id"
            " and booking.state in ('requested', 'confirmed')"
            " group by slot.id having count(booking.id) > slot.groups or count(booking.id) <> slot.groups_taken",
        )
        return [str(row["id"]) for row in found]

    async def proposals(self) -> dict[str, VisitProposal]:
        """The matchmaker's visit proposals, by id."""
        found = await self.rows("matchmaker", "select document from visit_proposal")
        kept = [decoder_of(VisitProposal).decode(row["document"]) for row in found]
        return {str(proposal.id): proposal for proposal in kept}

    async def bookings_of_proposals(self) -> dict[str, list[tuple[str, str]]]:
        """Id and state of the bookings that came from each proposal, by its id."""
        found = await self.rows("companies", "select proposal_id, id, state from booking where proposal_id is not null")
        bookings: dict[str, list[tuple[str, str]]] = {}
        for row in found:
            bookings.setdefault(str(row["proposal_id"]), []).append((str(row["id"]), row["state"]))
        return bookings

    async def partnerships(self) -> dict[str, int]:
        """How many partnerships came from each proposal, by its id."""
        found = await self.rows("associations", "select proposal_id from partnership")
        return Counter(str(row["proposal_id"]) for row in found)

    async def agreed(self) -> set[str]:
        """The partnership proposals that both sides accepted."""
        found = await self.rows("matchmaker", "select id from partnership_proposal where state = 'agreed'")
        return {str(row["id"]) for row in found}

    async def dead_letters(self) -> list[str]:
        """What any service could not handle, with the reason."""
        return [
            f"{service} {row['subject']}: {row['error']}"
            for service in SERVICES
            for row in await self.rows(service, "select subject, error from dead_letter")
        ]


def version_of(body: bytes) -> int:
    """The version of the resource that an event is about."""
    told: dict[str, Any] = msgspec.json.decode(body)
    version: int = next(iter(told.values()))["version"]
    return version


def per_thing(events: list[Published]) -> dict[str, list[int]]:
    """The versions of each thing, in the order in which they were told."""
    told: dict[str, list[int]] = {}
    for event in events:
        told.setdefault(event.thing, []).append(event.version)
    return told
