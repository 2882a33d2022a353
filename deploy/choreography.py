"""Reads from the services' own tables who follows whom: what deployment must know of them, and nothing more."""

import importlib
from collections.abc import Iterable

from contracts.message import owner_of, subject_of
from deploy.permissions import SERVICES
from deploy.provision import LONG_ACK_WAIT_S, Durable, event_stream
from services.runtime import Service


def load_services() -> list[Service]:
    """Every service's table; imports all of them, which takes a moment."""
    return [importlib.import_module(f"services.{name}.service").service for name in SERVICES]


def durables_of(services: Iterable[Service]) -> list[Durable]:
    """One durable for each service and source that it follows, with just the subjects it has handlers for.

    And one for what replicas of a service share out among themselves.
    """
    listed = list(services)
    followed = [
        Durable(
            stream=event_stream(source),
            name=service.name,
            filter_subjects=tuple(sorted(subject_of(event) for event in service.follows if owner_of(event) == source)),
        )
        for service in listed
        for source in service.sources
    ]
    shared = [
        Durable(
            stream=event_stream(service.name),
            name=service.shared,
            filter_subjects=tuple(sorted(map(subject_of, service.shares))),
            ack_wait_s=LONG_ACK_WAIT_S,
        )
        for service in listed
        if service.shares
    ]
    return followed + shared
