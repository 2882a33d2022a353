"""From what others tell to proposals, by themselves, and to their withdrawal."""

import asyncio

import pytest

from contracts.associations.capacities import CapacityPublished
from contracts.associations.profiles import AssociationRegistered
from contracts.companies.profiles import CompanySuspended
from contracts.companies.slots import SlotClosed, SlotOpened
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.matchmaker.class_requests import MoveClassRequest
from contracts.matchmaker.proposals import (
    ExplainVisitProposal,
    VisitProposal,
    VisitProposalMade,
)
from contracts.vocabulary import Level, Theme
from tests.component.matchmaker.given import (
    SUPPLY,
    TEACHER,
    a_capacity,
    a_company,
    a_slot,
    an_association,
    an_id,
    an_offer,
    matched_whole,
    proposed,
    wish,
)
from tests.unit.matchmaker.given import changed


async def test_an_opened_slot_becomes_a_proposal_by_itself(matchmaker):
    """Nobody asked the matchmaker for anything."""
    asked = await wish(matchmaker)

    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))

    proposal = await proposed(matchmaker)
    assert (proposal.class_request_id, proposal.slot_id) == (asked.id, an_id(400))
    assert proposal.score > 0
    assert [made.visit_proposal for made in await matchmaker.announced(VisitProposalMade)] == [proposal]


async def test_a_class_request_becomes_a_proposal_by_itself(matchmaker):
    """Whichever comes last brings the two together."""
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))

    asked = await wish(matchmaker)

    assert (await proposed(matchmaker)).class_request_id == asked.id


async def test_events_may_come_twice_late_and_in_any_order(matchmaker):
    """The slot comes before its offer, everything twice, and an old state last."""
    await wish(matchmaker)
    moved = changed(a_slot(weeks=10), version=2)

    await matchmaker.tell(SlotOpened(slot=moved), *reversed(SUPPLY), event_id="")
    await matchmaker.tell(SlotOpened(slot=a_slot()), *SUPPLY)

    proposal = await proposed(matchmaker)
    await asyncio.sleep(0.3)
    assert proposal.starts_at == moved.starts_at
    assert len(await matchmaker.documents("visit_proposal", VisitProposal)) == 1


async def test_the_same_event_is_handled_once(matchmaker):
    """Its id is in the inbox."""
    await wish(matchmaker)

    for _ in range(3):
        await matchmaker.tell(SUPPLY[0], event_id="one")
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))

    await proposed(matchmaker)
    assert await matchmaker.connection.fetchval("select count(*) from inbox where event_id = 'one'") == 1


async def test_the_explanation_says_why_in_both_languages(matchmaker):
    """Its parts add up to its points, and every gate passed."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    proposal = await proposed(matchmaker)

    explanation = await matchmaker.ask(ExplainVisitProposal(proposal_id=proposal.id), TEACHER)

    assert sum(part.points for part in explanation.parts) == explanation.points
    assert all(gate.passed for gate in explanation.gates)
    assert proposal.summary_fr == explanation.words.fr != explanation.words.en


async def test_a_cancelled_slot_withdraws_its_proposal(matchmaker):
    """With the reason."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    await proposed(matchmaker)

    await matchmaker.tell(SlotClosed(slot=changed(a_slot(), version=2, state="cancelled")))

    assert (await proposed(matchmaker, "withdrawn")).why == "slot_unavailable"


async def test_a_suspended_company_is_proposed_no_more(matchmaker):
    """Its open proposals are withdrawn."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    await proposed(matchmaker)

    await matchmaker.tell(CompanySuspended(company=a_company(version=2, state="suspended")))

    assert (await proposed(matchmaker, "withdrawn")).why == "slot_unavailable"


async def test_a_withdrawn_request_takes_its_proposal_along(matchmaker):
    """In the same transaction."""
    asked = await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    await proposed(matchmaker)

    await matchmaker.ask(MoveClassRequest(class_request_id=asked.id, action="withdraw"), TEACHER)

    assert (await proposed(matchmaker, "withdrawn")).why == "request_withdrawn"


async def test_a_visit_that_wants_mediation_waits_for_a_mediator(matchmaker):
    """Without one it is not proposed; with one the proposal names it."""
    await wish(matchmaker)
    offer = an_offer(needs_mediation=True)
    await matchmaker.tell(*SUPPLY[:2], VisitOfferPublished(visit_offer=offer), SlotOpened(slot=a_slot()))
    run = await matched_whole(matchmaker)

    await matchmaker.tell(AssociationRegistered(association=an_association()), CapacityPublished(capacity=a_capacity()))

    proposal = await proposed(matchmaker)
    assert run.visits_proposed == 0
    assert (proposal.association_id, proposal.association_name) == (an_id(500), "Sciences d'essai")


async def test_places_are_never_proposed_twice(matchmaker):
    """Three classes, one slot of two groups: two proposals, and the third is told what stands between."""
    for _ in range(3):
        await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot(groups=2)))
    await proposed(matchmaker)

    run = await matched_whole(matchmaker)

    standing = await matchmaker.documents("visit_proposal", VisitProposal, "state = 'proposed'")
    assert len(standing) == 2
    assert run.unserved_count == 1
    assert run.unserved[0].obstacles == {"taken": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": Level.SIXIEME},
        {"themes": (Theme.ENERGY,)},
        {"pupils": 31, "adults": 3},
        {"max_travel_minutes": 5, "adults": 1},
    ],
)
async def test_what_does_not_fit_is_not_proposed(matchmaker, wrong):
    """Level, theme, group size, adults: each is a gate."""
    await wish(matchmaker, **wrong)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) from slot"))

    run = await matched_whole(matchmaker)

    assert (run.visits_proposed, run.unserved_count) == (0, 1)
