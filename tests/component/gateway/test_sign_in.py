"""Who proves to read an address's mail gets a session; nobody learns who has an account, and nothing works twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from contracts.caller import SCOPES_OF_ROLE
from contracts.identifiers import uuid7
from contracts.vocabulary import Role
from services.database import transaction
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
from services.gateway.auth.codes import Choice, SignedIn, forget_old_codes, sign_in
from services.gateway.auth.sessions import (
    SessionRing,
    forget_old_sessions,
)
from services.work import Work
from tests.component.gateway.given import a_gateway
from tests.component.gateway.typed_codes import EMAIL, FIREFOX, NOW, an_account, ask, type_in, wrong


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
