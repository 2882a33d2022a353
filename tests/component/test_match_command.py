"""`passerelle match`: a run on demand with its outcome, and an earlier one repeated in another process."""

import json
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from contracts.matchmaker.match_runs import MatchRun
from services.matchmaker.runs.keeping import pack, unpack
from services.matchmaker.service import service
from tests.component.alone import Alone, alone
from tests.component.matchmaker.staged import two_academies
from tests.component.tampering import variables_of
from tests.component.test_commands import passerelle
from tests.conftest import Servers


@pytest.fixture
async def matchmaker(servers: Servers) -> AsyncIterator[Alone]:
    """The matchmaker at work, with something to match in two academies."""
    async with two_academies(servers) as staged:
        await staged.execute("delete from timer")
    async with alone(service, servers) as running:
        yield running


async def a_run(matchmaker: Alone, servers: Servers) -> str:
    """The id of a run that was asked for at the command line."""
    code, output = await passerelle("match", **variables_of(servers))
    assert code == 0, output
    return re.search(r"Match run (\S+):", output)[1]


async def test_a_run_on_demand_tells_what_it_gave(matchmaker: Alone, servers: Servers) -> None:
    """Value, bound, gap and what became of proposals, in sentences; the same as JSON."""
    code, output = await passerelle("match", **variables_of(servers))
    again, told = await passerelle("match", "--json", **variables_of(servers))

    assert (code, again) == (0, 0), output
    assert "2 classes, 2 slots" in output
    assert "Visits: 2 proposed, 0 kept, 0 withdrawn; 0 classes got none." in output
    assert "a gap of 0.0" in output
    run = json.loads(told)
    assert (run["state"], run["visits_kept"], run["churn"]) == ("completed", 2, {"valid": 2, "kept": 2})


async def test_a_run_repeated_is_the_same_byte_for_byte(matchmaker: Alone, servers: Servers) -> None:
    """In a process that knows nothing but what was kept; nothing is changed by it."""
    run_id = await a_run(matchmaker, servers)
    before = await matchmaker.stored()

    code, output = await passerelle("match", "--replay", run_id, **variables_of(servers))
    also, told = await passerelle("match", "--replay", run_id, "--json", **variables_of(servers))

    assert (code, also) == (0, 0), output
    assert output.startswith("The same, byte for byte: 2 matches")
    outcome = json.loads(told)
    assert (outcome["match_run_id"], outcome["same"], outcome["difference"]) == (run_id, True, "")
    assert await matchmaker.stored() == before


async def test_a_difference_is_named(matchmaker: Alone, servers: Servers) -> None:
    """By where it is; exit code 1."""
    run_id = await a_run(matchmaker, servers)
    packed = await matchmaker.connection.fetchval("select outcome from match_run_facts")
    outcome = unpack(packed, dict)
    outcome["matches"][1]["quality"] = 0.25
    await matchmaker.connection.execute("update match_run_facts set outcome = $1", pack(outcome))

    code, output = await passerelle("match", "--replay", run_id, **variables_of(servers))

    assert code == 1
    assert output.startswith("Not the same: plan.matches[1].quality was 0.25 and is ")


async def test_what_cannot_be_repeated_says_why(matchmaker: Alone, servers: Servers) -> None:
    """A run that nobody knows, one of an event, one that failed, and one whose facts are gone."""
    run_id = await a_run(matchmaker, servers)
    unknown = str(uuid4())

    async def said(given: str) -> str:
        code, output = await passerelle("match", "--replay", given, **variables_of(servers))
        assert code == 1
        return output

    async def become(**changes: object) -> None:
        await matchmaker.connection.execute(
            "update match_run set document = document || $2::jsonb where id = $1", run_id, json.dumps(changes)
        )

    assert f"There is no match run {unknown}." in await said(unknown)
    await matchmaker.connection.execute("delete from match_run_facts")
    assert "no longer kept: those of the last 30 runs are" in await said(run_id)
    await become(state="failed")
    assert "is failed: only one that was completed is repeated" in await said(run_id)
    await become(digest="")
    assert "only whole runs are kept" in await said(run_id)
    (run,) = await matchmaker.documents("match_run", MatchRun, f"id = '{run_id}'")
    assert run.state == "failed"


async def test_a_wrong_name_of_a_run_is_a_usage_error() -> None:
    """No stack of calls, and what a name looks like."""
    code, output = await passerelle("match", "--replay", "yesterday")

    assert code == 2
    assert "'yesterday' is not a valid UUID" in output
