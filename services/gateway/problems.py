"""How every refusal leaves: one table from kinds to HTTP statuses, one shape (RFC 9457), two languages.

An error raised anywhere below (the owner's, the framework's, ours) arrives here; nothing of an unforeseen one leaks.
The wording follows Accept-Language; English where the reader asks for neither language.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from contracts.errors import (
    Kind,
    PasserelleError,
    Problem,
    TooLarge,
    Unavailable,
    Wording,
)
from contracts.gateway.problems import ProblemDetails, ProblemField
from services.database import DATABASE_AWAY
from services.gateway.bodies import BodyMissing
from services.gateway.envelope import shown_path
from services.gateway.parameters import wrong_parameters
from services.telemetry import log, trace_id

STATUS_OF_KIND: dict[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD_NOT_ALLOWED: 405,
    Kind.CONFLICT: 409,
    Kind.PRECONDITION_FAILED: 412,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.TOO_MANY: 429,
    Kind.INTERNAL: 500,
    Kind.UNAVAILABLE: 503,
}
HEADERS_OF_KIND: dict[Kind, dict[str, str]] = {
    Kind.UNAUTHENTICATED: {"WWW-Authenticate": 'Bearer realm="passerelle"'},
    Kind.TOO_MANY: {"Retry-After": "1"},
    # As long as it takes a connection to come back by itself.
    Kind.UNAVAILABLE: {"Retry-After": "2"},
}
MEDIA_TYPE = "application/problem+json"
MAX_BODY_BYTES = 1024 * 1024

AnyRequest = Request[Any, Any, Any]


class NoSuchAddress(PasserelleError):
    """No route has this path."""

    kind = Kind.NOT_FOUND
    slug = "no-such-address"
    title = Wording("No such address", "Adresse inconnue")
    sentence = Wording(
        "There is nothing at this address; an id in it must be a UUID. /schema/openapi.json lists all addresses.",
        "Il n'y a rien à cette adresse ; un identifiant doit y être un UUID. /schema/openapi.json liste les adresses.",
    )


class MethodNotAllowed(PasserelleError):
    """The path exists, with other methods."""

    kind = Kind.METHOD_NOT_ALLOWED
    slug = "method-not-allowed"
    title = Wording("Method not allowed", "Méthode non permise")
    sentence = Wording("This address takes {allowed} only.", "Cette adresse n'accepte que {allowed}.")


class RequestRejected(PasserelleError):
    """Something else about the request's form that the framework refuses."""

    kind = Kind.MALFORMED
    slug = "malformed-request"
    title = Wording("Unreadable request", "Requête illisible")
    sentence = Wording("The request cannot be read.", "La requête est illisible.")


def language_of(accept_language: str, otherwise: str = "en") -> str:
    """`fr` or `en`, whichever an Accept-Language header (RFC 9110, 12.5.4) prefers; or `otherwise`."""
    best, best_weight = otherwise, 0.0
    for part in accept_language.lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().partition("-")[0]
        _, _, weight = parameters.strip().partition("q=")
        try:
            preference = float(weight) if weight else 1.0
        except ValueError:
            continue
        if language in ("fr", "en") and preference > best_weight:
            best, best_weight = language, preference
    return best


def answer_problem(request: AnyRequest, problem: Problem, headers: Mapping[str, str] | None = None) -> Response[Any]:
    """A problem as the HTTP answer."""
    language = language_of(request.headers.get("accept-language", ""))
    status = STATUS_OF_KIND[problem.kind]
    details = ProblemDetails(
        type=f"urn:passerelle:problem:{problem.slug}",
        title=getattr(problem.title, language),
        status=status,
        detail=getattr(problem.detail, language),
        instance=request.url.path,
        slug=problem.slug,
        trace_id=trace_id(),
        fields=tuple(
            ProblemField(field=each.field, message=getattr(each.message, language)) for each in problem.fields
        ),
    )
    body = {**problem.facts, **msgspec.to_builtins(details)}
    return Response(
        body,
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={
            "Content-Language": language,
            "Vary": "Accept-Language",
            **HEADERS_OF_KIND.get(problem.kind, {}),
            **(headers or {}),
        },
    )


def answer_refusal(request: AnyRequest, error: PasserelleError) -> Response[Any]:
    """The answer to an error of the catalogue."""
    return answer_problem(request, error.problem)


def answer_database_away(request: AnyRequest, error: Exception) -> Response[Any]:
    """The answer while our own database does not answer."""
    log().warning("database_away", error=repr(error))
    return answer_problem(request, Unavailable(part="PostgreSQL").problem)


def answer_framework(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """The answer to what the framework itself refuses."""
    told = error_of_framework(request, error)
    if told is None:
        return answer_unforeseen(request, error)
    allowed = {"Allow": _allowed(error)} if isinstance(told, MethodNotAllowed) else None
    return answer_problem(request, told.problem, allowed)


def error_of_framework(request: AnyRequest, error: HTTPException) -> PasserelleError | None:
    """What the framework refuses, as an error of the catalogue; None for what it does not foresee itself."""
    match error.status_code:
        case 400 if isinstance(error, ValidationException):
            return _invalid_parameters(request, error)
        case 404:
            return NoSuchAddress()
        case 405:
            return MethodNotAllowed(allowed=_allowed(error))
        case 413:
            return TooLarge(limit=MAX_BODY_BYTES)
        case status if status < 500:
            return RequestRejected()
    return None


def _allowed(error: HTTPException) -> str:
    headers = error.headers or {}
    return headers.get("Allow", headers.get("allow", ""))


def answer_unforeseen(request: AnyRequest, error: Exception) -> Response[Any]:
    """The answer to a defect of ours: recorded whole, told without a word of it."""
    log().error("request_failed", path=shown_path(request.url.path), exc_info=error)
    return answer_problem(request, PasserelleError().problem)


def _invalid_parameters(request: AnyRequest, error: ValidationException) -> PasserelleError:
    complaints: Any = error.extra or []
    if any(each.get("key") == "data" for each in complaints):
        return BodyMissing()
    return wrong_parameters(request.app.state.parameters.get(str(request.route_handler), {}), complaints)


EXCEPTION_HANDLERS: dict[Any, Any] = {
    **dict.fromkeys(DATABASE_AWAY, answer_database_away),
    PasserelleError: answer_refusal,
    HTTPException: answer_framework,
    Exception: answer_unforeseen,
}
