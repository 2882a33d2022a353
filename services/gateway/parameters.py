"""Query parameters: what is wrong with one is said in the address's own names, and an unknown one is refused.

A misspelt filter that is ignored would look like a full list.
"""

from typing import Any, NamedTuple

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from contracts.errors import FieldError, Invalid, Wording
from services.gateway.auth.guard import PAGE
from services.gateway.input_words import field_error


class Parameter(NamedTuple):
    """A query parameter as an address writes it, and the type of its value."""

    written: str
    kind: Any


def parameters_of(app: Litestar) -> dict[str, dict[str, Parameter]]:
    """The query parameters of every route, by its handler and their own name in our code.

    By the handler's whole name: a page and a route of the API may be called the same.
    """
    return {
        str(handler): {
            each.field_name: Parameter(each.field_alias, _kind(handler, each.field_name))
            for each in model.expected_query_params
        }
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler, model in route.route_handler_map.values()
    }


def _kind(handler: BaseRouteHandler, name: str) -> Any:
    """The type of a parameter of the handler itself; what its dependencies take (a cursor) needs no look at it."""
    own = handler.parsed_fn_signature.parameters.get(name)
    return own.annotation if own else Any


def wrong_parameters(known: dict[str, Parameter], complaints: list[dict[str, str]]) -> Invalid:
    """The framework's complaints about parameters, in the reader's names and words."""
    fields = []
    for complaint in complaints:
        name = complaint.get("key", "")
        parameter = known.get(name, Parameter(name, Any))
        error = field_error(parameter.kind, complaint["message"])
        fields.append(FieldError(field=parameter.written, message=error.message))
    return Invalid(fields=tuple(fields))


async def refuse_unknown_parameters(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard of every route; raises Invalid naming each parameter that the route does not have."""
    # Links to pages are passed on, and whoever passes them on adds words of their own.
    if not connection.scope["query_string"] or PAGE in handler.opt:
        return
    known = {each.written for each in connection.app.state.parameters.get(str(handler), {}).values()}
    unknown = sorted(set(connection.query_params) - known)
    if unknown:
        names = ", ".join(sorted(known))
        raise Invalid(
            fields=tuple(
                FieldError(
                    field=name,
                    message=Wording(
                        f"There is no such parameter here; there are: {names}."
                        if names
                        else "There are no parameters here.",
                        f"Ce paramètre n'existe pas ici ; il y a : {names}."
                        if names
                        else "Il n'y a pas de paramètre ici.",
                    ),
                )
                for name in unknown
            )
        )
