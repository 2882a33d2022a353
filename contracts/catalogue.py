"""Every message there is, found where it is declared: nothing is registered anywhere, so nothing can be forgotten.

What the messages look like on the wire is in `schemas/` and `samples/`; who handles them is said by each service's
own table.
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

import contracts
from contracts import operations
from contracts.message import Event, Message, Request, answer_of, owner_of, subject_of

OWNERS = ("gateway", "companies", "associations", "matchmaker")


@cache
def requests() -> tuple[type[Request[Any]], ...]:
    """All requests, by owner, in the order in which they are declared; last those that every service answers."""
    found = [kind for module in _modules() for kind in _declared(module, Request)]
    return (*found, *operation_requests())


@cache
def operation_requests() -> tuple[type[Request[Any]], ...]:
    """The requests that every service answers about itself."""
    return tuple(_declared(operations, Request))


@cache
def events() -> tuple[type[Event], ...]:
    """All events, by owner, in the order in which they are declared."""
    return tuple(kind for module in _modules() for kind in _declared(module, Event))


def messages() -> tuple[type[Message], ...]:
    """All requests, then all events."""
    return (*requests(), *events())


def of_owner(owner: str) -> tuple[type[Message], ...]:
    """The requests that a service answers and the events that it announces, without the operations."""
    return tuple(kind for kind in messages() if owner_of(kind) == owner)


def wire_types() -> dict[str, Any]:
    """The type of every body that crosses NATS, by name: a message by its subject, an answer by `<subject>.answer`."""
    bodies: dict[str, Any] = {}
    for kind in messages():
        bodies[subject_of(kind)] = kind
        if issubclass(kind, Request):
            bodies[f"{subject_of(kind)}.answer"] = answer_of(kind)
    return bodies


def _modules() -> list[ModuleType]:
    return [
        importlib.import_module(found.name)
        for owner in OWNERS
        for found in pkgutil.walk_packages(
            importlib.import_module(f"{contracts.__name__}.{owner}").__path__, f"{contracts.__name__}.{owner}."
        )
    ]


def _declared(module: ModuleType, kind: type[Any]) -> list[type[Any]]:
    """The subclasses of a kind that a module itself declares, top to bottom; one that others extend is no message."""
    return [
        member
        for member in vars(module).values()
        if isinstance(member, type)
        and issubclass(member, kind)
        and member.__module__ == module.__name__
        and not member.__subclasses__()
    ]
