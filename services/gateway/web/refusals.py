"""How a refusal looks on a page: the same catalogue as the API's, in words, with a way on.

Whoever is not signed in is led to the sign-in and back to the very page. Everything else says what is wrong and what
can be done; what people typed is kept by the pages themselves (forms.py).
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Response
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.response import Redirect, Template

from contracts.errors import Forbidden, Kind, PasserelleError, Problem, ScopeMissing, Unavailable, Wording
from services.database import DATABASE_AWAY
from services.gateway import problems
from services.gateway.auth.guard import PAGE
from services.gateway.envelope import shown_path
from services.gateway.web.forms import Form
from services.gateway.web.language import choose_language
from services.gateway.web.page import AnyRequest, csrf_of, frame_of, is_own_path, problem_status
from services.gateway.web.security import PAGE_HEADERS
from services.telemetry import log, trace_id

# Addresses that software reads: refusals there are problem details whatever the reader says that it accepts.
_API = ("/v1", "/health", "/schema/", "/static")


class FormExpired(Forbidden):
    """A form that was not made by us for this reader, or too long ago."""

    slug = "form-expired"
    title = Wording("This form is no longer valid", "Ce formulaire n’est plus valable")
    sentence = Wording(
        "Go back, reload the page and send it again: nothing was stored.",
        "Revenez en arrière, rechargez la page et renvoyez le formulaire : rien n’a été enregistré.",
    )


class NotYourRole(Forbidden):
    """The page is for others."""

    slug = "not-your-role"
    title = Wording("Not for your role", "Pas pour votre rôle")
    sentence = Wording(
        "This page is for others: your account has another role.",
        "Cette page s’adresse à d’autres : votre compte a un autre rôle.",
    )


class NoSuchPage(PasserelleError):
    """No page has this address."""

    kind = Kind.NOT_FOUND
    slug = "no-such-page"
    title = Wording("Page not found", "Page introuvable")
    sentence = Wording(
        "There is nothing at this address. The link may be old, or mistyped.",
        "Il n’y a rien à cette adresse. Le lien est peut-être ancien ou mal recopié.",
    )


def wants_page(request: AnyRequest) -> bool:
    """Whether a person reads the answer: the route is a page, or a browser asks for an address that nothing has."""
    handler = request.scope.get("route_handler")
    if handler is not None and PAGE in handler.opt:
        return True
    path = request.url.path
    return not path.startswith(_API) and "text/html" in request.headers.get("accept", "")


def with_pages(handlers: Mapping[Any, Any]) -> dict[Any, Any]:
    """The API's handlers of refusals, with pages where people read."""

    def choose(answer: Callable[[AnyRequest, Any], Response[Any]]) -> Callable[[AnyRequest, Any], Any]:
        def chosen(request: AnyRequest, error: Any) -> Any:
            return show_refusal(request, error) if wants_page(request) else answer(request, error)

        return chosen

    return {kind: choose(answer) for kind, answer in handlers.items()}


def show_refusal(request: AnyRequest, error: Exception) -> Response[Any] | Template | Redirect:
    """The page of a refusal."""
    choose_language(request)
    problem = problem_of(request, error)
    if problem.kind is Kind.UNAUTHENTICATED:
        return lead_to_sign_in(request)
    form = Form()
    form.csrf = csrf_of(request)
    return Template(
        template_name="shell/refusal.html",
        context={**frame_of(request), "form": form, "said": "", "problem": problem, "trace": trace_id()},
        status_code=problem_status(problem),
        media_type="text/html",
        headers={**PAGE_HEADERS, **problems.HEADERS_OF_KIND.get(problem.kind, {})},
    )


def problem_of(request: AnyRequest, error: Exception) -> Problem:
    """What is told of an error: nothing of an unforeseen one, which is recorded whole."""
    if isinstance(error, ScopeMissing):
        return NotYourRole().problem
    if isinstance(error, PasserelleError):
        return error.problem
    if isinstance(error, DATABASE_AWAY):
        log().warning("database_away", error=repr(error))
        return Unavailable(part="PostgreSQL").problem
    if isinstance(error, PermissionDeniedException):
        return FormExpired().problem
    if isinstance(error, HTTPException) and error.status_code == 404:
        return NoSuchPage().problem
    if isinstance(error, HTTPException) and (told := problems.error_of_framework(request, error)):
        return told.problem
    log().error("page_failed", path=shown_path(request.url.path), exc_info=error)
    return PasserelleError().problem


def lead_to_sign_in(request: AnyRequest) -> Response[Any] | Redirect:
    """To the sign-in, and from there back to the very page; a script is told to lead its reader there."""
    path = request.url.path
    if request.method == "GET":
        back = f"{path}?{request.url.query}" if request.url.query else path
    else:
        # What was sent cannot be sent again: back to where it was typed.
        came_from = urlsplit(request.headers.get("referer", ""))
        back = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    target = f"/sign-in?next={quote(back, safe='')}" if is_own_path(back) else "/sign-in"
    if request.headers.get("hx-request") == "true":
        return Response(None, status_code=401, headers={"HX-Redirect": target})
    return Redirect(target, status_code=303)
