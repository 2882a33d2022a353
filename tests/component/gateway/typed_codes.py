"""People who sign in by a typed code, below the pages: an account, a code asked for, a code typed."""

from datetime import UTC, datetime

from contracts.caller import SYSTEM
from contracts.gateway.accounts import NewAccount
from contracts.vocabulary import Role
from services.database import transaction
from services.gateway.auth.accounts import create_account
from services.gateway.auth.codes import ask_for_code, sign_in
from tests.component.gateway.resources import a_uai

NOW = datetime.now(UTC)
EMAIL = "Camille@Exemple.fr"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def an_account(pool, role=Role.TEACHER, email=EMAIL, organisation_id=None, *, demo=False):
    """An account of a school's, unless told otherwise."""
    organisation_id = a_uai() if organisation_id is None else str(organisation_id)
    new = NewAccount(email=email, role=role, organisation_id=organisation_id, name="Camille")
    async with transaction(pool) as connection:
        return await create_account(connection, new, SYSTEM, NOW, demo=demo)


async def ask(pool, email=EMAIL, client="192.0.2.1", now=NOW):
    return await ask_for_code(pool, email, client, now)


async def type_in(pool, asked, typed=None, account_id=None, now=NOW):
    """What comes of typing a code, by default the right one."""
    return await sign_in(pool, asked.id, asked.code if typed is None else typed, account_id, FIREFOX, now)


def wrong(asked):
    return f"{(int(asked.code) + 1) % 1_000_000:06d}"
