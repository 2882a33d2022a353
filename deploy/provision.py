"""Makes the streams and consumers in JetStream that the services may only use, idempotently.

Who follows what is said by the services themselves; here it arrives as data.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import nats
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from deploy.permissions import SERVICES

MIB = 1024 * 1024
EVENT_STREAM_BYTES = 1024 * MIB

# As long as a relay may be away and still publish again what it published before.
DUPLICATE_WINDOW_S = 3600

# The wait before the next delivery of an event that nobody acknowledged, which happens when a process dies or hangs (a
# handler that fails says so at once, and one that takes its time says so, too).
ACK_WAIT_S = 10

# Where one event is long work: a solver lets nobody else in its process speak while it runs, which takes seconds, and
# whoever is busy so must not be taken for lost.
LONG_ACK_WAIT_S = 20

# The broker gives no event up, where nobody would see it: giving up is a dead letter (services/following.py). Nor does
# it slow down by itself: the server would add such pauses to those that followers ask for.
MAX_DELIVER = -1

# A follower takes a whole batch in the stream's order and one transaction (services/following.py): room for one batch.
MAX_ACK_PENDING = 256


@dataclass(frozen=True)
class Durable:
    """A service's place in another's events: a durable consumer named after the service that follows."""

    stream: str
    name: str
    filter_subjects: tuple[str, ...]
    ack_wait_s: float = ACK_WAIT_S


def event_stream(service: str) -> str:
    """The name of the stream of a service's events."""
    return f"EVT_{service.upper()}"


async def provision_streams(nats_url: str, durables: Iterable[Durable], replicas: int = 1) -> None:
    """Create or update the streams and these durables, as the NATS user `provision`; harmless when repeated."""
    client = await nats.connect(
        nats_url, inbox_prefix=b"_INBOX.provision", allow_reconnect=False, connect_timeout=10, name="provision"
    )
    try:
        jetstream = client.jetstream(timeout=10)
        for config in stream_configs(replicas):
            await make_stream(jetstream, config)
        for durable in durables:
            await jetstream.add_consumer(durable.stream, consumer_config(durable))
    finally:
        await client.close()


async def make_stream(jetstream: JetStreamContext, config: StreamConfig) -> None:
    """Create a stream, or bring an existing one to this configuration."""
    try:
        await jetstream.stream_info(config.name or "")
    except NotFoundError:
        await jetstream.add_stream(config)
    else:
        await jetstream.update_stream(config)


def stream_configs(replicas: int) -> list[StreamConfig]:
    """One stream per service."""
    return [
        StreamConfig(
            name=event_stream(service),
            subjects=[f"evt.{service}.>"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            num_replicas=replicas,
            duplicate_window=DUPLICATE_WINDOW_S,
            max_bytes=EVENT_STREAM_BYTES,
            # A full stream refuses: the event waits in its outbox, where the oldest would otherwise be lost unseen.
            discard=DiscardPolicy.NEW,
            deny_delete=True,
            deny_purge=True,
            # The relay hands over all that waits at once (services/outbox.py).
            allow_atomic=True,
        )
        for service in SERVICES
    ]


def consumer_config(durable: Durable) -> ConsumerConfig:
    """A pull consumer with explicit acknowledgements, from the first event on."""
    return ConsumerConfig(
        name=durable.name,
        durable_name=durable.name,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=durable.ack_wait_s,
        max_deliver=MAX_DELIVER,
        max_ack_pending=MAX_ACK_PENDING,
        filter_subjects=list(durable.filter_subjects),
    )
