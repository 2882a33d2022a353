"""`passerelle health` and `passerelle dead-letters`: the operator's view of services at work."""

import asyncio
import os
import re
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from services.runtime import Service, running
from services.work import Work
from tests.component.plumbing.toys import COMPANIES, MATCHMAKER, effects, note, rows, settings_of
from tests.conftest import ROOT, Servers


async def passerelle(*arguments: str, nats_url: str = "") -> tuple[int, str]:
    """Exit code and everything a command said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy", *arguments),
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "300", **({"PASSERELLE_NATS_URL": nats_url} if nats_url else {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


def cells(output: str) -> list[list[str]]:
    """The rows of a printed table below its head."""
    found = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines() if line.startswith("│")]
    return [row for row in found if any(row)]


async def ring(key: str, work: Work) -> None:
    """A timer that can be rung again, unless its key says otherwise."""
    if key == "hopeless":
        raise RuntimeError("[red]out[/] of reach")
    await note(work, key)


RINGING = Service(name="companies", timers={"ring": ring})


async def bury(servers: Servers, *keys: str) -> list[str]:
    """Dead letters of timers with these keys; returns their ids."""
    found = await rows(
        servers,
        "companies",
        "insert into dead_letter (id, source, subject, headers, body, error)"
        " select gen_random_uuid(), 'timer', 'ring', '{}', convert_to(key, 'UTF8'), 'Broken([''x'']) [bold]'"
        " from unnest($1::text[]) key returning id",
        list(keys),
    )
    return [str(row["id"]) for row in found]


async def waiting(servers: Servers) -> list[str]:
    """The keys of the dead letters that were not retried."""
    found = await rows(servers, "companies", "select body from dead_letter where retried_at is null")
    return [row["body"].decode() for row in found]


async def test_health_of_one_that_is_well(servers: Servers) -> None:
    """Exit code 0, as a probe wants it."""
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        code, output = await passerelle("health", "companies", nats_url=servers.nats_url("operator"))

    assert code == 0
    assert cells(output) == [["companies", "ready", "0", "0", "0", ""]]


async def test_container_asks_for_its_own_health(servers: Servers) -> None:
    """With the settings of the service itself, and no more rights than it has."""
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        code, _ = await passerelle("health", "companies", nats_url=servers.nats_url("companies"))

    assert code == 0


async def test_health_of_all_names_who_is_away(servers: Servers) -> None:
    """One that does not answer makes the whole unwell."""
    async with (
        running(COMPANIES, settings_of(COMPANIES, servers)),
        running(MATCHMAKER, settings_of(MATCHMAKER, servers)),
    ):
        code, output = await passerelle("health", nats_url=servers.nats_url("operator"))

    states = {row[0]: row[1] for row in cells(output)}
    assert code == 1
    assert states == {"gateway": "away", "companies": "ready", "associations": "away", "matchmaker": "ready"}
    assert "gateway does not answer" in output


@pytest.mark.parametrize("command", [("health",), ("dead-letters", "list"), ("dead-letters", "retry", "--all")])
async def test_nothing_runs_is_one_sentence(tmp_path: Path, command: tuple[str, ...]) -> None:
    """With the way to start it, and exit code 1."""
    code, output = await passerelle(*command, "--data", str(tmp_path))

    assert code == 1
    assert re.fullmatch(r"Error: Passerelle does not run on .*; start it first with `passerelle run`\.\n", output)


async def test_no_dead_letters_is_one_sentence(servers: Servers) -> None:
    """Of a service that has none."""
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        listed = await passerelle(
            "dead-letters", "list", "--service", "companies", nats_url=servers.nats_url("operator")
        )

    assert listed == (0, "There are no dead letters.\n")


async def test_dead_letters_are_listed_and_retried(servers: Servers) -> None:
    """One by its id, then all; what fails again is named and kept."""
    url = servers.nats_url("operator")
    first, *others = await bury(servers, "first", "second", "hopeless")
    async with running(RINGING, settings_of(RINGING, servers)):
        listed = await passerelle("dead-letters", "list", "--service", "companies", nats_url=url)
        one = await passerelle("dead-letters", "retry", first, nats_url=url)
        again = await passerelle("dead-letters", "retry", first, nats_url=url)
        every = await passerelle("dead-letters", "retry", "--all", nats_url=url)

    assert listed[0] == 0
    assert {(row[0], row[1], row[2]) for row in cells(listed[1])} == {
        (letter_id, "companies", f"ring {key}")
        for letter_id, key in zip((first, *others), ("first", "second", "hopeless"), strict=True)
    }
    assert "Broken(['x']) [bold]" in listed[1]
    assert one == (0, "Handled by companies.\n")
    assert again[0] == 1
    assert f"No dead letter {first} waits to be retried." in again[1]
    assert every[0] == 1
    assert "1 handled, 1 failed again and kept." in every[1]
    assert "[red]out[/] of reach" in every[1]
    assert await waiting(servers) == ["hopeless"]
    assert await effects(servers) == ["first", "second"]


@pytest.mark.parametrize("arguments", [(), (str(uuid4()), "--all"), ("not-an-id",)])
async def test_retry_of_nothing_in_particular_is_refused(arguments: tuple[str, ...]) -> None:
    """The command says what to give."""
    code, output = await passerelle("dead-letters", "retry", *arguments)

    assert code == 2
    assert "Error: " in output
