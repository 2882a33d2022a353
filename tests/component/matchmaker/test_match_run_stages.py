"""A match of the whole region, stage by stage: nothing comes twice, nothing half, and never two at a time."""

import itertools

import msgspec
import pytest

from contracts.errors import Unavailable
from contracts.identifiers import uuid7
from contracts.machines import MATCH_RUN
from contracts.matchmaker.match_runs import (
    MatchRunCompleted,
    MatchRunFailed,
    MatchRunProgressed,
    MatchRunStarted,
    MatchShard,
    MatchShardWanted,
)
from contracts.matchmaker.proposals import VisitProposalMade
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.runs import run_store, shard_work, stages
from services.matchmaker.runs.handlers import match_every_hour, start_after
from services.matchmaker.runs.keeping import pack, unpack
from services.matchmaker.runs.replay import replay
from services.matchmaker.runs.triggers import END_RUN, MERGE_RUN, START_RUN, TAKE_FACTS
from tests.component.matchmaker.given import a_slot, an_id
from tests.component.matchmaker.staged import UAI_NIMES, Staged, two_academies


@pytest.fixture
async def staged(servers):
    """Two academies with something to match in each."""
    async with two_academies(servers) as hands:
        yield hands


async def timers(staged: Staged, kind: str) -> int:
    return await staged.value("select count(*) from timer where kind = $1", kind)


async def kept(staged: Staged, run):
    async with staged.pool.acquire() as connection:
        return await run_store.find_kept(connection, run.id)


async def test_a_run_goes_through_its_stages_and_tells_each(staged):
    """Requested, solving, sweeping, completed: one version a change, what each territory gave, and a certificate."""
    begun = await staged.run_until("completed")

    told = [
        event.match_run
        for kind in (MatchRunStarted, MatchRunProgressed, MatchRunCompleted)
        for event in await staged.announced(kind)
        if event.match_run.id == begun.id
    ]
    run = told[-1]
    assert [(each.version, each.state, each.stage) for each in told] == [
        (1, "requested", "facts"),
        (2, "solving", "shards"),
        (3, "solving", "shards"),
        (4, "sweeping", "merge"),
        (5, "completed", ""),
    ]
    assert [each.progress for each in told] == sorted(each.progress for each in told)
    assert [(shard.shard, shard.class_requests, shard.slots) for shard in run.shards] == [
        ("montpellier", 1, 1),
        ("toulouse", 1, 1),
    ]
    assert (run.class_requests, run.slots, run.visits_proposed, run.unserved_count) == (2, 2, 2, 0)
    assert run.bound >= run.objective > 0
    assert 0 <= run.gap <= 0.0005
    assert (run.policy_version, run.replayable, len(run.digest)) == (1, True, 64)
    assert run.ended_at is not None
    assert {(one.match_run_id, one.policy_version) for one in await staged.proposals()} == {(run.id, 1)}
    assert await timers(staged, END_RUN) == 0


@pytest.mark.parametrize("order", list(itertools.permutations((0, 0, 1, 1)))[::5])
async def test_territories_come_in_any_order_and_number(staged, order):
    """Each is solved once, the last one sets the merging going, once."""
    run = await staged.run_until("solving")
    wanted = await staged.announced(MatchShardWanted)

    for number in order:
        await staged.do(shard_work.solve_wanted, wanted[number])

    swept = await staged.run(run)
    assert (swept.state, swept.version, len(swept.shards)) == ("sweeping", 4, 2)
    assert await timers(staged, MERGE_RUN) == 1


async def test_what_comes_late_changes_nothing(staged):
    """A territory of a run that is done, of one that nobody knows, and every stage once more."""
    run = await staged.run_until("completed")
    wanted = await staged.announced(MatchShardWanted)
    made = await staged.proposals()

    unknown = MatchShardWanted(match_shard=MatchShard(id=uuid7(), match_run_id=an_id(9), shard="toulouse"))
    for event in (*wanted, unknown):
        await staged.do(shard_work.solve_wanted, event)
    for stage in (stages.take_facts, stages.merge_run, stages.end_overdue):
        await staged.do(stage, str(run.id))
        await staged.do(stage, str(an_id(9)))

    assert await staged.run(run) == run
    assert await staged.proposals() == made
    assert await staged.announced(MatchRunFailed) == []


async def test_one_run_goes_on_at_a_time(staged):
    """Who asks while one does is told of that one; who asks for what it cannot know waits until it is over."""
    run = await staged.begin("nightly")

    again = await staged.begin("request")
    await staged.do(start_after, "policy")
    waiting = await timers(staged, START_RUN)
    await staged.do(stages.take_facts, str(run.id))
    for event in await staged.announced(MatchShardWanted):
        await staged.do(shard_work.solve_wanted, event)
    await staged.do(stages.merge_run, str(run.id))
    await staged.do(start_after, "policy")

    assert again == run
    assert waiting == 1
    assert [event.match_run.trigger for event in await staged.announced(MatchRunStarted)] == ["nightly", "policy"]
    assert await timers(staged, START_RUN) == 1


async def test_nothing_is_published_half(staged):
    """A merge that fails leaves every proposal as it was; the next attempt does all of it."""
    run = await staged.run_until("sweeping")
    solution = await staged.value("select solution from match_shard where shard = 'toulouse'")
    # What fails comes after everything was written: the run itself cannot be stored.
    await staged.execute("alter table match_run_facts add constraint broken check (outcome is null)")

    with pytest.raises(Exception, match="broken"):
        await staged.do(stages.merge_run, str(run.id))
    untouched = await staged.proposals(), await staged.announced(VisitProposalMade), await staged.run(run)
    await staged.execute("alter table match_run_facts drop constraint broken")
    await staged.do(stages.merge_run, str(run.id))

    assert untouched == ([], [], run)
    assert solution is not None
    assert len(await staged.proposals()) == 2
    assert (await staged.run(run)).state == "completed"


@pytest.mark.parametrize("state", ["requested", "solving", "sweeping"])
async def test_what_fails_for_good_says_why_and_lets_the_next_begin(staged, state):
    """Whatever stage it is in; no proposal is touched, and what it was told is forgotten."""
    run = await staged.begin() if state == "requested" else await staged.run_until(state)
    shard = MatchShardWanted(match_shard=MatchShard(id=uuid7(), match_run_id=run.id, shard="toulouse"))

    async def give_up(event, work):
        if state == "solving":
            await stages.give_up_shard(event, Unavailable(part="x"), work)
        elif state == "sweeping":
            await stages.give_up_timer(str(run.id), ValueError("secret"), work)
        else:
            await stages.end_overdue(str(run.id), work)

    await staged.do(give_up, shard)
    await staged.do(give_up, shard)

    (failed,) = (event.match_run for event in await staged.announced(MatchRunFailed))
    assert MATCH_RUN.step(state, "fail", ["system"]) == failed.state == "failed"
    assert (
        failed.reason
        == {
            "requested": "it did not end within 60 minutes",
            "solving": "the territory toulouse could not be solved (Unavailable)",
            "sweeping": "a stage failed again and again (ValueError)",
        }[state]
    )
    assert await staged.proposals() == []
    assert await staged.value("select count(*) from match_run_facts") == 0
    assert (await staged.begin()).id != run.id
    assert await timers(staged, TAKE_FACTS) == 2


async def test_an_empty_region_is_matched_too(servers):
    """Nothing to solve: straight to the end."""
    async with two_academies(servers) as staged:
        await staged.execute("update class_request set state = 'closed'")

        run = await staged.run_until("completed")

    assert (run.state, run.shards, run.visits_proposed, run.gap) == ("completed", (), 0, 0.0)


async def test_events_after_a_run_go_by_its_equity(staged):
    """Not by the match of partnerships that ends with it, and says nothing of equity."""
    run = await staged.run_until("completed")

    async with staged.pool.acquire() as connection:
        equity = await run_store.find_last_equity(connection)

    assert run.equity is not None
    assert equity == run.equity


async def test_what_changed_meanwhile_is_left_to_the_next_match(staged):
    """A slot was changed while the run solved: nothing is proposed there, and the class is looked at again."""
    run = await staged.run_until("sweeping")
    await staged.open_slot(
        a_slot(401, version=2, visit_offer_id=an_id(301), company_id=an_id(101), pupils_per_group=25)
    )

    await staged.do(stages.merge_run, str(run.id))

    (proposal,) = await staged.proposals()
    waiting = await staged.value(
        "select array_agg(distinct thing_id) from match_change where kind = 'class_request' and turn is null"
    )
    left_out = await staged.value("select id::text from class_request where school_uai = $1", UAI_NIMES)
    assert proposal.slot_id == an_id(400)
    assert (await staged.run(run)).visits_proposed == 1
    assert left_out in waiting


async def test_the_hour_runs_only_where_something_happened(staged):
    """After a run that nothing followed there is none; after a change there is."""

    async def hour(_told, work):
        await match_every_hour(work)

    await staged.execute("delete from match_change")
    await staged.do(hour, None)
    quiet = await staged.announced(MatchRunStarted)
    await staged.open_slot(a_slot(402))
    await staged.do(hour, None)

    assert quiet == []
    assert [event.match_run.trigger for event in await staged.announced(MatchRunStarted)] == ["hourly"]


async def test_a_run_repeated_gives_the_same_bytes(staged):
    """From what is kept of it alone; and a difference is named by where it is."""
    run = await staged.run_until("completed")
    stored = await kept(staged, run)

    same = replay(stored)
    facts = unpack(stored.facts.packed, VisitFacts)
    fewer = msgspec.structs.replace(facts, openings=facts.openings[:1])
    told_less = msgspec.structs.replace(stored, facts=msgspec.structs.replace(stored.facts, packed=pack(fewer)))
    outcome = unpack(stored.outcome, dict)
    outcome["matches"][0]["points"] += 1
    other_outcome = msgspec.structs.replace(stored, outcome=pack(outcome))

    assert (same.same, same.difference, same.digest) == (True, "", run.digest)
    assert replay(told_less).difference.startswith("shards.")
    points = outcome["matches"][0]["points"]
    assert replay(other_outcome).difference == f"plan.matches[0].points was {points} and is {points - 1}"


async def test_only_the_last_runs_can_be_repeated(staged, monkeypatch):
    """What older ones were told is forgotten, and they say so."""
    monkeypatch.setattr(run_store, "KEPT", 1)

    first = await staged.run_until("completed")
    # Nothing waits to be solved, so that it ends at once.
    await staged.execute("update class_request set state = 'closed'")
    second = await staged.run_until("completed")

    assert first.replayable
    assert (await staged.run(first)).replayable is False
    assert (await staged.run(second)).replayable is True
    assert await kept(staged, first) is None
