"""Pulling events from one durable consumer as they come; what becomes of them is in `following.py`.

By hand, because the library's `fetch` waits for a full batch or its time limit before it hands over
the first event. The server beats while a pull is open, so that a pull that was lost with its server
is noticed within seconds.
"""

import contextlib
import itertools

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from services.bus import stop_delivery

BATCH = 200
PULL_S = 20
HEARTBEAT_S = 1
SILENCE_S = 2.5
NANOSECONDS = 1_000_000_000

BEAT = "100"
# No event came, or not as many as were asked for: nothing is wrong.
OVER = {"404", "408"}
NOBODY = "503"


class DurableGone(Exception):
    """The durable consumer, its stream or JetStream is not there."""


class Pulling:
    """Owns the subscription that one durable consumer's events arrive on."""

    def __init__(self, nats: Client, stream: str, durable: str, batch: int = BATCH) -> None:
        self._nats = nats
        self._stream = stream
        self._durable = durable
        self._batch = batch
        self._inbox = nats.new_inbox()
        # One subject a pull: the end of an earlier one must not be taken for that of the present one.
        self._numbers = itertools.count()
        self._this_pull = ""
        self._left = 0
        self._subscription: Subscription | None = None

    async def open(self) -> None:
        """Subscribe."""
        self._subscription = await self._nats.subscribe(f"{self._inbox}.*")

    async def close(self) -> None:
        """Hand back what arrived and was not taken, and unsubscribe."""
        subscription = self._opened()
        with contextlib.suppress(NatsError, OSError):
            if self._nats.is_connected:
                await stop_delivery([subscription], self._nats)
            while subscription.pending_msgs:
                message = await subscription.next_msg()
                if not self._is_status(message):
                    await message.nak()
            await subscription.unsubscribe()

    async def next_events(self) -> list[Msg]:
        """The events that have come, or none where a pull ended without one.

        Raises TimeoutError where the server fell silent, DurableGone, NatsError; then, too, it may be called again.
        """
        left, self._left = self._left, 0
        if not left:
            left = await self._ask()
        subscription = self._opened()
        arrived = [await subscription.next_msg(timeout=SILENCE_S)]
        while subscription.pending_msgs:
            arrived.append(await subscription.next_msg())
        events = [message for message in arrived if not self._is_status(message)]
        ends = [message for message in arrived if message.subject == self._this_pull and _status(message) != BEAT]
        if not ends:
            self._left = max(left - len(events), 0)
        elif not events:
            self._check(ends[0])
        return events

    async def _ask(self) -> int:
        """Open a pull; returns how many events it may bring."""
        self._this_pull = f"{self._inbox}.{next(self._numbers)}"
        wanted = {"batch": self._batch, "expires": PULL_S * NANOSECONDS, "idle_heartbeat": HEARTBEAT_S * NANOSECONDS}
        await self._nats.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._durable}",
            msgspec.json.encode(wanted),
            reply=self._this_pull,
        )
        return self._batch

    def _opened(self) -> Subscription:
        assert self._subscription is not None, "open() comes first"  # noqa: S101  a defect of ours
        return self._subscription

    def _is_status(self, message: Msg) -> bool:
        return message.subject.startswith(self._inbox)

    def _check(self, end: Msg) -> None:
        """Raise what the server's word about a pull means, unless it is just over."""
        description = (end.headers or {}).get("Description", "")
        if _status(end) == NOBODY or "Deleted" in description:
            raise DurableGone(
                f"the durable {self._durable} of {self._stream} is not there ({description or 'nobody answers'});"
                " `passerelle provision` makes it"
            )
        if _status(end) not in OVER:
            raise NatsError(f"{self._stream}: {_status(end)} {description}")


def _status(message: Msg) -> str:
    return (message.headers or {}).get("Status", "")
