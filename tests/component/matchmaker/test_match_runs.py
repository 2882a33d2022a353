"""A match of the whole region by replicas that share it out, from the asking to the proposals."""

import asyncio
from datetime import UTC, datetime

from contracts.matchmaker.match_runs import MatchRunCompleted, MatchRunStarted, MatchShardWanted, StartMatchRun
from contracts.matchmaker.proposals import VisitProposal
from services.matchmaker.service import service
from services.runtime import running
from services.settings import Settings
from tests.component.alone import alone
from tests.component.matchmaker.given import ended
from tests.component.matchmaker.staged import two_academies
from tests.conftest import Servers


async def test_two_replicas_make_one_run(servers: Servers) -> None:
    """Asked for five times at once it is one; every territory is solved once, every proposal made once."""
    async with two_academies(servers) as staged:
        # Only the run is to match: what was noted on the way would do it, too.
        await staged.execute("delete from timer")
    settings = Settings(database_dsn=servers.dsn("matchmaker"), nats_url=servers.nats_url("matchmaker"))

    async with alone(service, servers) as matchmaker, running(service, settings):
        asked = await asyncio.gather(*(matchmaker.ask(StartMatchRun()) for _ in range(5)))
        run = await ended(matchmaker, asked[0].id)
        proposals = await matchmaker.documents("visit_proposal", VisitProposal)
        started = await matchmaker.announced(MatchRunStarted)
        wanted = await matchmaker.announced(MatchShardWanted)
        completed = [event.match_run.id for event in await matchmaker.announced(MatchRunCompleted)]

    assert {each.id for each in asked} == {run.id}
    assert run.started_at <= run.ended_at <= datetime.now(UTC)
    assert (run.state, run.visits_proposed, len(run.shards)) == ("completed", 2, 2)
    assert len({(one.class_request_id, one.slot_id) for one in proposals}) == len(proposals) == 2
    assert len(started) == 1
    assert sorted(event.match_shard.shard for event in wanted) == ["montpellier", "toulouse"]
    assert completed.count(run.id) == 1


async def test_asking_again_after_the_end_is_another_run(servers: Servers) -> None:
    """It keeps what the first one proposed, and says so."""
    async with two_academies(servers) as staged:
        await staged.execute("delete from timer")

    async with alone(service, servers) as matchmaker:
        first = await ended(matchmaker, (await matchmaker.ask(StartMatchRun())).id)
        second = await ended(matchmaker, (await matchmaker.ask(StartMatchRun())).id)

    assert first.id != second.id
    assert (second.visits_proposed, second.visits_withdrawn, second.visits_kept) == (0, 0, 2)
    assert (second.churn.valid, second.churn.kept) == (2, 2)
    assert second.digest != first.digest
