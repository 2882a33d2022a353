"""Making, listing and closing accounts: the same for the HTTP API, the pages and the operator's command.

How somebody signs in to one is said in codes.py and sessions.py. Nobody gets an account by being named as an
organisation's contact: somebody makes it for them.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.caller import Caller
from contracts.errors import AlreadyExists, NotFound
from contracts.gateway.accounts import Account, CloseAccount, CreateAccount, ListAccounts, NewAccount
from contracts.identifiers import uuid7
from services.gateway.auth.account_rules import check_close, decide_account, read_email, read_name
from services.gateway.auth.account_store import find_account, insert_account, list_accounts, update_closed
from services.gateway.auth.session_store import delete_sessions
from services.work import Connection, Work


async def create_account(
    connection: "Connection[Any]", new: NewAccount, caller: Caller, now: datetime, *, demo: bool = False
) -> Account:
    """Make an account; raises Invalid naming the field, Forbidden, ScopeMissing, or AlreadyExists.

    Whether the organisation exists is for the asker to see to: only its owner knows for sure.
    """
    grant = decide_account(new, caller)
    account = Account(
        id=uuid7(),
        email=read_email(new.email),
        name=read_name(new.name),
        role=grant.role,
        organisation=grant.organisation,
        organisation_id=grant.organisation_id,
        organisation_name="",
        created_at=now,
        demo=demo,
    )
    if not await insert_account(connection, account, caller.key_id):
        raise AlreadyExists(thing="account", key=f"{account.email}, {account.role}")
    return await _found(connection, account.id)


async def close_account(connection: "Connection[Any]", account_id: UUID, caller: Caller, now: datetime) -> Account:
    """Close an account and end its sessions; raises NotFound for another organisation's, or Forbidden."""
    check_close(await _found(connection, account_id), caller)
    closed = await update_closed(connection, account_id, now)
    # Closed first: whoever signs in at this moment waits for its row, and finds it closed.
    await delete_sessions(connection, account_id)
    return closed or await _found(connection, account_id)


async def create(request: CreateAccount, work: Work) -> Account:
    """Make an account for the operator."""
    return await create_account(work.connection, request.account, work.caller, work.now, demo=request.demo)


async def show_all(_request: ListAccounts, work: Work) -> tuple[Account, ...]:
    """All accounts, for the operator."""
    return await list_accounts(work.connection, None, "")


async def close(request: CloseAccount, work: Work) -> Account:
    """Close an account for the operator."""
    return await close_account(work.connection, request.account_id, work.caller, work.now)


async def _found(connection: "Connection[Any]", account_id: UUID) -> Account:
    account = await find_account(connection, account_id)
    if account is None:
        raise NotFound(thing="account", id=str(account_id))
    return account
