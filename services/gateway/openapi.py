"""The OpenAPI document: what the framework derives from the routes, corrected where it does not know better.

`python -m services.gateway.openapi > contracts/openapi.json` renews the committed copy. Pages that show the document to
people are in `web/schema/`.
"""

import sys
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Litestar, Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute

from contracts.gateway.problems import ProblemDetails
from contracts.message import Input, Resource
from services.gateway.auth.guard import PAGE, PUBLIC
from services.gateway.problems import MEDIA_TYPE

DESCRIPTION = """\
Companies publish job needs and visit offers, associations publish mediation, schools ask for and book visits, and a
matchmaker proposes who fits whom.

Send your key with every request: `Authorization: Bearer psl_...`; `x-scope` says which scope a route needs. Lists are
read page by page: pass `next_cursor` as `cursor`. Every refusal is problem details (RFC 9457) in the language of
`Accept-Language` (en, fr). `allowed_actions` says what this caller may do next. What was invented for a
demonstration carries `fictional: true`.

Every answer that is one thing carries its version as `ETag`; an item of a list carries it as `version`, and its ETag is
that number in quotes: version 3 is `"3"`. Whoever changes a thing sends the ETag that they read as `If-Match`, or `*`
to change it whatever it has become: 428 asks for it, 412 says that somebody was faster. Every POST takes an
`Idempotency-Key`: sent again with it, the same request has one effect and the same answer; another request with it is
refused (422).
"""

_REFUSALS = {
    "400": "The body is not JSON.",
    "401": "No key, or one that is not known.",
    "403": "The key may not do this.",
    "404": "No such thing, or not yours to see.",
    "409": "Not possible in the present state.",
    "412": "It changed since it was read.",
    "413": "The body is larger than 1 MiB.",
    "422": "Some fields are wrong; each is named with its remedy.",
    "428": "The change does not say on which version it rests: send If-Match.",
    "429": "Too many requests at once; see Retry-After.",
    "503": "A part of the system does not answer; see Retry-After.",
}


# Where these are among an operation's answers, and where not.
_WITH_BODY = ("400", "413")
_WITH_VERSION = ("412", "428")


class CorrectedJson(JsonRenderPlugin):
    """Serves the corrected document as JSON, and nothing else."""

    def has_path(self, path: str) -> bool:
        """Its own; and it says that it is the framework's usual one too, so that this adds none of its own."""
        return path in ("/", "/openapi.json")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document's bytes."""
        return msgspec.json.encode(document_of(request.app))


def openapi_config() -> OpenAPIConfig:
    """The document's frame; served at `/schema/openapi.json` to anybody."""
    return OpenAPIConfig(
        title="Passerelle",
        version="1",
        description=DESCRIPTION,
        # The framework wants the root of its router for itself; `/schema` is the page that shows the document.
        openapi_router=Router(
            "/schema/openapi.json", route_handlers=[], opt={"scope": PUBLIC}, include_in_schema=False
        ),
        render_plugins=[CorrectedJson(path="/")],
        components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"key": []}],
        use_handler_docstrings=True,
        operation_id_creator=name_operation,
    )


def name_operation(handler: HTTPRouteHandler, _method: Any, _path: Any) -> str:
    """`register_company`: our functions' names are unique, and short enough for generated clients."""
    return handler.handler_name


def scopes_of(app: Litestar) -> dict[str, str]:
    """The scope that every operation needs, by its name."""
    return {
        handler.handler_name: str(handler.opt.get("scope", PUBLIC))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        # A page may be called as a route of the API is.
        if PAGE not in handler.opt
    }


@lru_cache(maxsize=1)
def document_of(app: Litestar) -> dict[str, Any]:
    """The application's own document; its routes never change."""
    return corrected(app.openapi_schema.to_schema(), scopes_of(app))


def corrected(document: dict[str, Any], scopes: dict[str, str]) -> dict[str, Any]:
    """The document with scopes, our refusals, closed inputs and readable names; the one given stays as it is."""
    text = msgspec.json.encode(document).decode()
    for name in document["components"]["schemas"]:
        if name.startswith("Page_"):
            text = text.replace(name, f"PageOf{name.removeprefix('Page_').rstrip('_').rpartition('.')[2]}")
    whole: dict[str, Any] = _without_ellipses(msgspec.json.decode(text))
    versioned = {f"#/components/schemas/{name}" for name in _names_of(Resource)}
    for item in whole["paths"].values():
        for method, operation in item.items():
            _tell_versions(method, operation, versioned)
            _correct(operation, scopes[operation["operationId"]])
    schemas = whole["components"]["schemas"]
    for name in _names_of(Input) & schemas.keys():
        schemas[name]["additionalProperties"] = False
    _, problem = msgspec.json.schema_components((ProblemDetails,), ref_template="#/components/schemas/{name}")
    schemas.update(problem)
    whole["components"]["responses"] = {status: _refusal(words) for status, words in _REFUSALS.items()}
    return whole


def _without_ellipses(node: Any) -> Any:
    """The document where `tuple[X, ...]` is an array of X: the framework reads the dots as «or anything»."""
    if isinstance(node, list):
        return [_without_ellipses(each) for each in node]
    if not isinstance(node, dict):
        return node
    choices = node.get("oneOf")
    if choices and len(choices) == 2 and choices[1] == {}:
        return _without_ellipses({**{key: each for key, each in node.items() if key != "oneOf"}, **choices[0]})
    return {key: _without_ellipses(each) for key, each in node.items()}


def _correct(operation: dict[str, Any], scope: str) -> None:
    for response in operation["responses"].values():
        # The framework leaves the type of a header out, which the standard asks for.
        for header in response.get("headers", {}).values():
            header.setdefault("schema", {"type": "string"})
    operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
    responses = operation["responses"]
    if scope == PUBLIC:
        operation["security"] = []
        operation["responses"] = {status: each for status, each in responses.items() if status < "400"}
        return
    operation["x-scope"] = scope
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if "oneOf" in media["schema"]:
            # A body that may be left out: say so, instead of asking for null.
            media["schema"] = media["schema"]["oneOf"][0]
            operation["requestBody"]["required"] = False
    responses.pop("400", None)
    changes = any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ()))
    for status in _REFUSALS:
        if ("requestBody" in operation or status not in _WITH_BODY) and (changes or status not in _WITH_VERSION):
            responses[status] = {"$ref": f"#/components/responses/{status}"}


def _tell_versions(method: str, operation: dict[str, Any], versioned: set[str]) -> None:
    """Say where ETag, If-None-Match and If-Match are: none of them is in a route's own signature."""
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        if parameter["name"] == "If-Match":
            parameter["required"] = True
    answers = [
        response
        for response in operation["responses"].values()
        for media in response.get("content", {}).values()
        if media["schema"].get("$ref") in versioned
    ]
    for answer in answers:
        answer.setdefault("headers", {})["ETag"] = {"description": "Its version.", "schema": {"type": "string"}}
    if answers and method == "get":
        parameters.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "The ETag that you have; 304 where it is still that.",
                "schema": {"type": "string"},
            }
        )
        operation["responses"]["304"] = {"description": "It has not changed."}
    if not parameters:
        del operation["parameters"]


def _refusal(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


def _names_of(root: type[Any]) -> set[str]:
    """The name of a kind, and those of all that extend it."""
    found: set[str] = set()
    waiting: list[type[Any]] = [root]
    while waiting:
        kind = waiting.pop()
        found.add(kind.__name__)
        waiting += kind.__subclasses__()
    return found


def main() -> None:
    """Print the document."""
    # Not at the top: the application imports this module.
    from services.gateway.app import create_app
    from services.settings import Settings

    app = create_app(Settings(database_dsn="", nats_url=""))
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document_of(app)), indent=1) + b"\n")


if __name__ == "__main__":
    main()
