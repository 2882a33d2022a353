"""API keys: the gateway's own shapes, and what the operator's command asks of it.

No service but the gateway sees a key. The requests here travel on subjects that only the gateway and
the operator may publish on (`deploy/nats/server.conf`), so that they need no key themselves.
"""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.caller import Scope
from contracts.message import Command, Input, Instant, Query
from contracts.vocabulary import OrganisationKind, Role


class NewApiKey(Input, frozen=True, kw_only=True):
    """A key to make. Without `scopes` it gets all that its role may have.

    `organisation_id` is a company's or association's UUID, or a school's UAI; it is left out
    for a coordinator.
    """

    role: Role
    organisation_id: Annotated[str, Meta(max_length=40)] = ""
    label: Annotated[str, Meta(max_length=100)] = ""
    scopes: Annotated[tuple[Scope, ...], Meta(max_length=10)] = ()


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key without its secret, of which only the hash is stored."""

    id: UUID
    role: Role
    organisation: OrganisationKind
    organisation_id: str
    label: str
    scopes: tuple[Scope, ...]
    created_at: Instant
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None


class IssuedApiKey(ApiKey, frozen=True, kw_only=True):
    """A key just made, with its secret: the only time that it is shown."""

    secret: str


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who the caller is, as its key says."""

    key_id: str
    role: Role
    organisation: OrganisationKind
    organisation_id: str
    scopes: tuple[Scope, ...]


class IssueApiKey(Command[IssuedApiKey], frozen=True, kw_only=True):
    """Make a key, by the operator."""

    api_key: NewApiKey


class ListApiKeys(Query[tuple[ApiKey, ...]], frozen=True, kw_only=True):
    """All keys, newest first, 1000 at most; by the operator."""


class RevokeApiKey(Command[ApiKey], frozen=True, kw_only=True):
    """End a key, by the operator; one that is revoked already stays so."""

    api_key_id: UUID
