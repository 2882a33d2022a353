"""How a page is answered: four dependencies that every module of pages uses.

`page` writes a template for the reader, `form` is what was sent, `act` changes something as the reader with what the
form says of repetition and version, and `go` leads on. Questions go through the API's own `ask` and `listing`.
"""

from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from litestar import Request
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect, Template
from litestar.utils.scope.state import ScopeState

from contracts import message
from contracts.caller import Caller
from contracts.errors import Problem
from services.bus import REQUEST_TIMEOUT_S, Bus
from services.gateway.api.presenting import present
from services.gateway.auth.guard import VISITOR
from services.gateway.problems import STATUS_OF_KIND
from services.gateway.web.forms import Form
from services.gateway.web.language import choose_language
from services.gateway.web.navigation import entries_for

AnswerT = TypeVar("AnswerT")
AnyRequest = Request[Any, Any, Any]
Go = Template | Redirect

# A sentence for the next page alone: long enough to get there.
SAID = "said"
SAID_S = 60
SAID_LENGTH = 1000


@dataclass(frozen=True)
class Pages:
    """Writes pages for one request."""

    request: AnyRequest

    def __call__(
        self,
        template: str,
        *,
        form: Form | None = None,
        status: int | None = None,
        fragment: str = "",
        **context: Any,
    ) -> Template:
        """A page, or only its `fragment` where a script asks for a part; a refused form gives the answer its status."""
        request = self.request
        if status is None:
            status = STATUS_OF_KIND[form.problem.kind] if form and form.problem else 200
        name = fragment if fragment and asks_for_part(request) else template
        said = unquote(request.cookies.get(SAID, ""))
        form = form or Form()
        form.csrf = csrf_of(request)
        answer = Template(
            template_name=name,
            context={"form": form, **frame_of(request), "said": said, **context},
            status_code=status,
            media_type="text/html",
            headers={"Vary": "Cookie, Accept-Language, HX-Request"},
        )
        if said and name == template:
            answer.delete_cookie(SAID)
        return answer


def frame_of(request: AnyRequest) -> dict[str, Any]:
    """What every template knows: who reads, where, and what else there is for them."""
    caller = request.scope.get("auth") or VISITOR
    signed_in = caller is not VISITOR
    return {
        "caller": caller if signed_in else None,
        "session": request.scope.get("user"),
        "live_from": request.state.get("live_from"),
        "path": request.url.path,
        "here": f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path,
        "query": request.query_params.dict(),
        "entries": entries_for(caller if signed_in else None, request.url.path),
        "public_url": request.app.state.settings.public_url,
    }


def csrf_of(request: AnyRequest) -> str:
    """What proves that a form is one of ours: the token that the reader's cookie has too."""
    token = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else ""


def asks_for_part(request: AnyRequest) -> bool:
    """Whether htmx wants a part of the page; where it restores a page of the history it wants it whole."""
    headers = request.headers
    whole = headers.get("hx-boosted") or headers.get("hx-history-restore-request")
    return headers.get("hx-request") == "true" and not whole


@dataclass(frozen=True)
class Acting:
    """Changes things as the reader of a page."""

    bus: Bus
    caller: Caller
    form: Form

    async def __call__(self, command: message.Command[AnswerT], timeout_s: float = REQUEST_TIMEOUT_S) -> AnswerT:
        """The owner's answer; raises its refusal, or Unavailable. What the form says once is done once."""
        answer = await self.bus.ask(
            command,
            self.caller,
            idempotency_key=self.form.once,
            if_version=self.form.version,
            timeout_s=timeout_s,
        )
        return present(answer, self.caller)


# What pages write beside their parameters `page`, `form` and `act`.
Page = NamedDependency[SkipValidation[Pages]]
Act = NamedDependency[SkipValidation[Acting]]
Sent = NamedDependency[SkipValidation[Form]]


async def hear_language(request: Request[Any, Any, Any]) -> None:
    """Before every page: the reader's language holds from here on.

    No dependency could say it: where there are several, each is provided in a task, and a context, of its own.
    """
    choose_language(request)


async def provide_page(request: Request[None, Caller, State]) -> Pages:
    """For every page; one of somebody who is signed in hears of what changes after it was read (live/)."""
    if request.scope.get("user") is not None:
        request.state.live_from = await request.app.state.live_streams.position()
    return Pages(request)


async def provide_form(request: Request[None, Caller, State]) -> Form:
    """What was sent; an empty form where nothing was."""
    if request.method == "GET":
        return Form()
    sent = await request.form()
    # Files are no part of any form here.
    return Form({name: [value for value in sent.getall(name) if isinstance(value, str)] for name in sent})


async def provide_act(request: Request[None, Caller, State], form: Sent) -> Acting:
    """For pages that change something."""
    return Acting(request.app.state.running.bus, request.auth, form)


def go(path: str, said: str = "") -> Redirect:
    """On to another page (303), where one sentence is said once."""
    cookies = [Cookie(key=SAID, value=quote(said[:SAID_LENGTH]), max_age=SAID_S, httponly=True, samesite="lax")]
    return Redirect(path, status_code=303, cookies=cookies if said else None)


def is_own_path(path: str) -> bool:
    """Whether an address stays within these pages, so that nobody is led away by it."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path


def problem_status(problem: Problem) -> int:
    """The HTTP status of a refusal."""
    return STATUS_OF_KIND[problem.kind]
