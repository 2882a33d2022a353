"""Events between two matches of the region: taken up in turns, by whichever replica, and only what must be is moved."""

from datetime import timedelta

import pytest

from contracts.associations.capacities import CapacityChanged, CapacityPublished
from contracts.associations.profiles import AssociationRegistered
from contracts.companies.profiles import SiteAdded
from contracts.companies.slots import SlotChanged, SlotClosed, SlotOpened
from contracts.companies.visit_offers import VisitOfferClosed, VisitOfferPublished
from contracts.matchmaker.proposals import DeclineReason
from services.matchmaker.policy.store import find_policy
from services.matchmaker.runs import event_runs
from services.matchmaker.runs.boards import load_board
from services.matchmaker.runs.change_store import Change, insert_changes
from services.matchmaker.runs.changes import end_whole_match, forget_old_changes
from services.matchmaker.runs.event_runs import EventRuns
from services.matchmaker.runs.region_parts import Touched
from services.matchmaker.runs.triggers import START_RUN
from tests.component.matchmaker.given import (
    UAI,
    a_capacity,
    a_site,
    a_slot,
    an_association,
    an_id,
    an_offer,
)
from tests.component.matchmaker.turns import ALBI, AUCH, a_desk, a_request
from tests.unit.matchmaker.given import a_school, changed


async def test_a_slot_that_opens_is_proposed_at_once(desk):
    """And the run says what it moved."""
    replica = EventRuns()
    await desk.ask(a_request(1))
    await desk.turn(replica)

    await desk.tell(SlotOpened(slot=a_slot()))
    await desk.turn(replica)

    assert await desk.pairs() == {(an_id(1), an_id(400))}
    (run,) = await desk.runs()
    told = (run.trigger, run.visits_proposed, run.visits_withdrawn, run.visits_kept, run.visits_moved)
    assert told == ("event", 1, 0, 0, 0)
    assert (run.class_requests, run.slots) == (1, 1)


async def test_many_changes_together_are_one_run(desk):
    """However they came: in one batch, or one by one before anybody looked."""
    await desk.ask(*(a_request(number) for number in range(1, 7)))
    await desk.tell(*(SlotOpened(slot=a_slot(400 + number, 8 + number)) for number in range(3)))
    for number in range(3, 6):
        await desk.tell(SlotOpened(slot=a_slot(400 + number, 8 + number)))

    await desk.turn(EventRuns())

    assert len(await desk.pairs()) == 6
    assert [run.visits_proposed for run in await desk.runs()] == [6]
    assert await desk.rows("match_turn") == 1


async def test_events_told_twice_late_or_in_another_order_end_the_same(desk):
    """A slot before its offer, a version that is over, and all of it once more."""
    replica = EventRuns()
    await desk.ask(a_request(1))
    offer, later = an_offer(301), a_slot(401, 9, visit_offer_id=an_id(301))
    story = [
        SlotChanged(slot=changed(later, version=2, starts_at=later.starts_at + timedelta(hours=1))),
        SlotOpened(slot=later),
        VisitOfferPublished(visit_offer=offer),
    ]
    for event in (*story, *story, *reversed(story)):
        await desk.tell(event)
        await desk.turn(replica)

    (proposal,) = await desk.proposals()
    assert proposal.starts_at == later.starts_at + timedelta(hours=1)
    assert len(await desk.runs()) == 1
    assert await desk.broken() == []


async def test_what_happens_elsewhere_moves_nobody(desk):
    """Only the class of the slot that is cancelled gets another one; the others keep theirs."""
    replica = EventRuns()
    await desk.ask(*(a_request(number) for number in range(1, 4)))
    await desk.tell(*(SlotOpened(slot=a_slot(400 + number, 8 + number)) for number in range(4)))
    await desk.turn(replica)
    before = {proposal.class_request_id: proposal for proposal in await desk.proposals()}
    lost = before[an_id(2)]
    (closed,) = [slot for n in range(4) if (slot := a_slot(400 + n, 8 + n)).id == lost.slot_id]

    await desk.tell(SlotClosed(slot=changed(closed, version=2, state="cancelled")))
    await desk.turn(replica)

    after = {proposal.class_request_id: proposal for proposal in await desk.proposals()}
    assert after[an_id(1)] == before[an_id(1)]
    assert after[an_id(3)] == before[an_id(3)]
    assert after[an_id(2)].replaces_id == lost.id
    assert [each.why for each in await desk.proposals("withdrawn")] == ["slot_unavailable"]
    run = (await desk.runs())[-1]
    assert (run.visits_proposed, run.visits_withdrawn, run.visits_kept, run.visits_moved) == (1, 1, 2, 0)


async def test_what_a_school_accepted_is_never_touched(desk):
    """Not by a class that would score more there, nor by the end of its slot: only its booking ends it."""
    replica = EventRuns()
    await desk.ask(a_request(1, pupils=10, adults=1))
    await desk.tell(SlotOpened(slot=a_slot()))
    await desk.turn(replica)
    (proposal,) = await desk.proposals()
    await desk.answer(proposal, "accept")

    await desk.ask(a_request(2, pupils=30))
    await desk.turn(replica)
    await desk.tell(SlotClosed(slot=changed(a_slot(), version=2, state="cancelled")))
    await desk.turn(replica)

    assert await desk.pairs("accepted") == {(an_id(1), an_id(400))}
    assert await desk.proposals("proposed", "withdrawn") == []


async def test_a_declined_slot_goes_to_the_next_class(desk):
    """And the one that declined gets what is next best for it."""
    replica = EventRuns()
    await desk.ask(a_request(1, pupils=30), a_request(2))
    await desk.tell(SlotOpened(slot=a_slot()))
    await desk.turn(replica)
    (proposal,) = await desk.proposals()
    other = ({an_id(1), an_id(2)} - {proposal.class_request_id}).pop()

    await desk.answer(proposal, "decline", DeclineReason.DATE)
    await desk.turn(replica)
    await desk.tell(SlotOpened(slot=a_slot(401, 9)))
    await desk.turn(replica)

    assert await desk.pairs() == {(other, an_id(400)), (proposal.class_request_id, an_id(401))}


async def test_too_much_at_once_has_the_whole_region_matched(desk, monkeypatch):
    """As does whatever nobody can say more of than that it changed."""
    replica = EventRuns()
    monkeypatch.setattr(event_runs, "MANY", 3)
    await desk.ask(*(a_request(number) for number in range(1, 5)))
    await desk.tell(*(SlotOpened(slot=a_slot(400 + number, 8 + number)) for number in range(4)))
    await desk.turn(replica)
    assert len(await desk.pairs()) == 4

    async with desk.work() as work:
        await work.connection.execute("update visit_proposal set state = 'withdrawn', version = version + 1")
        await insert_changes(work.connection, [Change("everything", "the test")])
    await desk.turn(replica)

    assert len(await desk.pairs()) == 4


async def test_too_much_at_once_in_a_large_region_is_matched_in_stages(desk, monkeypatch):
    """The turn takes no time for it: a run is asked for."""
    monkeypatch.setattr(event_runs, "MANY", 3)
    monkeypatch.setattr(event_runs, "LARGE", 3)
    await desk.ask(*(a_request(number) for number in range(1, 5)))
    await desk.tell(*(SlotOpened(slot=a_slot(400 + number, 8 + number)) for number in range(4)))

    await desk.turn(EventRuns())

    assert await desk.pairs() == set()
    async with desk.work() as work:
        assert await work.connection.fetchval("select key from timer where kind = $1", START_RUN) == "many_changes"


async def test_a_slot_that_moved_on_meanwhile_is_left_to_the_next_turn(desk):
    """The board knew another version: nothing is proposed by what it knew, and nothing is lost."""
    replica = EventRuns()
    await desk.tell(SlotOpened(slot=a_slot()))
    await desk.turn(replica)
    async with desk.work() as work:
        moved = changed(a_slot(), version=2, starts_at=a_slot().starts_at + timedelta(hours=1))
        await work.connection.execute("update slot set version = 2, document = $1", moved)
    await desk.ask(a_request(1))
    await desk.turn(replica)
    assert await desk.pairs() == set()

    await desk.tell(SlotChanged(slot=changed(moved, version=3)))
    await desk.turn(replica)

    (proposal,) = await desk.proposals()
    assert proposal.starts_at == moved.starts_at


async def test_an_offer_that_closes_takes_all_its_slots_along(desk):
    """One change, several slots."""
    replica = EventRuns()
    await desk.ask(a_request(1), a_request(2))
    await desk.tell(SlotOpened(slot=a_slot(400)), SlotOpened(slot=a_slot(401, 9)))
    await desk.turn(replica)
    assert len(await desk.pairs()) == 2

    await desk.tell(VisitOfferClosed(visit_offer=an_offer(version=2, state="archived")))
    await desk.turn(EventRuns())

    assert await desk.pairs() == set()
    assert {each.why for each in await desk.proposals("withdrawn")} == {"slot_unavailable"}


@pytest.mark.parametrize("is_fresh", [True, False])
async def test_a_mediator_that_can_give_no_more_is_replaced(desk, is_fresh):
    """By another one, with whom the visit stays proposed; the school is told of the change alone."""
    replica = EventRuns()
    await desk.tell(
        AssociationRegistered(association=an_association()),
        VisitOfferPublished(visit_offer=an_offer(version=2, needs_mediation=True)),
        CapacityPublished(capacity=a_capacity()),
        SlotOpened(slot=a_slot()),
    )
    await desk.ask(a_request(1))
    await desk.turn(replica)
    (proposal,) = await desk.proposals()
    second = an_association(501, name="Ailleurs")

    await desk.tell(
        AssociationRegistered(association=second),
        CapacityPublished(
            capacity=a_capacity(601, association_id=second.id, association_name="Ailleurs", title="Ailleurs")
        ),
        CapacityChanged(capacity=a_capacity(version=2, state="withdrawn")),
    )
    await desk.turn(EventRuns() if is_fresh else replica)

    (after,) = await desk.proposals()
    assert (after.id, after.association_id) == (proposal.id, second.id)
    assert await desk.broken() == []


async def test_a_site_that_opens_brings_classes_nearer_to_industry(desk):
    """They count as far from it until then, and the board knows at once that they no longer do."""
    await desk.know(a_school(id=an_id(2), uai="0810012Z", place=ALBI))
    await desk.ask(a_request(1, school_uai="0810012Z", place=ALBI), a_request(2))
    async with desk.work() as work:
        board = await load_board(work, await find_policy(work.connection))
    assert (board.wishes[an_id(1)].far_from_industry, board.wishes[an_id(2)].far_from_industry) == (True, False)

    await desk.tell(SiteAdded(site=a_site(201, place=ALBI)))
    async with desk.work() as work:
        await board.look_at(work, Touched(sites=frozenset({an_id(201)})))

    assert not board.wishes[an_id(1)].far_from_industry


async def test_the_first_site_makes_others_far_from_it(postgres, template):
    """While there is none, nobody is called far."""
    async with a_desk(postgres, template) as desk:
        await desk.know(a_school(uai=UAI, place=AUCH))
        await desk.ask(a_request(1))
        async with desk.work() as work:
            board = await load_board(work, await find_policy(work.connection))
        assert not board.wishes[an_id(1)].far_from_industry

        await desk.tell(SiteAdded(site=a_site(201, place=ALBI)))
        async with desk.work() as work:
            await board.look_at(work, Touched(sites=frozenset({an_id(201)})))

        assert board.wishes[an_id(1)].far_from_industry


async def test_a_slot_that_opens_changes_what_is_kept_of_the_others(desk):
    """Places are kept over all slots of an offer, by their dates: the board looks at those too."""
    await desk.tell(SlotOpened(slot=a_slot(402, 10)), SlotOpened(slot=a_slot(403, 12)))
    async with desk.work() as work:
        policy = await find_policy(work.connection)
        keeping = changed(policy, settings=changed(policy.settings, reserved_share=0.5))
        board = await load_board(work, keeping)
    assert [board.openings[an_id(number)].reserved for number in (402, 403)] == [1, 0]

    await desk.tell(SlotOpened(slot=a_slot(401, 8)))
    async with desk.work() as work:
        change = await board.look_at(work, Touched(slots=frozenset({an_id(401)})))

    assert [board.openings[an_id(number)].reserved for number in (401, 402, 403)] == [1, 0, 1]
    assert {opening.slot_id for opening in change.openings} == {an_id(401), an_id(402), an_id(403)}


async def test_changes_of_long_ago_are_forgotten(desk):
    """How far matching is stays known, and so does what still waits."""
    replica = EventRuns()
    await desk.turn(replica)
    await desk.tell(SlotOpened(slot=a_slot()))
    await desk.turn(replica)
    await desk.tell(SlotOpened(slot=a_slot(401)))
    async with desk.work() as work:
        await end_whole_match(work, since=99)
        await work.connection.execute("update match_change set noted_at = now() - interval '3 days'")
        await work.connection.execute("update match_turn set taken_at = now() - interval '3 days'")

    async with desk.work() as work:
        await forget_old_changes(work)

    assert await desk.rows("match_change") == 1
    assert await desk.rows("match_turn") == 2
