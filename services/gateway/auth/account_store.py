"""The queries about accounts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from contracts.gateway.accounts import Account
from contracts.vocabulary import OrganisationKind, Role
from services.work import Connection

# As with keys: a list that nobody scrolls through.
LIST_LIMIT = 1000

# An organisation's name is the directory's, so that it is never an old one. Where the directory does not know it yet,
# its id stands for it.
COLUMNS = """
    account.id, account.email, account.name, account.role, account.organisation, account.organisation_id,
    account.demo, account.created_at, account.last_sign_in_at, account.closed_at,
    case account.organisation when 'region' then 'Région Occitanie' else coalesce((
        select entry.document ->> 'name' from entry
        where entry.kind = account.organisation
            and entry.parties @> array[account.organisation || ':' || account.organisation_id]
        limit 1
    ), account.organisation_id) end as organisation_name
"""


async def insert_account(connection: "Connection[Any]", account: Account, created_by: str) -> bool:
    """Store a new account; False where the same person has a live one in this role for this organisation."""
    inserted = await connection.fetchval(
        "insert into account"
        " (id, email, name, role, organisation, organisation_id, demo, created_at, created_by)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning true",
        account.id,
        account.email,
        account.name,
        account.role,
        account.organisation,
        account.organisation_id,
        account.demo,
        account.created_at,
        created_by,
    )
    return bool(inserted)


async def find_account(connection: "Connection[Any]", account_id: UUID) -> Account | None:
    """One account, closed or not."""
    row = await connection.fetchrow(f"select {COLUMNS} from account where id = $1", account_id)  # noqa: S608  constants
    return account_of(row) if row else None


async def list_accounts(
    connection: "Connection[Any]", organisation: OrganisationKind | None, organisation_id: str, search: str = ""
) -> tuple[Account, ...]:
    """The accounts of one organisation, or all (None), newest first; only those that have a text in what is shown."""
    rows = await connection.fetch(
        f"select * from (select {COLUMNS} from account"  # noqa: S608  constants
        "  where $1::text is null or (organisation = $1 and organisation_id = $2)) as found"
        " where $4 = '' or strpos(lower(concat_ws(' ', email, name, organisation_name)), lower($4)) > 0"
        " order by id desc limit $3",
        organisation,
        organisation_id,
        LIST_LIMIT,
        search,
    )
    return tuple(account_of(row) for row in rows)


async def list_accounts_of_email(connection: "Connection[Any]", email: str) -> tuple[Account, ...]:
    """The live accounts of whoever reads an address's mail, the one last used first."""
    rows = await connection.fetch(
        f"select {COLUMNS} from account where lower(email) = lower($1) and closed_at is null"  # noqa: S608  constants
        " order by last_sign_in_at desc nulls last, id",
        email,
    )
    return tuple(account_of(row) for row in rows)


async def list_demo_accounts(connection: "Connection[Any]") -> tuple[Account, ...]:
    """The live accounts of the demonstration, in the order in which they were made."""
    rows = await connection.fetch(
        f"select {COLUMNS} from account where demo and closed_at is null order by id"  # noqa: S608  constants
    )
    return tuple(account_of(row) for row in rows)


async def update_closed(connection: "Connection[Any]", account_id: UUID, now: datetime) -> Account | None:
    """Close an account; the moment of an earlier closing stays. None where there is no such account."""
    row = await connection.fetchrow(
        f"update account set closed_at = coalesce(closed_at, $2) where id = $1 returning {COLUMNS}",  # noqa: S608  constants
        account_id,
        now,
    )
    return account_of(row) if row else None


async def update_signed_in(connection: "Connection[Any]", account_id: UUID, now: datetime) -> Account | None:
    """Note a sign-in; None where the account is not there, or closed. Locks it until the session is there too."""
    row = await connection.fetchrow(
        f"update account set last_sign_in_at = $2 where id = $1 and closed_at is null returning {COLUMNS}",  # noqa: S608  constants
        account_id,
        now,
    )
    return account_of(row) if row else None


def account_of(row: "asyncpg.Record") -> Account:
    """An account from a row that has `COLUMNS`."""
    return Account(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        organisation=OrganisationKind(row["organisation"]),
        organisation_id=row["organisation_id"],
        organisation_name=row["organisation_name"],
        created_at=row["created_at"],
        last_sign_in_at=row["last_sign_in_at"],
        closed_at=row["closed_at"],
        demo=row["demo"],
    )
