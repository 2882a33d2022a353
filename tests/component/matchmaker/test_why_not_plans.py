"""Questions about the same region are answered from one plan, and from another one as soon as anything changed."""

import asyncio
from datetime import timedelta

import pytest

from contracts.companies.slots import SlotChanged, SlotOpened
from contracts.errors import TooManyRequests
from contracts.local_time import local_day
from contracts.matchmaker.explanations import GateCode
from contracts.matchmaker.policies import ChangePolicy, NewPolicy, PolicySettings, Weights
from contracts.matchmaker.proposals import DeclineReason, ExplainWhyNot
from contracts.vocabulary import Role
from services.matchmaker.explaining import plans
from services.matchmaker.explaining.handlers import Questions
from services.matchmaker.explaining.store import find_region_state
from services.matchmaker.policy import handlers as deciding
from services.matchmaker.runs.changes import ChangeKind, note_change
from services.matchmaker.runs.event_runs import EventRuns
from tests.component.matchmaker.given import TEACHER, a_slot, an_id, an_offer
from tests.component.matchmaker.turns import a_request
from tests.unit.matchmaker.given import a_caller, changed

# Two classes, and slots of which two have room for one each.
FIRST, SECOND = a_request(1), a_request(2, pupils=20)
NARROW, WIDE, FULL = (
    a_slot(401, 8),
    a_slot(402, 9, groups=2),
    a_slot(403, 10, groups_taken=1, state="full"),
)


@pytest.fixture
async def told(desk):
    """The desk with these classes and slots, none of them proposed yet."""
    await desk.ask(FIRST, SECOND)
    await desk.tell(*(SlotOpened(slot=slot) for slot in (NARROW, WIDE, FULL)))
    return desk


async def why(desk, questions, asked=FIRST, slot=NARROW):
    """The answer about this pair."""
    async with desk.work() as work:
        work.caller = TEACHER
        return await questions.explain_why_not(ExplainWhyNot(class_request_id=asked.id, slot_id=slot.id), work)


def failing(answered):
    """The gates that fail."""
    return [gate.code for gate in answered.gates if not gate.passed]


def hold_up(monkeypatch):
    """From here on a plan says when it is begun, and ends once it may."""
    began, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def held_up(facts, settings):
        loop.call_soon_threadsafe(began.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
        return plan_of(facts, settings)

    plan_of = plans.match_visits
    monkeypatch.setattr(plans, "match_visits", held_up)
    return began, go_on


async def test_two_questions_about_the_same_region_take_one_plan(told):
    """Whichever class and slot they are about; the same one is answered the same."""
    questions = Questions()

    first = await why(told, questions)
    again = await why(told, questions)
    other = await why(told, questions, SECOND, WIDE)

    assert questions.plans.number == 1
    assert again == first
    assert other == await why(told, Questions(), SECOND, WIDE)


async def test_questions_that_come_together_wait_for_one_plan(told):
    """None of them has it made once more."""
    questions = Questions()

    await asyncio.gather(*(why(told, questions, asked, slot) for asked in (FIRST, SECOND) for slot in (NARROW, WIDE)))

    assert questions.plans.number == 1


async def test_a_change_in_between_takes_another_plan(told):
    """The answer is that of the region as it is then."""
    questions = Questions()
    before = await why(told, questions, FIRST, WIDE)

    smaller = changed(WIDE, version=2, groups_taken=2, state="full")
    await told.tell(SlotChanged(slot=smaller))
    after = await why(told, questions, FIRST, smaller)

    assert questions.plans.number == 2
    assert (failing(before), failing(after)) == ([], [GateCode.CAPACITY])


async def test_every_step_of_a_proposal_is_another_region(told):
    """Proposed, declined: each is in the next answer, as if nothing were kept."""
    questions, replica = Questions(), EventRuns()
    await why(told, questions)

    await told.turn(replica)
    (mine,) = [each for each in await told.proposals() if each.class_request_id == FIRST.id]
    proposed = next(slot for slot in (NARROW, WIDE) if slot.id == mine.slot_id)
    waiting = await why(told, questions, FIRST, proposed)
    await told.answer(mine, "decline", DeclineReason.DATE)
    declined = await why(told, questions, FIRST, proposed)

    assert (waiting.stands, declined.stands) == ("proposed", "declined")
    assert failing(declined) == [GateCode.NOT_DECLINED]
    assert declined == await why(told, Questions(), FIRST, proposed)


async def test_another_policy_takes_another_plan(told):
    """And the figures are those of the policy in force."""
    questions = Questions()
    before = await why(told, questions)

    async with told.work() as work:
        work.caller = a_caller(Role.COORDINATOR)
        settings = PolicySettings(weights=Weights(theme=0.9))
        await deciding.change(ChangePolicy(policy=NewPolicy(settings=settings, reason="Le thème d'abord")), work)
    after = await why(told, questions)

    assert questions.plans.number == 2
    assert before.points < after.points


async def test_what_changes_nothing_for_a_match_takes_no_other_plan(told):
    """A class that was looked at and is as it was; a turn that moved nobody."""
    questions, replica = Questions(), EventRuns()
    await told.turn(replica)
    await why(told, questions, FIRST, FULL)

    async with told.work() as work:
        note_change(work, ChangeKind.CLASS_REQUEST, FIRST.id)
    await told.turn(replica)
    await why(told, questions, FIRST, FULL)

    assert questions.plans.number == 1


async def test_the_region_supposed_for_a_pair_is_kept_beside_the_one_that_is(told):
    """A full slot is asked about as if it were open, which costs a plan once, and not the other one's."""
    questions = Questions()

    answers = [await why(told, questions, FIRST, slot) for slot in (NARROW, FULL, NARROW, FULL)]

    assert questions.plans.number == 2
    assert [failing(answered) for answered in answers] == [[], [GateCode.CAPACITY]] * 2


async def test_who_gives_up_leaves_the_plan_to_the_next(told, monkeypatch):
    """A solver that nobody waits for any more is not started once more."""
    began, go_on = hold_up(monkeypatch)
    questions = Questions()
    impatient = asyncio.create_task(why(told, questions))
    await began.wait()
    impatient.cancel()
    await asyncio.wait([impatient])
    next_one = asyncio.create_task(why(told, questions))
    go_on.set()

    assert failing(await next_one) == []
    assert impatient.cancelled()
    assert questions.plans.number == 1


async def test_so_many_wait_for_a_plan_and_no_more(told, monkeypatch):
    """Each holds a connection: whoever comes next is told to come back, rather than have all else wait."""
    began, go_on = hold_up(monkeypatch)
    monkeypatch.setattr(plans, "AT_ONCE", 1)
    questions = Questions()
    first = asyncio.create_task(why(told, questions))
    await began.wait()

    with pytest.raises(TooManyRequests):
        await why(told, questions, SECOND, WIDE)
    go_on.set()

    assert failing(await first) == []
    assert failing(await why(told, questions)) == []


async def test_a_plan_that_failed_is_made_again(told, monkeypatch):
    """What went wrong once is not the answer for ever."""
    questions = Questions()

    def broken(_facts, _settings):
        raise ArithmeticError

    with monkeypatch.context() as patched:
        patched.setattr(plans, "match_visits", broken)
        with pytest.raises(ArithmeticError):
            await why(told, questions)

    assert failing(await why(told, questions)) == []


async def test_what_commits_late_is_missed_by_no_state(desk):
    """Of two transactions the one that began first may commit last: its change has the smaller id."""
    today = local_day(a_slot().starts_at - timedelta(weeks=8))

    async with desk.work() as late:
        note_change(late, ChangeKind.SLOT, an_id(1))
        await late.do_gathered()
        async with desk.work() as early:
            note_change(early, ChangeKind.VISIT_OFFER, an_offer().id)
        async with desk.work() as reader:
            before = await find_region_state(reader.connection, today)
    async with desk.work() as reader:
        after = await find_region_state(reader.connection, today)

    assert before != after
