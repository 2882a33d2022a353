"""What a school may do with its wishes, and what becomes of them by themselves."""

from datetime import timedelta

from contracts.companies.slots import SlotOpened
from contracts.matchmaker.class_requests import (
    ChangeClassRequest,
    ClassRequest,
    ClassRequestChange,
    ClassRequestChanged,
    ClassRequestClosed,
    GetClassRequest,
    MoveClassRequest,
    SubmitClassRequest,
)
from contracts.matchmaker.match_runs import GetMatchRun, MatchRun, StartMatchRun
from contracts.matchmaker.schools import GetSchool, ImportSchools, SchoolChanged
from contracts.vocabulary import PriorityEducation
from services.matchmaker.requests.handlers import expire_past
from services.matchmaker.runs.handlers import match_every_night
from services.work import Work
from tests.component.matchmaker.given import (
    NOW,
    STRANGER,
    SUPPLY,
    TEACHER,
    UAI,
    a_new_school,
    a_slot,
    a_wish,
    an_id,
    ended,
    matched,
    proposed,
    wish,
)


async def in_a_job(matchmaker, job, now=NOW):
    """Run a scheduled job as the runtime does: in one transaction that keeps what it recorded."""
    async with matchmaker.connection.transaction():
        work = Work(matchmaker.connection, now, "matchmaker")
        await job(work)
        await work.finish()


async def test_a_changed_wish_is_matched_again(matchmaker):
    """What no longer fits is withdrawn."""
    asked = await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    await proposed(matchmaker)

    change = ChangeClassRequest(class_request_id=asked.id, change=ClassRequestChange(pupils=31, adults=3))
    renewed = await matchmaker.ask(change, TEACHER)

    assert (renewed.version, renewed.pupils) == (2, 31)
    assert (await proposed(matchmaker, "withdrawn")).class_request_id == asked.id
    assert len(await matchmaker.announced(ClassRequestChanged)) == 1


async def test_a_closed_wish_is_neither_changed_nor_withdrawn_again(matchmaker):
    """The refusal names its state; nothing is stored."""
    asked = await wish(matchmaker)
    await matchmaker.ask(MoveClassRequest(class_request_id=asked.id, action="withdraw"), TEACHER)
    await matched(matchmaker)

    change = ChangeClassRequest(class_request_id=asked.id, change=ClassRequestChange(pupils=20))
    refused = await matchmaker.refusal(change, TEACHER)
    again = await matchmaker.refusal(MoveClassRequest(class_request_id=asked.id, action="withdraw"), TEACHER)
    unknown = await matchmaker.refusal(MoveClassRequest(class_request_id=asked.id, action="fly"), TEACHER)

    assert (refused.slug, refused.facts["state"]) == ("transition-refused", "withdrawn")
    assert again.slug == "transition-refused"
    assert unknown.kind == "invalid"


async def test_a_wish_is_its_schools_alone(matchmaker):
    """Others neither read nor write it, nor ask in its school's name."""
    asked = await wish(matchmaker)
    await matched(matchmaker)

    read = await matchmaker.refusal(GetClassRequest(class_request_id=asked.id), STRANGER)
    written = await matchmaker.refusal(SubmitClassRequest(school_uai=UAI, class_request=a_wish()), STRANGER)
    unknown = await matchmaker.refusal(SubmitClassRequest(school_uai="0310002J", class_request=a_wish()), STRANGER)

    assert (read.slug, written.slug, unknown.slug) == ("not-found", "not-yours", "not-found")
    assert await matchmaker.ask(GetClassRequest(class_request_id=asked.id), TEACHER) == asked


async def test_a_wish_whose_days_are_over_closes_by_itself(matchmaker):
    """Every night; its proposals go with it."""
    asked = await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    await proposed(matchmaker)

    later = NOW + (asked.until_date - NOW.date()) + timedelta(days=1)
    await in_a_job(matchmaker, expire_past, later)

    (closed,) = await matchmaker.documents("class_request", ClassRequest)
    assert (closed.state, closed.reason) == ("expired", "dates_over")
    assert (await proposed(matchmaker, "withdrawn")).why == "request_expired"
    assert len(await matchmaker.announced(ClassRequestClosed)) == 1


async def test_the_directory_loads_once_and_renews(matchmaker):
    """The same row changes nothing; another one is a new version; a row twice in a batch is told."""
    first = await matchmaker.ask(ImportSchools(schools=(a_new_school(), a_new_school())))
    again = await matchmaker.ask(ImportSchools(schools=(a_new_school(),)))
    renewed = await matchmaker.ask(ImportSchools(schools=(a_new_school(priority=PriorityEducation.REP),)))

    assert (first.created, [row.row for row in first.refused]) == (1, [1])
    assert (again.unchanged, renewed.changed) == (1, 1)
    await matched(matchmaker)
    known = await matchmaker.ask(GetSchool(uai=UAI), STRANGER)
    assert (known.version, known.priority) == (2, PriorityEducation.REP)
    assert len(await matchmaker.announced(SchoolChanged)) == 1
    assert (await matchmaker.refusal(GetSchool(uai="0310002J"))).slug == "not-found"
    assert (await matchmaker.refusal(ImportSchools(schools=(a_new_school(),)), TEACHER)).slug == "forbidden"


async def test_the_nightly_run_is_kept_and_can_be_read(matchmaker):
    """Both kinds; a run that nobody knows is not found; only a coordinator starts one."""
    asked = await wish(matchmaker)
    await matched(matchmaker)

    await in_a_job(matchmaker, match_every_night)

    (begun,) = await matchmaker.documents("match_run", MatchRun)
    nightly = await ended(matchmaker, begun.id)
    # What changed meanwhile is looked at once more.
    await matched(matchmaker)
    runs = await matchmaker.documents("match_run", MatchRun)
    assert {run.trigger for run in runs} == {"nightly"}
    assert await matchmaker.ask(GetMatchRun(match_run_id=nightly.id), TEACHER) == nightly
    assert [one.class_request_id for one in nightly.unserved] == [asked.id]
    assert (await matchmaker.refusal(GetMatchRun(match_run_id=an_id(9)))).slug == "not-found"
    assert (await matchmaker.refusal(StartMatchRun(), TEACHER)).slug == "forbidden"
