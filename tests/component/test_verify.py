"""`passerelle verify`: it finds everything right in a region at work, and whatever is wrong in one tampered with."""

import json
from collections.abc import AsyncIterator

import asyncpg
import nats as nats_client
import pytest

from deploy.choreography import durables_of, load_services
from deploy.embedded.nats import start_nats
from deploy.permissions import SERVICES
from deploy.provision import provision_streams
from deploy.verify.audit import INVARIANTS, Audit, Verdict
from deploy.verify.books import Books, BooksClosed, open_books
from deploy.verify.events import Ledger
from deploy.verify.invariant import Finding, Invariant, Look
from tests.component.tampering import WRONGS, addresses_of, outcome_of, tamper, variables_of, work
from tests.component.test_commands import passerelle
from tests.conftest import Servers, end_at_once
from tests.given import a_region

PATIENCE_S = 20


@pytest.fixture(scope="module")
async def at_rest(postgres, template, tmp_path_factory) -> AsyncIterator[Servers]:
    """The books of a region that worked and was then stopped in order."""
    connection = await asyncpg.connect(postgres.admin_dsn())
    await connection.execute(f"create database verified template {template} strategy file_copy")
    broker = await start_nats(tmp_path_factory.mktemp("nats"))
    await provision_streams(broker.url("provision"), durables_of(load_services()))
    servers = Servers(postgres, "verified", broker)
    async with a_region(servers) as region:
        await work(region)
        async with open_books(addresses_of(servers)) as books:
            assert await Audit(books, PATIENCE_S).wait_quiet(lambda _: None) == []
    yield servers
    await end_at_once(broker)
    await connection.execute("drop database verified with (force)")
    await connection.close()


async def test_region_at_work_is_in_order(servers: Servers) -> None:
    """Every invariant counts something, in one line each; exit code 0."""
    async with a_region(servers) as region:
        await work(region)
        code, output = await passerelle("verify", **variables_of(servers))

    lines = output.splitlines()
    assert (code, len(lines)) == (0, len(INVARIANTS)), output
    assert all(line.startswith("✓ ") for line in lines)
    assert "✓ 2 slots: never more taken than there is" in lines


async def test_program_reads_json(at_rest: Servers) -> None:
    """The same for a program, with the names of the invariants."""
    code, output = await passerelle("verify", "--json", **variables_of(at_rest))

    told = json.loads(output)
    assert (code, told["exit_code"]) == (0, 0)
    assert {one["name"]: one["verdict"] for one in told["invariants"]} == {one.name: "holds" for one in INVARIANTS}
    assert {one["name"] for one in told["invariants"] if not one["counted"]} <= {"partnerships", "dead_letters"}


@pytest.mark.parametrize("name", WRONGS)
async def test_what_is_wrong_is_found(at_rest: Servers, name: str) -> None:
    """Named with its ids and in words; once mended, all is in order again."""
    service, wrong, mend, words = WRONGS[name]

    await tamper(at_rest, service, wrong)
    broken = await outcome_of(at_rest, name)
    await tamper(at_rest, service, mend)
    mended = await outcome_of(at_rest, name)

    assert broken.verdict is Verdict.BROKEN
    assert words in broken.findings[0].words
    assert mended.verdict is Verdict.HOLDS


def test_every_invariant_is_seen_broken() -> None:
    """One that never complains keeps nothing; dead letters, which only warn, apart."""
    assert set(WRONGS) | {"dead_letters"} == {invariant.name for invariant in INVARIANTS}


async def test_violation_is_one_line_and_exit_code_1(at_rest: Servers) -> None:
    """With five ids at most."""
    await tamper(at_rest, "gateway", "update entry set version = version + 1")
    code, output = await passerelle("verify", "--patience", "0", **variables_of(at_rest))
    await tamper(at_rest, "gateway", "update entry set version = version - 1")

    [line] = [line for line in output.splitlines() if line.startswith("✗")]
    assert code == 1
    assert "things that the directory shows: each is shown as its owner keeps it" in line
    assert line.count("with gateway") == 5
    assert line.endswith("…")


async def test_dead_letters_warn(at_rest: Servers) -> None:
    """They want a hand, and break no promise."""
    await tamper(
        at_rest,
        "companies",
        "insert into dead_letter (id, source, subject, headers, body, error)"
        " values (gen_random_uuid(), 'timer', 'ring', '{}', '', 'Broken([red])')",
    )
    code, output = await passerelle("verify", **variables_of(at_rest))
    await tamper(at_rest, "companies", "delete from dead_letter")

    assert code == 0
    assert [line for line in output.splitlines() if line.startswith("! 1 dead letters") and "Broken([red])" in line]


async def test_event_that_nobody_recorded_is_found(servers: Servers) -> None:
    """Whoever writes into a stream by hand is seen, and what is there twice under two numbers too."""
    client = await nats_client.connect(servers.nats_url("companies"), inbox_prefix=b"_INBOX.companies")
    await client.jetstream().publish("evt.companies.slot.opened.v1", b"{}", headers={"ce-id": "by hand"})
    await client.close()

    outcome = await outcome_of(servers, "stream")

    # The services that would follow it do not run.
    assert outcome.verdict is Verdict.UNSURE
    assert [finding.id for finding in outcome.findings] == ["by hand"]


def test_ledger_sees_order_and_doubles() -> None:
    """Told in another order than recorded, or twice, within one thing; among several things any order will do."""
    rows = [
        {"position": number, "id": str(number), "aggregate_id": "ab"[number % 2], "published": True}
        for number in range(1, 7)
    ]
    ledger = Ledger("companies")

    ledger.record(rows[:2])
    ledger.tell(["2", "4"], [rows[3]])
    ledger.record(rows[2:])
    ledger.tell(["1", "5", "3", "4"], [rows[3]])

    assert [(finding.id, finding.words.split(" of ")[0]) for finding in ledger.findings] == [
        ("3", "was told after a later one"),
        ("4", "is in the stream"),
    ]
    assert [finding.id for finding in ledger.untold()] == ["6"]


async def test_what_lags_is_no_violation(at_rest: Servers) -> None:
    """A thing that has moved by the next look was on its way; one that stands still is wrong."""
    found = [
        (Finding("moves", "", "1"), Finding("stands", "", "1")),
        (Finding("moves", "", "2"), Finding("stands", "", "1")),
        (Finding("stands", "", "1"), Finding("new", "", "1")),
        (Finding("stands", "", "1"),),
    ]
    remaining = iter(found)

    async def look(_books: Books) -> Look:
        return Look(3, next(remaining))

    async with open_books(addresses_of(at_rest)) as books:
        outcome = await Audit(books, PATIENCE_S).outcome(Invariant("x", "things", "are right", look, lags=True))

    assert outcome.verdict is Verdict.BROKEN
    assert [finding.id for finding in outcome.findings] == ["stands"]


async def test_follower_that_does_not_go_on_leaves_no_verdict(at_rest: Servers) -> None:
    """Exit code 2, and who is behind: what seems wrong may still be on its way."""
    await tamper(
        at_rest,
        "companies",
        "insert into outbox (id, aggregate_id, subject, headers, body, occurred_at)"
        " values (gen_random_uuid(), 'x', 'evt.companies.x', '{}', '', now())",
    )
    await tamper(at_rest, "gateway", "update entry set version = version - 1 where kind = 'slot'")
    code, output = await passerelle("verify", "--patience", "0.5", **variables_of(at_rest))
    await tamper(at_rest, "companies", "delete from outbox where aggregate_id = 'x'")
    await tamper(at_rest, "gateway", "update entry set version = version + 1 where kind = 'slot'")

    assert code == 2
    assert "It is busy (companies has 1 events to publish)" in output
    [line] = [line for line in output.splitlines() if line.startswith("?")]
    assert "companies has 1 events to publish, and does not go on" in line


async def test_part_that_is_away_is_named(at_rest: Servers) -> None:
    """A schema that cannot be reached, a broker that cannot be: exit code 2, one sentence."""
    database = variables_of(at_rest) | {"PASSERELLE_DATABASE_DSN_MATCHMAKER": "postgresql://x:y@127.0.0.1:1/z"}
    broker = variables_of(at_rest) | {"PASSERELLE_NATS_URL": "nats://x:y@127.0.0.1:1"}

    away = [await passerelle("verify", **variables) for variables in (database, broker)]

    assert [code for code, _ in away] == [2, 2]
    assert "the schema of matchmaker cannot be read" in away[0][1]
    assert "The NATS of PASSERELLE_NATS_URL does not answer" in away[1][1]


async def test_schema_that_is_behind_is_named(at_rest: Servers) -> None:
    """A table that is missing leaves its invariants without a verdict; the others have theirs."""
    await tamper(at_rest, "gateway", "alter table entry rename to entry_away")
    outcomes = [await outcome_of(at_rest, name) for name in ("directory", "capacity")]
    await tamper(at_rest, "gateway", "alter table entry_away rename to entry")

    assert [outcome.verdict for outcome in outcomes] == [Verdict.CLOSED, Verdict.HOLDS]
    assert "the schema of gateway cannot be read" in outcomes[0].why


async def test_nothing_can_be_written(at_rest: Servers) -> None:
    """The books are opened to be read."""
    async with open_books(addresses_of(at_rest)) as books:
        with pytest.raises(BooksClosed, match="read-only"):
            await books.rows("companies", "delete from booking returning id")


async def test_nothing_runs_is_one_sentence(tmp_path) -> None:
    """With the way to start it; nothing was checked."""
    code, output = await passerelle("verify", "--data", str(tmp_path))

    assert code == 2
    assert "start it first with `passerelle run`" in output


async def test_missing_addresses_are_named(at_rest: Servers) -> None:
    """The variables to set."""
    code, output = await passerelle("verify", PASSERELLE_NATS_URL=at_rest.nats_url("operator"))

    assert code == 2
    assert all(f"PASSERELLE_DATABASE_DSN_{service.upper()}" in output for service in SERVICES)
