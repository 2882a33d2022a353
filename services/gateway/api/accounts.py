"""Accounts: who of an organisation signs in to the pages."""

from datetime import UTC, datetime
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from contracts.caller import Caller, Scope
from contracts.gateway.accounts import Account, CreateAccount, NewAccount
from contracts.message import Page
from services.database import transaction
from services.gateway.api.asking import CREATED, Ask, Asking, KeyHolder
from services.gateway.api.existing import check_exists
from services.gateway.api.once import Answering, Once
from services.gateway.auth.account_rules import decide_account
from services.gateway.auth.account_store import list_accounts
from services.gateway.auth.accounts import close_account, create_account

TAGS = ["Accounts"]


@post("/v1/accounts", scope=Scope.KEYS, tags=TAGS, response_headers=CREATED)
async def add_account(data: JSONBody[NewAccount], ask: Ask, once: Once) -> Response[Account]:
    """Make an account: a coordinator for anybody, an organisation for its own. Nobody is told; they may sign in now."""
    account = await make_account(data, ask, once)
    return Response(account, status_code=201, headers={"Location": f"/v1/accounts/{account.id}"})


@get("/v1/accounts", scope=Scope.KEYS, tags=TAGS)
async def list_own_accounts(caller: KeyHolder, request: Request[None, Caller, State]) -> Page[Account]:
    """The accounts of the caller's organisation, closed ones too; a coordinator's list has everybody's."""
    organisation = None if caller.is_coordinator else caller.organisation
    async with request.app.state.running.pool.acquire() as connection:
        return Page(items=await list_accounts(connection, organisation, caller.organisation_id))


@delete("/v1/accounts/{account_id:uuid}", scope=Scope.KEYS, tags=TAGS)
async def remove_account(account_id: FromPath[UUID], caller: KeyHolder, request: Request[None, Caller, State]) -> None:
    """Close an account: whoever is signed in to it is signed out within seconds."""
    async with transaction(request.app.state.running.pool) as connection:
        await close_account(connection, account_id, caller, datetime.now(UTC))
    request.app.state.session_ring.forget_accounts(account_id)


async def make_account(new: NewAccount, ask: Asking, once: Answering) -> Account:
    """Make an account, once a key, for an organisation that is there; raises what create_account does."""
    grant = decide_account(new, ask.caller)
    if ask.caller.is_coordinator:
        await check_exists(grant, ask)
    async with transaction(once.pool) as connection:

        async def create() -> Account:
            return await create_account(connection, new, ask.caller, datetime.now(UTC))

        return await once.within(connection, CreateAccount(account=new), Account, create)


routes = (add_account, list_own_accounts, remove_account)
