"""What every service answers about itself: health and dead letters.

These requests belong to no single service: they travel on `svc.<service>.<name>.v1` of the
service that is asked.
"""

from uuid import UUID

import msgspec

from contracts.message import Command, Instant, Query


class ServiceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How a service is. `relay_backlog` counts events committed but not yet in the stream, `timers_due` what is
    to be done now or being done, `timers_late` what should have been done long ago.

    `alarms` are sentences for whoever operates it: what needs a hand although requests are answered.
    """

    service: str
    ready: bool
    database: bool
    relay_backlog: int
    dead_letters: int
    timers_late: int
    timers_due: int = 0
    alarms: tuple[str, ...] = ()


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An event or a timer that could not be handled, kept with its error."""

    id: UUID
    source: str
    subject: str
    error: str
    body: str
    failed_at: Instant


class CheckHealth(Query[ServiceHealth], frozen=True, kw_only=True):
    """How are you?"""


class ListDeadLetters(Query[tuple[DeadLetter, ...]], frozen=True, kw_only=True):
    """The dead letters that wait, oldest first, 200 at most."""


class RetryDeadLetter(Command[bool], frozen=True, kw_only=True):
    """Handle one dead letter again; refused with `RetryFailed`, and kept, where it fails once more."""

    dead_letter_id: UUID
