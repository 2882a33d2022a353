"""Signing in by a code that is mailed and typed: asking for one, and showing that one got it.

Every step does the same for an address that nobody has, in the same time; only the mail is missing. How codes are
mailed is code_mails.py's.
"""

import asyncio
import secrets
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from contracts.gateway.accounts import Account
from services.database import Pool, transaction
from services.gateway.auth.account_store import list_accounts_of_email
from services.gateway.auth.code_rules import (
    A_DAY,
    DIGITS,
    SALT_BYTES,
    CodeExpired,
    CodeWrong,
    SignInCode,
    TooManyTries,
    check_may_ask,
    check_may_try,
    has_form,
    hash_code,
    is_right,
    read_address,
    refusal_of,
    write_code,
)
from services.gateway.auth.code_store import (
    delete_old_codes,
    find_asked,
    find_code,
    insert_code,
    lock_asking,
    update_used,
    update_wrong_tries,
)
from services.gateway.auth.session_rules import Session
from services.gateway.auth.sessions import open_session
from services.work import Work


class NewCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code just made: `id` is for the browser that asked, `code` for the mail alone, if there is somebody to mail."""

    id: UUID
    code: str
    to: Account | None


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session and its token, for the cookie."""

    session: Session
    token: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The code was right and is good for one of these accounts: which?"""

    accounts: tuple[Account, ...]


async def ask_for_code(pool: Pool, email: str, client: str, now: datetime) -> NewCode:
    """A new code for whoever reads an address's mail; raises Invalid naming `email`, or TooManyCodes."""
    email = read_address(email)
    code, salt = write_code(secrets.randbelow(10**DIGITS)), secrets.token_bytes(SALT_BYTES)
    async with transaction(pool) as connection:
        await lock_asking(connection, email, client)
        check_may_ask(await find_asked(connection, email, client, now - A_DAY), now)
        # Not before the limits: a slow hash is a gift to whoever asks a thousand times a second.
        code_hash = await asyncio.to_thread(hash_code, code, salt)
        # Not one that sorts by time: nobody who knows one should know anything about the next.
        kept = SignInCode(id=uuid4(), email=email, salt=salt, code_hash=code_hash, created_at=now)
        await insert_code(connection, kept, client)
        accounts = await list_accounts_of_email(connection, email)
    return NewCode(id=kept.id, code=code, to=accounts[0] if accounts else None)


async def sign_in(
    pool: Pool, code_id: UUID, typed: str, account_id: UUID | None, user_agent: str, now: datetime
) -> SignedIn | Choice:
    """A session for whoever typed the right code; where the address has several accounts and none is named, a choice.

    Raises CodeWrong, TooManyTries or CodeExpired. A choice leaves the code as it is: it comes again with the answer.
    """
    async with transaction(pool) as connection:
        code = check_may_try(await find_code(connection, code_id), now)
        accounts = await list_accounts_of_email(connection, code.email)
        refused: CodeWrong | TooManyTries | None = None
        # What nobody can have been sent is a slip, and costs no try.
        if not has_form(typed):
            refused = refusal_of(code.wrong_tries)
        elif not await asyncio.to_thread(is_right, code, typed) or not accounts:
            refused = refusal_of(await update_wrong_tries(connection, code.id))
        else:
            chosen = accounts if account_id is None else tuple(each for each in accounts if each.id == account_id)
            if len(chosen) > 1:
                return Choice(accounts=chosen)
            if not chosen:
                raise CodeExpired()
            await update_used(connection, code.id, now)
            session, token = await open_session(connection, chosen[0], user_agent, now)
            return SignedIn(session=session, token=token)
    # Only now: the count of wrong tries has to be there to stay.
    raise refused


async def forget_old_codes(work: Work) -> None:
    """Delete codes that no limit counts any more (a nightly job)."""
    await delete_old_codes(work.connection, work.now - A_DAY)
