"""What a message is, and the subject it travels on.

A message's name is its class's name, its owner the part of `contracts` that declares it, so that neither
can drift: `contracts.companies.bookings.BookSlot` is answered on `svc.companies.book-slot.v1`, and
`contracts.companies.slots.SlotOpened`, whose first field is the slot, is announced on
`evt.companies.slot.opened.v1`. Within a version only fields with a default are added.
"""

import re
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True, description="An aware time; UTC on the wire.")]
AnswerT = TypeVar("AnswerT")
AnswerT_co = TypeVar("AnswerT_co", covariant=True)


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody outside may write; an unknown field is an error that names the field."""


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """One thing as its owner now holds it; `version` grows by one with every change.

    `allowed_actions` is what the caller who asked may do next; it is empty in events, which
    have no caller. `fictional` marks what was invented for a demonstration.
    """

    id: UUID
    version: int = 1
    fictional: bool = False
    allowed_actions: tuple[str, ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Anything that crosses NATS."""

    message_version: ClassVar[int] = 1


class Request(Message, Generic[AnswerT_co], frozen=True, kw_only=True):
    """A question to one service: imperative name, one answer."""


class Query(Request[AnswerT_co], Generic[AnswerT_co], frozen=True, kw_only=True):
    """A request that changes nothing."""


class Command(Request[AnswerT_co], Generic[AnswerT_co], frozen=True, kw_only=True):
    """A request that changes something; sent again with its idempotency key it has one effect."""


class Event(Message, frozen=True, kw_only=True):
    """Something that happened. Its first field is the aggregate's resource as it now stands."""

    @property
    def resource(self) -> Any:
        """The aggregate's resource, whose `version` orders the events of one aggregate."""
        return getattr(self, self.__struct_fields__[0])


def owner_of(message: type[Message]) -> str:
    """The service that answers the request or announces the event."""
    return message.__module__.split(".")[1]


def kebab_case(name: str) -> str:
    """`BookSlot` as `book-slot`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def aggregate_of(event: type[Event]) -> str:
    """The kind of thing that an event is about: `visit-offer`."""
    return event.__struct_fields__[0].replace("_", "-")


@cache
def subject_of(message: type[Message]) -> str:
    """The NATS subject of a message type; a class that is neither request nor event has none."""
    name = kebab_case(message.__name__)
    if issubclass(message, Event):
        aggregate = aggregate_of(message)
        verb = name.removeprefix(aggregate + "-")
        if verb == name:
            raise TypeError(f"{message.__name__} must be named after its first field, {aggregate}")
        return f"evt.{owner_of(message)}.{aggregate}.{verb}.v{message.message_version}"
    if issubclass(message, Request):
        return f"svc.{owner_of(message)}.{name}.v{message.message_version}"
    raise TypeError(f"{message.__name__} is neither a request nor an event")


@cache
def answer_of(request: type[Request[Any]]) -> Any:
    """The type that answers a request, as declared in its base: `Command[Booking]`."""
    declared = vars(request).get("__orig_bases__")
    if not declared:
        raise TypeError(f"{request.__name__} does not declare its answer")
    return declared[0].__args__[0]


@cache
def decoder_of(kind: Any) -> "msgspec.json.Decoder[Any]":
    """The one JSON decoder of a type, made once."""
    return msgspec.json.Decoder(kind)


class Page(msgspec.Struct, Generic[AnswerT], frozen=True, kw_only=True):
    """Some items of a list, and where the next page starts (None: this is the last)."""

    items: tuple[AnswerT, ...]
    next_cursor: str | None = None


class RefusedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of an import that was not loaded: its number in the batch (from 0) and the reason."""

    row: int
    reason: str


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did; running it again gives only `unchanged`."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()
