"""Sessions of browsers: when they end by themselves, and who ends them, here and everywhere."""

from datetime import timedelta

import pytest

from contracts.caller import SYSTEM
from contracts.errors import NotFound
from contracts.vocabulary import Role
from services.database import transaction
from services.gateway.auth.accounts import close_account
from services.gateway.auth.code_rules import (
    CodeWrong,
)
from services.gateway.auth.session_rules import IDLE, LONGEST
from services.gateway.auth.sessions import (
    SessionRing,
    close_all_sessions,
    close_session,
    open_session,
)
from tests.component.gateway.given import until
from tests.component.gateway.typed_codes import FIREFOX, NOW, an_account, ask, type_in


async def test_a_closed_account_loses_its_sessions_and_gets_no_other(pool):
    """Also one that has typed its code already, and not chosen yet."""
    account = await an_account(pool)
    signed_in = await type_in(pool, await ask(pool))
    asked = await ask(pool)

    async with transaction(pool) as connection:
        closed = await close_account(connection, account.id, SYSTEM, NOW)

    assert closed.closed_at == NOW
    assert await SessionRing(pool).session_of(signed_in.token) is None
    with pytest.raises(CodeWrong):
        await type_in(pool, asked)
    with pytest.raises(NotFound):
        async with transaction(pool) as connection:
            await open_session(connection, account, FIREFOX, NOW)
    assert (await ask(pool)).to is None


async def test_a_session_ends_after_hours_without_use_and_after_a_month(pool):
    """Each look at it counts as use, to the minute."""
    await an_account(pool)
    idle, long = await type_in(pool, await ask(pool)), await type_in(pool, await ask(pool))
    await pool.execute("update web_session set seen_at = now() - $1::interval where id = $2", IDLE, idle.session.id)
    await pool.execute(
        "update web_session set created_at = now() - $1::interval where id = $2", LONGEST, long.session.id
    )

    assert await SessionRing(pool).session_of(idle.token) is None
    assert await SessionRing(pool).session_of(long.token) is None

    await pool.execute("update web_session set seen_at = now() - interval '11 hours', created_at = now()")
    assert await SessionRing(pool).session_of(idle.token) is not None
    seen = await pool.fetchval("select now() - seen_at from web_session where id = $1", idle.session.id)
    assert seen < timedelta(minutes=1)


async def test_signing_out_everywhere_ends_all_sessions_of_a_person(pool):
    """Of all accounts with the address; at once here, within two seconds on another replica; nobody else."""
    account, head = await an_account(pool), await an_account(pool, Role.HEAD)
    await an_account(pool, email="autre@exemple.fr")
    mine = [await type_in(pool, await ask(pool), account_id=each.id) for each in (account, head)]
    theirs = await type_in(pool, await ask(pool, "autre@exemple.fr"))
    here, elsewhere = SessionRing(pool), SessionRing(pool)
    for each in mine:
        assert await here.session_of(each.token)
        assert await elsewhere.session_of(each.token)

    async with transaction(pool) as connection:
        ended = await close_all_sessions(connection, account)
    here.forget_accounts(*ended)

    async def forgotten_elsewhere():
        return not any([await elsewhere.session_of(each.token) for each in mine])

    assert set(ended) == {account.id, head.id}
    assert [await here.session_of(each.token) for each in mine] == [None, None]
    await until(forgotten_elsewhere)
    assert await here.session_of(theirs.token)


async def test_one_session_is_ended_by_whom_it_belongs_to(pool):
    """Nobody ends another account's."""
    account = await an_account(pool)
    stranger = await an_account(pool, email="autre@exemple.fr")
    signed_in, other = await type_in(pool, await ask(pool)), await type_in(pool, await ask(pool))
    ring = SessionRing(pool)

    async with transaction(pool) as connection:
        with pytest.raises(NotFound):
            await close_session(connection, stranger, signed_in.session.id)
        await close_session(connection, account, signed_in.session.id)
    ring.forget(signed_in.token)

    assert await ring.session_of(signed_in.token) is None
    assert await ring.session_of(other.token)


async def test_a_busy_replica_remembers_so_many_sessions(pool, monkeypatch):
    """The one least lately seen is looked up again."""
    monkeypatch.setattr("services.gateway.auth.sessions.REMEMBERED_SESSIONS", 1)
    await an_account(pool)
    first, second = await type_in(pool, await ask(pool)), await type_in(pool, await ask(pool))
    ring = SessionRing(pool)

    for each in (first, second, first):
        assert (await ring.session_of(each.token)).id == each.session.id
