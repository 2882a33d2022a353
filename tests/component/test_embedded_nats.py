"""The embedded NATS: who may do what in it, and what it keeps."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import nats as nats_client
import pytest
from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.errors import NotFoundError

from deploy.embedded.nats import RunningNats, start_nats
from deploy.permissions import SERVICES
from deploy.provision import ACK_WAIT_S, Durable, event_stream, provision_streams

DURABLES = [
    Durable("EVT_COMPANIES", "matchmaker", ("evt.companies.>",)),
    Durable("EVT_COMPANIES", "associations", ("evt.companies.slot.>", "evt.companies.booking.>")),
]

Connect = Callable[[str], Awaitable[Client]]


class Refusals:
    """The permission violations that the server tells a connection of, as they come."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[str] = asyncio.Queue()

    async def hear(self, error: Exception) -> None:
        """What the client calls."""
        self._heard.put_nowait(str(error).lower())

    async def next(self) -> str:
        """The next one, which must come."""
        return await asyncio.wait_for(self._heard.get(), 10)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[RunningNats]:
    """A broker in which the matchmaker and the associations follow the companies."""
    running = await start_nats(tmp_path)
    await provision_streams(running.url("provision"), DURABLES)
    yield running
    await running.stop()


@pytest.fixture
async def refusals() -> Refusals:
    """What was refused so far, on every connection of the test."""
    return Refusals()


@pytest.fixture
async def connect(broker: RunningNats, refusals: Refusals) -> AsyncIterator[Connect]:
    """Connections as any user, closed at the end."""
    clients: list[Client] = []

    async def connect_as(user: str) -> Client:
        client = await nats_client.connect(
            broker.url(user), inbox_prefix=f"_INBOX.{user}".encode(), error_cb=refusals.hear
        )
        clients.append(client)
        return client

    yield connect_as
    for client in clients:
        await client.close()


async def test_event_reaches_its_follower_and_is_acknowledged(connect: Connect) -> None:
    """A service announces, the follower fetches and acknowledges, and nothing stays pending."""
    companies, matchmaker = await connect("companies"), await connect("matchmaker")
    acknowledged = await companies.jetstream().publish("evt.companies.slot.opened.v1", b"{}")

    pull = await matchmaker.jetstream().pull_subscribe_bind("matchmaker", "EVT_COMPANIES")
    [message] = await pull.fetch(1, timeout=5)
    await message.ack_sync()
    info = await pull.consumer_info()

    assert acknowledged.stream == "EVT_COMPANIES"
    assert message.data == b"{}"
    assert (info.num_pending, info.num_ack_pending) == (0, 0)


async def test_follower_gets_only_what_it_asked_for(connect: Connect) -> None:
    """A durable with several subjects leaves the others out."""
    companies, associations = await connect("companies"), await connect("associations")
    for subject in ("site.opened", "slot.opened", "offer.published", "booking.requested"):
        await companies.jetstream().publish(f"evt.companies.{subject}.v1", b"{}")

    pull = await associations.jetstream().pull_subscribe_bind("associations", "EVT_COMPANIES")
    messages = await pull.fetch(10, timeout=1)

    assert [message.subject for message in messages] == [
        "evt.companies.slot.opened.v1",
        "evt.companies.booking.requested.v1",
    ]


async def test_gateway_asks_and_a_service_answers(connect: Connect) -> None:
    """Requests reach one member of the service's queue group, and its reply comes back."""
    gateway, companies = await connect("gateway"), await connect("companies")
    subscription = await companies.subscribe("svc.companies.echo.v1", queue="companies")
    await companies.flush()

    asking = asyncio.create_task(gateway.request("svc.companies.echo.v1", b"hello", timeout=5))
    question = await subscription.next_msg(timeout=5)
    await question.respond(b"and hello to you")

    assert question.data == b"hello"
    assert (await asking).data == b"and hello to you"


@pytest.mark.parametrize(
    ("user", "subject"),
    [
        ("companies", "evt.matchmaker.proposal.made.v1"),
        ("matchmaker", "evt.companies.slot.opened.v1"),
        ("companies", "svc.associations.anything.v1"),
        ("gateway", "evt.companies.slot.opened.v1"),
        ("companies", "$JS.API.STREAM.CREATE.MINE"),
        ("companies", "$JS.API.STREAM.DELETE.EVT_COMPANIES"),
        ("companies", "$JS.API.STREAM.PURGE.EVT_COMPANIES"),
        ("companies", "$JS.API.STREAM.MSG.GET.EVT_MATCHMAKER"),
        ("associations", "$JS.API.CONSUMER.CREATE.EVT_COMPANIES.associations"),
        ("associations", "$JS.API.CONSUMER.DURABLE.CREATE.EVT_COMPANIES.associations"),
        ("associations", "$JS.API.CONSUMER.MSG.NEXT.EVT_COMPANIES.matchmaker"),
        ("associations", "$JS.ACK.EVT_COMPANIES.matchmaker.1.1.1.1.0"),
        ("associations", "$JS.ACK._.hash.EVT_COMPANIES.matchmaker.1.1.1.1.0"),
        ("operator", "evt.companies.slot.opened.v1"),
        ("provision", "svc.companies.anything.v1"),
    ],
)
async def test_publishing_beyond_ones_rights_is_refused(
    connect: Connect, refusals: Refusals, user: str, subject: str
) -> None:
    """No service speaks for another, touches another's durables, or makes streams and consumers."""
    client = await connect(user)

    await client.publish(subject, b"{}")

    assert f'permissions violation for publish to "{subject.lower()}"' in await refusals.next()


@pytest.mark.parametrize(
    "subject", ["evt.>", "_INBOX.gateway.>", "svc.associations.>", "svc.companies.>", ">", "$JS.>"]
)
async def test_listening_beyond_ones_rights_is_refused(connect: Connect, refusals: Refusals, subject: str) -> None:
    """A service hears neither another's answers nor its commands, nor its own outside the queue group."""
    client = await connect("companies")

    await client.subscribe(subject)

    assert f'permissions violation for subscription to "{subject.lower()}"' in await refusals.next()


async def test_service_cannot_create_a_stream(connect: Connect) -> None:
    """Through the client's own call, too, nothing is made."""
    companies, operator = await connect("companies"), await connect("operator")

    with pytest.raises(NatsTimeoutError):
        await companies.jetstream(timeout=0.3).add_stream(name="MINE", subjects=["mine.>"])

    with pytest.raises(NotFoundError):
        await operator.jetstream().stream_info("MINE")


async def test_wrong_password_is_refused(broker: RunningNats) -> None:
    """Who reaches the port still needs a password."""
    reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    await reader.readline()

    # In the protocol's own words: the client leaves its socket open when it is refused.
    writer.write(b'CONNECT {"user": "companies", "pass": "guess", "verbose": false}\r\nPING\r\n')
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()

    assert answer == b"-ERR 'Authorization Violation'\r\n"


async def test_streams_and_durables_are_as_decided(broker: RunningNats, connect: Connect) -> None:
    """One undeletable stream per service; durables that deliver again and give nothing up."""
    jetstream = (await connect("operator")).jetstream()

    streams = {service: (await jetstream.stream_info(event_stream(service))).config for service in SERVICES}
    consumer = (await jetstream.consumer_info("EVT_COMPANIES", "matchmaker")).config

    for service, stream in streams.items():
        assert stream.subjects == [f"evt.{service}.>"]
        assert (stream.deny_delete, stream.deny_purge, stream.discard, stream.storage) == (True, True, "new", "file")
        assert stream.duplicate_window == 3600
    assert (consumer.ack_policy, consumer.max_deliver) == ("explicit", -1)
    assert (consumer.ack_wait, consumer.backoff) == (ACK_WAIT_S, None)


async def test_provisioning_again_changes_a_durable_in_place(broker: RunningNats, connect: Connect) -> None:
    """A new subject is followed from then on, and what was acknowledged is not delivered again."""
    companies, associations = await connect("companies"), await connect("associations")
    pull = await associations.jetstream().pull_subscribe_bind("associations", "EVT_COMPANIES")
    await companies.jetstream().publish("evt.companies.slot.opened.v1", b"1")
    [first] = await pull.fetch(1, timeout=5)
    await first.ack_sync()

    wider = Durable("EVT_COMPANIES", "associations", ("evt.companies.slot.>", "evt.companies.site.>"))
    await provision_streams(broker.url("provision"), [wider])
    await companies.jetstream().publish("evt.companies.site.opened.v1", b"2")
    [second] = await pull.fetch(1, timeout=5)

    assert second.data == b"2"


async def test_repeated_event_is_stored_once(connect: Connect) -> None:
    """The same message id within the window is acknowledged as a duplicate."""
    jetstream = (await connect("companies")).jetstream()

    first = await jetstream.publish("evt.companies.slot.opened.v1", b"{}", headers={"Nats-Msg-Id": "1"})
    again = await jetstream.publish("evt.companies.slot.opened.v1", b"{}", headers={"Nats-Msg-Id": "1"})

    assert (first.duplicate, again.duplicate) == (None, True)
    assert first.seq == again.seq


async def test_acknowledged_event_survives_a_kill(tmp_path: Path) -> None:
    """A kill -9 of the broker loses no acknowledged event, and the port can stay the same."""
    first = await start_nats(tmp_path)
    await provision_streams(first.url("provision"), DURABLES)
    client = await nats_client.connect(first.url("companies"), inbox_prefix=b"_INBOX.companies", allow_reconnect=False)
    for number in range(20):
        await client.jetstream().publish("evt.companies.slot.opened.v1", b"%d" % number)
    os.kill(first.process.pid, signal.SIGKILL)
    await first.process.wait()
    await client.close()

    second = await start_nats(tmp_path, first.port)
    client = await nats_client.connect(second.url("operator"), inbox_prefix=b"_INBOX.operator")
    state = (await client.jetstream().stream_info("EVT_COMPANIES")).state
    await client.close()
    await second.stop()

    assert second.port == first.port
    assert state.messages == 20


async def test_two_brokers_live_side_by_side(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each takes a free port of its own."""
    first, second = await asyncio.gather(*(start_nats(tmp_path_factory.mktemp("nats")) for _ in range(2)))

    assert first.port != second.port
    await first.stop()
    await second.stop()
