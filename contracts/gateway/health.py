"""Health of the whole, as the gateway sees it."""

import msgspec

from contracts.operations import ServiceHealth


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: str = "live"


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether every part answers; `services` holds each service's own word, None for one that does not answer."""

    ready: bool
    database: bool
    nats: bool
    services: dict[str, ServiceHealth | None]
