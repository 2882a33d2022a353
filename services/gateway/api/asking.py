"""How a route asks the owner of a thing: three dependencies that every module of routes uses.

`ask` for questions; `tell` for commands, which carry the request's `Idempotency-Key`; `change` for commands about a
thing that is there already, which carry the version in `If-Match` too. All act as the caller and present the answer.
An owner's refusal needs no handling here: problems.py turns it into the HTTP answer.
"""

from dataclasses import dataclass
from typing import Annotated, TypeVar

from litestar import Request, Response
from litestar.datastructures import ResponseHeader, State
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, SkipValidation

from contracts import message
from contracts.caller import Caller
from contracts.errors import Invalid
from contracts.message import Resource
from services.bus import REQUEST_TIMEOUT_S, Bus
from services.gateway.api.presenting import present
from services.gateway.api.versions import Answer, read_if_match

CREATED = [ResponseHeader(name="Location", description="Address of what was made.", documentation_only=True)]

AnswerT = TypeVar("AnswerT")
ResourceT = TypeVar("ResourceT", bound=Resource)
IDEMPOTENCY_KEY_LENGTH = 200

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Any text of yours. The same request sent again with it has one effect and gets the same answer.",
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description="The ETag that you read; the change is refused where the thing has changed since. `*` for any.",
    ),
]


@dataclass(frozen=True)
class Asking:
    """Asks as one caller."""

    bus: Bus
    caller: Caller

    async def __call__(self, query: message.Query[AnswerT], timeout_s: float = REQUEST_TIMEOUT_S) -> AnswerT:
        """The owner's answer; raises its refusal, or Unavailable."""
        return present(await self.bus.ask(query, self.caller, timeout_s=timeout_s), self.caller)


@dataclass(frozen=True)
class Telling:
    """Commands as one caller, with the request's idempotency key and the version that a change rests on."""

    bus: Bus
    caller: Caller
    idempotency_key: str
    if_version: int | None = None

    async def __call__(self, command: message.Command[AnswerT], timeout_s: float = REQUEST_TIMEOUT_S) -> AnswerT:
        """The owner's answer; raises its refusal, or Unavailable."""
        answer = await self.bus.ask(
            command,
            self.caller,
            idempotency_key=self.idempotency_key,
            if_version=self.if_version,
            timeout_s=timeout_s,
        )
        return present(answer, self.caller)


# What routes write beside their parameters `ask`, `tell`, `change` and `caller`. We made them: nothing is left to
# validate.
Ask = NamedDependency[SkipValidation[Asking]]
Tell = NamedDependency[SkipValidation[Telling]]
Change = NamedDependency[SkipValidation[Telling]]
KeyHolder = NamedDependency[SkipValidation[Caller]]


async def provide_caller(request: Request[None, Caller, State]) -> Caller:
    """Who the guard found the request to come from."""
    return request.auth


async def provide_ask(request: Request[None, Caller, State]) -> Asking:
    """For routes that read."""
    return Asking(request.app.state.running.bus, request.auth)


async def provide_tell(request: Request[None, Caller, State], idempotency_key: IdempotencyKey = None) -> Telling:
    """For routes that make something."""
    return Telling(request.app.state.running.bus, request.auth, checked_key(idempotency_key))


async def provide_change(
    request: Request[None, Caller, State], idempotency_key: IdempotencyKey = None, if_match: IfMatch = None
) -> Telling:
    """For routes that change something."""
    key, version = checked_key(idempotency_key), read_if_match(if_match)
    return Telling(request.app.state.running.bus, request.auth, key, version)


def checked_key(idempotency_key: str | None) -> str:
    """The header's value, empty where there is none; raises Invalid naming it."""
    key = idempotency_key or ""
    if len(key) > IDEMPOTENCY_KEY_LENGTH or not key.isprintable():
        raise Invalid.field(
            "Idempotency-Key",
            f"Use at most {IDEMPOTENCY_KEY_LENGTH} printable characters, a UUID for instance.",
            f"Utilisez au plus {IDEMPOTENCY_KEY_LENGTH} caractères imprimables, un UUID par exemple.",
        )
    return key


def accepted(resource: ResourceT, collection: str) -> Response[ResourceT]:
    """202 with the resource as it is, and where to find it as it goes on."""
    return Answer(resource, status_code=202, headers={"Location": f"{collection}/{resource.id}"})


def created(resource: ResourceT, collection: str) -> Response[ResourceT]:
    """201 with the whole resource and where to find it."""
    return Answer(resource, status_code=201, headers={"Location": f"{collection}/{resource.id}"})
