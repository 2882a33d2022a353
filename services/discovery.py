"""The NATS micro protocol's discovery (ADR-32): `nats micro ls`, `info` and `stats` show every replica of a service.

Only what is asked about the process itself; requests are answered in `answering.py`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

VERSION = "1.0.0"


@dataclass
class Endpoint:
    """What one subject of this process has answered so far."""

    subject: str
    requests: int = 0
    errors: int = 0
    seconds: float = 0.0

    def count(self, seconds: float, *, failed: bool) -> None:
        """Note one answered request."""
        self.requests += 1
        self.errors += failed
        self.seconds += seconds


class Discovery:
    """Owns the subscriptions that tell what this process is and has done."""

    def __init__(self, service: str, endpoints: list[Endpoint], nats: Client) -> None:
        self._service = service
        self._endpoints = endpoints
        self._nats = nats
        self._identity = {"name": service, "id": uuid4().hex, "version": VERSION, "metadata": {}}
        self._started = datetime.now(UTC).isoformat()

    async def start(self) -> list[Subscription]:
        """Subscribe to what is asked of all services, of this one and of this very process."""
        return [
            await self._nats.subscribe(f"$SRV.{verb}{whom}", cb=self._answer)
            for verb in ("PING", "INFO", "STATS")
            for whom in ("", f".{self._service}", f".{self._service}.{self._identity['id']}")
        ]

    async def _answer(self, message: Msg) -> None:
        verb = message.subject.split(".")[1].lower()
        answer: dict[str, Any] = {**self._identity, "type": f"io.nats.micro.v1.{verb}_response"}
        if verb == "info":
            answer["description"] = f"Passerelle: the service {self._service}"
            answer["endpoints"] = [self._info(endpoint) for endpoint in self._endpoints]
        if verb == "stats":
            answer["started"] = self._started
            answer["endpoints"] = [self._stats(endpoint) for endpoint in self._endpoints]
        if message.reply:
            await self._nats.publish(message.reply, msgspec.json.encode(answer))

    def _info(self, endpoint: Endpoint) -> dict[str, Any]:
        name = endpoint.subject.split(".")[2]
        return {"name": name, "subject": endpoint.subject, "queue_group": self._service, "metadata": {}}

    def _stats(self, endpoint: Endpoint) -> dict[str, Any]:
        nanoseconds = int(endpoint.seconds * 1e9)
        return {
            "name": endpoint.subject.split(".")[2],
            "subject": endpoint.subject,
            "queue_group": self._service,
            "num_requests": endpoint.requests,
            "num_errors": endpoint.errors,
            "last_error": "",
            "processing_time": nanoseconds,
            "average_processing_time": nanoseconds // max(endpoint.requests, 1),
        }
