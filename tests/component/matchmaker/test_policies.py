"""The policy: changed with its reason, tried before that, every version kept, and matched by at once."""

import asyncio

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace

from contracts.companies.bookings import BookingRequested
from contracts.companies.slots import SlotOpened
from contracts.companies.visit_offers import VisitOfferChanged
from contracts.matchmaker.class_requests import SubmitClassRequest
from contracts.matchmaker.explanations import UnderReachedReason
from contracts.matchmaker.match_runs import MatchRun
from contracts.matchmaker.policies import (
    CellFloor,
    ChangePolicy,
    GetPolicy,
    ListPolicies,
    NewPolicy,
    Policy,
    PolicyChanged,
    PolicySettings,
    PolicyTrial,
    TryPolicy,
    Weights,
)
from contracts.matchmaker.proposals import VisitProposal
from contracts.matchmaker.schools import ImportSchools
from contracts.vocabulary import PriorityEducation, Role, Theme
from services.matchmaker.runs.reserve_store import load_reserve
from services.matchmaker.service import service
from tests.component.alone import alone
from tests.component.matchmaker.given import (
    SUPPLY,
    TEACHER,
    UAI,
    a_direct_booking,
    a_new_school,
    a_slot,
    a_wish,
    an_offer,
    answer,
    matched,
    proposed,
    wish,
)
from tests.unit.matchmaker.given import a_caller

COORDINATOR = replace(a_caller(Role.COORDINATOR), key_id="key-7")
REP_UAI = "0320002D"
# Scores alone decide: with one class a cell, any share of the fairest choice would be all of it.
FREE = PolicySettings(floor_share=0.0)
FAIRER = replace(FREE, weights=Weights(under_reached=0.9))


def a_change(settings: PolicySettings = FAIRER, reason: str = "Équité d'abord") -> ChangePolicy:
    return ChangePolicy(policy=NewPolicy(settings=settings, reason=reason))


def a_trial(settings: PolicySettings = FAIRER) -> TryPolicy:
    return TryPolicy(policy=PolicyTrial(settings=settings))


async def two_schools_want_one_slot(matchmaker):
    """A large class in Auch, beside the works, that asks for their theme; and one of priority education in Gimont."""
    await matchmaker.ask(a_change(FREE), COORDINATOR)
    await matchmaker.ask(
        ImportSchools(
            schools=(a_new_school(), a_new_school(uai=REP_UAI, commune="32147", priority=PriorityEducation.REP))
        )
    )
    near, far = a_wish(pupils=30, themes=(Theme.MECHANICS_METAL,)), a_wish(pupils=12)
    for uai, asked in ((UAI, near), (REP_UAI, far)):
        request = SubmitClassRequest(school_uai=uai, class_request=asked)
        await matchmaker.ask(request, a_caller(Role.TEACHER, uai))
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))


async def test_matching_begins_with_a_policy(matchmaker):
    """The first version came with the table, and is what the contract's defaults say: change both, or neither."""
    policy = await matchmaker.ask(GetPolicy(), TEACHER)

    assert (policy.version, policy.settings) == (1, PolicySettings())
    assert policy.reason
    assert policy == await matchmaker.ask(GetPolicy(policy_version=1), TEACHER)


async def test_a_coordinator_changes_the_policy(matchmaker):
    """A new version with who, when and why; the one before stays as it was, and everybody may read both."""
    first = await matchmaker.ask(GetPolicy(), COORDINATOR)

    changed = await matchmaker.ask(a_change(), COORDINATOR, if_version=1)

    assert (changed.version, changed.settings, changed.reason) == (2, FAIRER, "Équité d'abord")
    assert (changed.id, changed.changed_by) == (first.id, "key-7")
    assert changed.changed_at > first.changed_at
    assert await matchmaker.ask(GetPolicy(), COORDINATOR) == changed
    assert await matchmaker.ask(GetPolicy(policy_version=1), COORDINATOR) == first
    assert await matchmaker.ask(GetPolicy(), TEACHER) == replace(changed, changed_by="")
    assert await matchmaker.announced(PolicyChanged) == [PolicyChanged(policy=changed)]


async def test_a_change_that_changes_nothing_is_no_version(matchmaker):
    """The same version is the answer; nobody is told, nothing is matched again."""
    before = await matchmaker.stored()

    unchanged = await matchmaker.ask(a_change(PolicySettings(), "as it was"), COORDINATOR)

    assert unchanged.version == 1
    assert await matchmaker.stored() == before


async def test_the_same_change_sent_again_is_one(matchmaker):
    """By its idempotency key it gets the answer of the first time."""
    first = await matchmaker.ask(a_change(), COORDINATOR, key="once", if_version=1)
    again = await matchmaker.ask(a_change(), COORDINATOR, key="once", if_version=1)

    assert first == again
    assert len(await matchmaker.announced(PolicyChanged)) == 1


async def test_versions_are_listed_by_pages(matchmaker):
    """The newest first; which keys made them is for the Region to know."""
    for share in (0.5, 0.6, 0.7):
        await matchmaker.ask(a_change(PolicySettings(floor_share=share)), COORDINATOR)

    first = await matchmaker.ask(ListPolicies(limit=3), COORDINATOR)
    second = await matchmaker.ask(ListPolicies(limit=3, before_version=int(first.next_cursor)), TEACHER)
    whole = await matchmaker.ask(ListPolicies(limit=4), TEACHER)

    assert [policy.version for policy in first.items] == [4, 3, 2]
    assert {policy.changed_by for policy in first.items} == {"key-7"}
    assert ([policy.version for policy in second.items], second.next_cursor) == ([1], None)
    assert {policy.changed_by for policy in whole.items} == {""}
    assert whole.next_cursor is None


async def test_of_two_changes_of_one_version_one_comes_too_late(matchmaker):
    """Whoever read the version before the other's change reads again."""
    answers = await asyncio.gather(
        *(
            matchmaker.ask(a_change(PolicySettings(floor_share=share)), COORDINATOR, if_version=1)
            for share in (0.5, 0.6)
        ),
        return_exceptions=True,
    )

    (made,) = (answer for answer in answers if isinstance(answer, Policy))
    (refused,) = (answer for answer in answers if not isinstance(answer, Policy))
    assert (refused.problem.slug, refused.problem.facts) == ("outdated", {"version": 2, "expected": 1})
    assert await matchmaker.ask(GetPolicy(), COORDINATOR) == made


async def test_only_a_coordinator_changes_and_tries(matchmaker):
    """Nobody else, whatever the key's scopes say."""
    for role in (Role.TEACHER, Role.HEAD, Role.COMPANY, Role.ASSOCIATION):
        for request in (a_change(), a_trial()):
            assert (await matchmaker.refusal(request, a_caller(role, UAI))).slug == "forbidden"


@pytest.mark.parametrize(
    ("settings", "field", "said"),
    [
        ({"floors": [{"territory": "75", "under_reached": True, "lowest_rate": 0.5}]}, "floors[0].territory", "75"),
        (
            {
                "floors": [
                    {"territory": "48", "under_reached": True, "lowest_rate": 0.5},
                    {"territory": "48", "under_reached": True, "lowest_rate": 0.8},
                ]
            },
            "floors[1].lowest_rate",
            "0.8",
        ),
        ({"under_reached_by": ["rural", "rural"]}, "under_reached_by", "rural"),
    ],
)
async def test_a_policy_that_cannot_be_meant_is_refused(matchmaker, settings, field, said):
    """Changed or tried, with the field, the value and the remedy in both languages; nothing is stored."""
    meant = msgspec.convert(settings, PolicySettings)
    for request in (a_change(meant), a_trial(meant)):
        problem = await matchmaker.refusal(request, COORDINATOR)

        (fault,) = problem.fields
        assert (problem.slug, fault.field) == ("invalid-input", f"settings.{field}")
        assert said in fault.message.en
        assert said in fault.message.fr


async def test_a_version_that_was_never_made_is_not_found(matchmaker):
    """Nor is anything else stored for the question."""
    assert (await matchmaker.refusal(GetPolicy(policy_version=9), TEACHER)).slug == "not-found"


async def test_a_version_is_never_rewritten(matchmaker):
    """Not even by whoever holds the service's own rights."""
    for statement in ("update policy set version = 5", "delete from policy"):
        with pytest.raises(asyncpg.RaiseError, match="never changed nor deleted"):
            await matchmaker.connection.execute(statement)


async def test_a_dry_run_tells_the_effect_and_changes_nothing(matchmaker):
    """Two classes want one slot: the nearer is proposed it, and would have to give it up."""
    await two_schools_want_one_slot(matchmaker)
    near = await proposed(matchmaker)
    await matched(matchmaker)
    before = await matchmaker.stored()

    effect = await matchmaker.ask(a_trial(), COORDINATOR)
    same = await matchmaker.ask(a_trial(FREE), COORDINATOR)

    assert near.school_uai == UAI
    assert (effect.kept, effect.withdrawn, effect.made) == (0, 1, 1)
    assert (effect.before.visits, effect.after.visits) == (1, 1)
    assert (effect.before.classes_served, effect.after.classes_served) == (1, 1)
    served = {(cell.territory, cell.under_reached): cell.served for cell in effect.after.equity.cells}
    assert served == {("32", False): 0, ("32", True): 1}
    assert effect.before.equity.lowest_rate == 0
    assert (same.kept, same.withdrawn, same.made) == (1, 0, 0)
    assert same.before == same.after == effect.before
    assert await matchmaker.stored() == before


async def test_a_floor_that_no_choice_reaches_is_told_as_a_deficit(matchmaker):
    """It is no fault: another slot may open tomorrow."""
    await two_schools_want_one_slot(matchmaker)
    await proposed(matchmaker)
    floors = tuple(CellFloor(territory="32", under_reached=reached, lowest_rate=1.0) for reached in (True, False))

    effect = await matchmaker.ask(a_trial(replace(FREE, floors=floors)), COORDINATOR)

    assert sum(cell.floor for cell in effect.after.equity.cells) == 2
    assert sum(cell.deficit for cell in effect.after.equity.cells) == 1


async def test_after_a_change_proposals_follow(matchmaker):
    """Without anybody asking: the run says by which version it matched, and so does each proposal."""
    await two_schools_want_one_slot(matchmaker)
    before = await proposed(matchmaker)

    await matchmaker.ask(a_change(), COORDINATOR)

    async def moved():
        found = await matchmaker.documents("visit_proposal", VisitProposal, "state = 'proposed'")
        return found if found and found[0].school_uai == REP_UAI else None

    (proposal,) = await matchmaker.until(moved)
    (run,) = await matchmaker.documents("match_run", MatchRun, f"id = '{proposal.match_run_id}'")
    assert (before.policy_version, run.policy_version, proposal.policy_version) == (2, 3, 3)


async def test_who_is_under_reached_is_for_the_policy_to_say(matchmaker):
    """Where priority education does not count, the nearer class stays, whatever the weight."""
    await two_schools_want_one_slot(matchmaker)
    await proposed(matchmaker)
    settings = replace(FAIRER, under_reached_by=(UnderReachedReason.FAR_FROM_INDUSTRY,))

    effect = await matchmaker.ask(a_trial(settings), COORDINATOR)

    assert (effect.kept, effect.withdrawn) == (1, 0)
    assert {cell.under_reached for cell in effect.after.equity.cells} == {False}


async def test_kept_places_are_for_under_reached_classes_until_they_are_released(matchmaker):
    """Half of one group is kept whole: the class that is not under-reached would have to leave it."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    await proposed(matchmaker)
    kept = replace(FREE, reserved_share=0.5, reserved_until_days=21)

    far_ahead = await matchmaker.ask(a_trial(kept), COORDINATOR)
    released = await matchmaker.ask(a_trial(replace(kept, reserved_until_days=120)), COORDINATOR)

    assert (far_ahead.withdrawn, far_ahead.after.visits) == (1, 0)
    assert (released.withdrawn, released.after.visits) == (0, 1)


@pytest.mark.parametrize(("holder", "left"), [(REP_UAI, 1), (UAI, 0)])
async def test_a_kept_place_that_an_under_reached_class_holds_is_given(matchmaker, holder, left):
    """Of two groups one is kept: the other is for anybody, once a class of priority education has booked the one."""
    schools = (a_new_school(), a_new_school(uai=REP_UAI, commune="32147", priority=PriorityEducation.REP))
    await matchmaker.ask(ImportSchools(schools=schools))
    await wish(matchmaker)
    taken = a_slot(version=2, groups=2, groups_taken=1)
    booking = a_direct_booking(slot=taken, school_uai=holder, class_name="4e A")
    await matchmaker.tell(*SUPPLY, BookingRequested(booking=booking, slot=taken))
    await proposed(matchmaker)

    effect = await matchmaker.ask(a_trial(PolicySettings(reserved_share=0.5)), COORDINATOR)

    assert effect.after.visits == left


@pytest.mark.parametrize(
    ("slot", "pupils", "places", "held"),
    [
        ({"groups": 2, "pooled": True}, 24, 60, 24),
        ({"groups": 3}, 24, 3, 1),
        ({"groups": 3, "pupils_per_group": 20}, 24, 3, 2),
    ],
)
async def test_an_accepted_visit_holds_what_a_booking_of_it_would(matchmaker, slot, pupils, places, held):
    """Its pupils where places are pooled, else a group, or two where the class is split."""
    await wish(matchmaker, pupils=pupils)
    offer = a_slot().visit_offer_id
    await matchmaker.tell(*SUPPLY, VisitOfferChanged(visit_offer=an_offer(version=2, splitting=True)))
    await matchmaker.tell(SlotOpened(slot=a_slot(**slot)), SlotOpened(slot=a_slot(401, weeks=9, state="cancelled")))
    await answer(matchmaker, await proposed(matchmaker), "accept")

    reserve = await load_reserve(matchmaker.connection, [offer])

    assert [planned.places for planned in reserve.planned] == [places]
    assert [(taker.school.uai, taker.places) for taker in reserve.takers] == [(UAI, held)]


async def test_the_policy_in_force_outlives_the_service(servers):
    """A replica that starts later matches by it."""
    async with alone(service, servers) as first:
        await first.ask(a_change(), COORDINATOR)
    async with alone(service, servers) as second:
        assert (await second.ask(GetPolicy(), COORDINATOR)).settings == FAIRER
