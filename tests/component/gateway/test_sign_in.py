"""Who proves to read an address's mail gets a session; nobody learns who has an account, and nothing works twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from contracts.caller import SCOPES_OF_ROLE, SYSTEM
from contracts.errors import NotFound
from contracts.gateway.accounts import NewAccount
from contracts.identifiers import uuid7
from contracts.vocabulary import Role
from services.database import open_pool, transaction
from services.gateway.auth.accounts import close_account, create_account
from services.gateway.auth.code_rules import (
    FOR_CLIENT_SHORTLY,
    FOR_EMAIL_A_DAY,
    FOR_EMAIL_SHORTLY,
    LIVES,
    SHORTLY,
    TRIES,
    CodeExpired,
    CodeWrong,
    TooManyCodes,
    TooManyTries,
)
from services.gateway.auth.codes import Choice, SignedIn, ask_for_code, forget_old_codes, sign_in
from services.gateway.auth.session_rules import IDLE, LONGEST
from services.gateway.auth.sessions import (
    SessionRing,
    close_all_sessions,
    close_session,
    forget_old_sessions,
    open_session,
)
from services.work import Work
from tests.component.gateway.given import a_gateway, until
from tests.component.gateway.resources import a_uai

NOW = datetime.now(UTC)
EMAIL = "Camille@Exemple.fr"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def pool(postgres, database):
    """The gateway's own connections to a fresh database."""
    opened = await open_pool(postgres.dsn("gateway", database), 8)
    yield opened
    await opened.close()


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


async def test_the_right_code_opens_a_session_with_the_role_s_scopes(pool):
    """However it is spaced, and whatever case the address is typed in."""
    account = await an_account(pool)
    asked = await ask(pool, "  camille@exemple.FR ")

    signed_in = await type_in(pool, asked, f" {asked.code[:3]} {asked.code[3:]}")
    session = await SessionRing(pool).session_of(signed_in.token)

    assert asked.to.id == account.id
    assert session.account.email == EMAIL
    assert session.account.last_sign_in_at == NOW
    assert session.device == "Firefox, Windows"
    assert (session.caller.key_id, session.caller.role) == (f"account:{account.id}", Role.TEACHER)
    assert session.caller.organisation_id == account.organisation_id
    assert session.caller.scopes == SCOPES_OF_ROLE[Role.TEACHER]


async def test_a_wrong_code_costs_a_try_and_says_how_many_are_left(pool):
    """After five the right one no longer works either."""
    await an_account(pool)
    asked = await ask(pool)

    left = []
    for _ in range(TRIES - 1):
        with pytest.raises(CodeWrong) as refused:
            await type_in(pool, asked, wrong(asked))
        left.append(refused.value.facts["tries_left"])
    with pytest.raises(TooManyTries):
        await type_in(pool, asked, wrong(asked))

    assert left == [4, 3, 2, 1]
    with pytest.raises(TooManyTries):
        await type_in(pool, asked)


async def test_what_is_no_code_costs_no_try(pool):
    """Letters, too few digits, digits of another script, nothing."""
    await an_account(pool)
    asked = await ask(pool)

    for slip in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦"):
        with pytest.raises(CodeWrong) as refused:
            await type_in(pool, asked, slip)
        assert refused.value.facts["tries_left"] == TRIES

    assert isinstance(await type_in(pool, asked), SignedIn)


async def test_a_code_works_for_ten_minutes_and_once(pool):
    """And a code that nobody asked for never."""
    await an_account(pool)
    late, used = await ask(pool), await ask(pool)

    with pytest.raises(CodeExpired):
        await type_in(pool, late, now=NOW + LIVES)
    await type_in(pool, used, now=NOW + LIVES - timedelta(seconds=1))
    with pytest.raises(CodeExpired):
        await type_in(pool, used)
    with pytest.raises(CodeExpired):
        await sign_in(pool, uuid7(), used.code, None, FIREFOX, NOW)


async def test_a_code_works_only_in_the_browser_that_asked_for_it(pool):
    """Somebody else who asked for the same address cannot use what its holder read."""
    await an_account(pool)
    mine, theirs = await ask(pool), await ask(pool, client="198.51.100.7")

    with pytest.raises(CodeWrong):
        await type_in(pool, theirs, mine.code if mine.code != theirs.code else wrong(theirs))

    assert isinstance(await type_in(pool, mine), SignedIn)


async def test_two_right_answers_at_once_open_one_session(pool):
    """Whoever comes second finds the code used."""
    await an_account(pool)
    asked = await ask(pool)

    outcomes = await asyncio.gather(*(type_in(pool, asked) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(each, SignedIn) for each in outcomes) == 1
    assert sum(isinstance(each, CodeExpired) for each in outcomes) == 5
    assert await pool.fetchval("select count(*) from web_session") == 1


async def test_wrong_answers_at_once_are_all_counted(pool):
    """Six at a time are no more than one after the other."""
    await an_account(pool)
    asked = await ask(pool)

    outcomes = await asyncio.gather(*(type_in(pool, asked, wrong(asked)) for _ in range(8)), return_exceptions=True)

    assert sum(isinstance(each, CodeWrong) for each in outcomes) == TRIES - 1
    assert sum(isinstance(each, TooManyTries) for each in outcomes) == 8 - (TRIES - 1)


async def test_an_address_that_nobody_has_is_treated_as_any_other(pool):
    """A code that is mailed to nobody: the same refusals, the same limits."""
    asked = await ask(pool, "personne@exemple.fr")

    with pytest.raises(CodeWrong) as refused:
        await type_in(pool, asked, wrong(asked))
    with pytest.raises(CodeWrong):
        await type_in(pool, asked)

    assert (asked.to, refused.value.facts["tries_left"]) == (None, TRIES - 1)
    for _ in range(FOR_EMAIL_SHORTLY - 1):
        await ask(pool, "personne@exemple.fr")
    with pytest.raises(TooManyCodes):
        await ask(pool, "personne@exemple.fr")


async def test_an_address_gets_three_codes_in_ten_minutes(pool):
    """Whoever asks, and however it is written; then it is said when there will be another."""
    await an_account(pool)
    for minute in range(FOR_EMAIL_SHORTLY):
        await ask(pool, client=f"192.0.2.{minute}", now=NOW + timedelta(minutes=minute))

    with pytest.raises(TooManyCodes) as refused:
        await ask(pool, EMAIL.upper(), now=NOW + timedelta(minutes=5))

    assert refused.value.again_at == NOW + SHORTLY
    assert (await ask(pool, now=NOW + SHORTLY)).to is not None


async def test_an_address_gets_ten_codes_a_day(pool):
    """Spread over hours as they may be."""
    await an_account(pool)
    for hour in range(FOR_EMAIL_A_DAY):
        await ask(pool, now=NOW + timedelta(hours=hour))

    with pytest.raises(TooManyCodes) as refused:
        await ask(pool, now=NOW + timedelta(hours=23))

    assert refused.value.again_at == NOW + timedelta(days=1)
    assert await ask(pool, now=NOW + timedelta(days=1))


async def test_a_client_gets_twenty_codes_in_ten_minutes(pool):
    """For as many addresses as it may think of; others go on."""
    for number in range(FOR_CLIENT_SHORTLY):
        await ask(pool, f"eleve{number}@exemple.fr")

    with pytest.raises(TooManyCodes):
        await ask(pool, "encore@exemple.fr")

    assert await ask(pool, "encore@exemple.fr", client="198.51.100.7")
    assert await ask(pool, "encore@exemple.fr", now=NOW + SHORTLY)


async def test_limits_hold_for_many_who_ask_at_once(pool):
    """As from several replicas: each counts what the others let through."""
    outcomes = await asyncio.gather(*(ask(pool) for _ in range(12)), return_exceptions=True)

    assert sum(isinstance(each, TooManyCodes) for each in outcomes) == 12 - FOR_EMAIL_SHORTLY


async def test_somebody_with_several_accounts_chooses_one(pool):
    """The code stays good until then, and opens only accounts of its address."""
    teacher, head = await an_account(pool), await an_account(pool, Role.HEAD)
    stranger = await an_account(pool, email="autre@exemple.fr")
    asked = await ask(pool)

    choice = await type_in(pool, asked)
    with pytest.raises(CodeExpired):
        await type_in(pool, asked, account_id=stranger.id)
    signed_in = await type_in(pool, asked, account_id=head.id)

    assert isinstance(choice, Choice)
    assert {each.id for each in choice.accounts} == {teacher.id, head.id}
    assert signed_in.session.account.id == head.id
    with pytest.raises(CodeExpired):
        await type_in(pool, asked, account_id=teacher.id)


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


async def test_tokens_and_codes_are_stored_nowhere(pool):
    """The database holds their hashes; what stands there opens nothing."""
    await an_account(pool)
    asked = await ask(pool)
    signed_in = await type_in(pool, asked)

    rows = [row["text"] for row in await pool.fetch("select s::text as text from web_session s")]
    rows += [row["text"] for row in await pool.fetch("select salt::text || code_hash::text as text from sign_in_code")]
    token_hash = await pool.fetchval("select encode(token_hash, 'hex') from web_session")

    assert not any(signed_in.token in row or asked.code.encode().hex() in row for row in rows)
    assert await SessionRing(pool).session_of(token_hash) is None
    assert await SessionRing(pool).session_of("") is None


async def test_what_has_ended_is_forgotten_by_night(servers):
    """Codes with the addresses that asked for them, and sessions; what is still good stays."""
    async with a_gateway(servers) as gateway:
        pool = gateway.app.state.running.pool
        await an_account(pool)
        old, new = await type_in(pool, await ask(pool)), await type_in(pool, await ask(pool))
        await pool.execute("update web_session set seen_at = now() - interval '13 hours' where id = $1", old.session.id)
        await ask(pool, "vieux@exemple.fr", now=NOW - timedelta(days=2))

        async with transaction(pool) as connection:
            work = Work(connection, datetime.now(UTC), "gateway")
            await forget_old_codes(work)
            await forget_old_sessions(work)

        assert [row["id"] for row in await pool.fetch("select id from web_session")] == [new.session.id]
        assert await pool.fetchval("select count(*) from sign_in_code where email = 'vieux@exemple.fr'") == 0
        assert await pool.fetchval("select count(*) from sign_in_code") == 2


async def test_a_busy_replica_remembers_so_many_sessions(pool, monkeypatch):
    """The one least lately seen is looked up again."""
    monkeypatch.setattr("services.gateway.auth.sessions.REMEMBERED_SESSIONS", 1)
    await an_account(pool)
    first, second = await type_in(pool, await ask(pool)), await type_in(pool, await ask(pool))
    ring = SessionRing(pool)

    for each in (first, second, first):
        assert (await ring.session_of(each.token)).id == each.session.id
