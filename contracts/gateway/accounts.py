"""Accounts: who signs in to the pages, and what the operator's command asks of them.

An account acts in one role for one organisation; somebody who teaches and also mediates has two, with one e-mail
address. No service but the gateway sees one: like those of keys, these requests are the operator's alone.
"""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.message import Command, Input, Instant, Query
from contracts.vocabulary import OrganisationKind, Role


class NewAccount(Input, frozen=True, kw_only=True):
    """An account to make. Whoever reads the mail of `email` may sign in to it.

    `organisation_id` is a company's or association's UUID, or a school's UAI; it is left out
    for a coordinator.
    """

    email: Annotated[str, Meta(max_length=200, pattern=r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$")]
    role: Role
    organisation_id: Annotated[str, Meta(max_length=40)] = ""
    name: Annotated[str, Meta(max_length=100, description="Of the person, as colleagues know it.")] = ""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it is; one that is closed opens nothing any more. `demo` marks one of the demonstration."""

    id: UUID
    email: str
    name: str
    role: Role
    organisation: OrganisationKind
    organisation_id: str
    organisation_name: str
    created_at: Instant
    last_sign_in_at: Instant | None = None
    closed_at: Instant | None = None
    demo: bool = False


class CreateAccount(Command[Account], frozen=True, kw_only=True):
    """Make an account, by the operator. One that is marked `demo` opens by a click where a demonstration says so."""

    account: NewAccount
    demo: bool = False


class ListAccounts(Query[tuple[Account, ...]], frozen=True, kw_only=True):
    """All accounts, newest first, 1000 at most; by the operator."""


class CloseAccount(Command[Account], frozen=True, kw_only=True):
    """Close an account and end its sessions, by the operator; one that is closed already stays so."""

    account_id: UUID
