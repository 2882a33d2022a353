"""API keys: the gateway's own shapes. No other service sees a key."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.caller import Scope
from contracts.message import Input, Instant
from contracts.vocabulary import OrganisationKind, Role


class NewApiKey(Input, frozen=True, kw_only=True):
    """A key to make. Without `scopes` it gets all that its role may have.

    `organisation_id` is a company's or association's UUID, or a school's UAI; it is left out
    for a coordinator.
    """

    role: Role
    organisation_id: str = ""
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
