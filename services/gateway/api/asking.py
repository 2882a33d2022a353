"""How a route asks the owner of a thing: two dependencies that every module of routes uses.

`ask` for questions, `tell` for commands, which carry the request's `Idempotency-Key`. Both act as the caller and
present the answer. An owner's refusal needs no handling here: problems.py turns it into the HTTP answer.
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


@dataclass(frozen=True)
class Asking:
    """Asks as one caller."""

    bus: Bus
    caller: Caller

    async def __call__(self, query: message.Query[AnswerT]) -> AnswerT:
        """The owner's answer; raises its refusal, or Unavailable."""
        return present(await self.bus.ask(query, self.caller), self.caller)


@dataclass(frozen=True)
class Telling:
    """Commands as one caller, with the request's idempotency key."""

    bus: Bus
    caller: Caller
    idempotency_key: str

    async def __call__(self, command: message.Command[AnswerT], timeout_s: float = REQUEST_TIMEOUT_S) -> AnswerT:
        """The owner's answer; raises its refusal, or Unavailable."""
        answer = await self.bus.ask(command, self.caller, idempotency_key=self.idempotency_key, timeout_s=timeout_s)
        return present(answer, self.caller)


# What routes write beside their parameters `ask`, `tell` and `caller`. We made them: nothing is left to validate.
Ask = NamedDependency[SkipValidation[Asking]]
Tell = NamedDependency[SkipValidation[Telling]]
KeyHolder = NamedDependency[SkipValidation[Caller]]


async def provide_caller(request: Request[None, Caller, State]) -> Caller:
    """Who the guard found the request to come from."""
    return request.auth


async def provide_ask(request: Request[None, Caller, State]) -> Asking:
    """For routes that read."""
    return Asking(request.app.state.running.bus, request.auth)


async def provide_tell(request: Request[None, Caller, State], idempotency_key: IdempotencyKey = None) -> Telling:
    """For routes that change something."""
    key = idempotency_key or ""
    if len(key) > IDEMPOTENCY_KEY_LENGTH or not key.isprintable():
        raise Invalid.field(
            "Idempotency-Key",
            f"Use at most {IDEMPOTENCY_KEY_LENGTH} printable characters, a UUID for instance.",
            f"Utilisez au plus {IDEMPOTENCY_KEY_LENGTH} caractères imprimables, un UUID par exemple.",
        )
    return Telling(request.app.state.running.bus, request.auth, key)


def created(resource: ResourceT, collection: str) -> Response[ResourceT]:
    """201 with the whole resource and where to find it."""
    return Response(resource, status_code=201, headers={"Location": f"{collection}/{resource.id}"})
