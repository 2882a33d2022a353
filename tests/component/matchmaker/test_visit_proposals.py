"""From what others tell to proposals, and from answers to what comes next."""

import asyncio
from datetime import timedelta

import pytest

from contracts.associations.capacities import CapacityPublished
from contracts.associations.profiles import AssociationRegistered
from contracts.companies.bookings import BookingConfirmed, BookingDeclined, BookingImpossible, BookingRequested
from contracts.companies.profiles import CompanyRegistered, CompanySuspended, SiteAdded
from contracts.companies.slots import SlotClosed, SlotOpened
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.errors import RequestRefused
from contracts.matchmaker.class_requests import MoveClassRequest, SubmitClassRequest
from contracts.matchmaker.match_runs import StartMatchRun
from contracts.matchmaker.proposals import (
    AnswerVisitProposal,
    DeclineReason,
    ExplainVisitProposal,
    GetVisitProposal,
    VisitProposal,
    VisitProposalAccepted,
    VisitProposalBooked,
    VisitProposalClosed,
    VisitProposalMade,
)
from contracts.matchmaker.schools import ImportSchools
from contracts.vocabulary import Level, Role, Theme
from tests.component.alone import Alone
from tests.component.matchmaker.given import (
    UAI,
    a_booking,
    a_capacity,
    a_company,
    a_new_school,
    a_site,
    a_slot,
    a_wish,
    an_association,
    an_id,
    an_offer,
)
from tests.unit.matchmaker.given import a_caller, changed

TEACHER = a_caller(Role.TEACHER, UAI)
STRANGER = a_caller(Role.TEACHER, "0310002J")
SUPPLY = (
    CompanyRegistered(company=a_company()),
    SiteAdded(site=a_site()),
    VisitOfferPublished(visit_offer=an_offer()),
)


async def wish(matchmaker: Alone, **given):
    """The school is known and asks for a visit."""
    await matchmaker.ask(ImportSchools(schools=(a_new_school(),)))
    return await matchmaker.ask(SubmitClassRequest(school_uai=UAI, class_request=a_wish(**given)), TEACHER)


async def proposed(matchmaker: Alone, state: str = "proposed", besides: tuple = ()):
    """The first proposal in that state that is not among those known."""

    async def find():
        found = await matchmaker.documents("visit_proposal", VisitProposal, f"state = '{state}'")
        return [proposal for proposal in found if proposal.id not in besides]

    return (await matchmaker.until(find))[0]


async def answer(matchmaker: Alone, proposal: VisitProposal, action: str, reason=None, caller=TEACHER):
    """The school's answer."""
    return await matchmaker.ask(AnswerVisitProposal(proposal_id=proposal.id, action=action, reason=reason), caller)


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


async def test_a_declined_proposal_is_followed_by_the_next_best(matchmaker):
    """Never by the same slot again; the new one says what it replaces."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()), SlotOpened(slot=a_slot(401, weeks=12)))
    first = await proposed(matchmaker)

    await answer(matchmaker, first, "decline", DeclineReason.DATE)

    second = await proposed(matchmaker)
    assert second.slot_id != first.slot_id
    assert second.replaces_id == first.id
    closed = await matchmaker.announced(VisitProposalClosed)
    assert [event.visit_proposal.why for event in closed] == ["date"]


async def test_declined_for_its_theme_the_whole_offer_is_left_out(matchmaker):
    """Another date of the same visit would not help."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()), SlotOpened(slot=a_slot(401, weeks=12)))
    first = await proposed(matchmaker)

    await answer(matchmaker, first, "decline", DeclineReason.THEME)
    run = await matchmaker.ask(StartMatchRun())

    assert run.visits_proposed == 0
    assert run.unserved_count == 1


async def test_an_accepted_proposal_is_booked_by_its_owner(matchmaker):
    """Accepting announces it; the booking's event makes it booked, and it is never proposed again."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    proposal = await proposed(matchmaker)

    accepted = await answer(matchmaker, proposal, "accept")
    taken = changed(a_slot(), version=2, groups_taken=1, state="full")
    await matchmaker.tell(BookingRequested(booking=a_booking(accepted), slot=taken))

    booked = await proposed(matchmaker, "booked")
    assert (accepted.state, booked.booking_id) == ("accepted", an_id(700))
    assert len(await matchmaker.announced(VisitProposalAccepted)) == 1
    assert len(await matchmaker.announced(VisitProposalBooked)) == 1
    run = await matchmaker.ask(StartMatchRun())
    assert (run.visits_proposed, run.unserved_count) == (0, 0)


async def test_the_same_answer_sent_again_has_one_effect(matchmaker):
    """Its idempotency key brings the same answer."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    proposal = await proposed(matchmaker)
    request = AnswerVisitProposal(proposal_id=proposal.id, action="accept")

    first = await matchmaker.ask(request, TEACHER, key="k1")
    again = await matchmaker.ask(request, TEACHER, key="k1")

    assert first == again
    assert len(await matchmaker.announced(VisitProposalAccepted)) == 1


@pytest.mark.parametrize("ending", [BookingImpossible, BookingDeclined])
async def test_when_the_place_is_gone_the_next_best_comes_at_once(matchmaker, ending):
    """And the school is told why."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()), SlotOpened(slot=a_slot(401, weeks=12)))
    proposal = await proposed(matchmaker)
    accepted = await answer(matchmaker, proposal, "accept")
    state = "impossible" if ending is BookingImpossible else "declined"
    slot = a_slot() if proposal.slot_id == an_id(400) else a_slot(401, weeks=12)

    failed = a_booking(accepted, state=state, reason="slot_full")
    await matchmaker.tell(ending(booking=failed, slot=changed(slot, version=2)))

    gone = await proposed(matchmaker, "withdrawn")
    second = await proposed(matchmaker)
    assert gone.why == f"booking_{state}: slot_full"
    assert (second.replaces_id, second.slot_id != gone.slot_id) == (gone.id, True)


async def test_booking_events_in_the_wrong_order_end_the_same(matchmaker):
    """Confirmed before requested, and twice: one booked proposal."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    accepted = await answer(matchmaker, await proposed(matchmaker), "accept")
    slot = changed(a_slot(), version=2, groups_taken=1, state="full")
    confirmed = a_booking(accepted, state="confirmed", version=2)

    await matchmaker.tell(BookingConfirmed(booking=confirmed, slot=slot))
    await matchmaker.tell(BookingRequested(booking=a_booking(accepted), slot=slot))
    await matchmaker.tell(BookingConfirmed(booking=confirmed, slot=slot))

    await proposed(matchmaker, "booked")
    await asyncio.sleep(0.3)
    assert len(await matchmaker.announced(VisitProposalBooked)) == 1


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


async def test_an_unanswered_proposal_expires(matchmaker):
    """When its timer is due, also after an outage."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    proposal = await proposed(matchmaker)
    late = changed(proposal, expires_at=proposal.created_at + timedelta(milliseconds=1))
    await matchmaker.connection.execute("update visit_proposal set document = $1", late)

    await matchmaker.connection.execute("update timer set due_at = now() where kind like 'expire%'")

    assert (await proposed(matchmaker, "expired")).why == "no_answer"


async def test_a_visit_that_wants_mediation_waits_for_a_mediator(matchmaker):
    """Without one it is not proposed; with one the proposal names it."""
    await wish(matchmaker)
    offer = an_offer(needs_mediation=True)
    await matchmaker.tell(*SUPPLY[:2], VisitOfferPublished(visit_offer=offer), SlotOpened(slot=a_slot()))
    run = await matchmaker.ask(StartMatchRun())

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

    run = await matchmaker.ask(StartMatchRun())

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

    run = await matchmaker.ask(StartMatchRun())

    assert (run.visits_proposed, run.unserved_count) == (0, 1)


async def test_nobody_else_sees_or_answers_a_proposal(matchmaker):
    """For another school it does not exist."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    proposal = await proposed(matchmaker)

    for request in (
        GetVisitProposal(proposal_id=proposal.id),
        ExplainVisitProposal(proposal_id=proposal.id),
        AnswerVisitProposal(proposal_id=proposal.id, action="accept"),
    ):
        with pytest.raises(RequestRefused) as refused:
            await matchmaker.ask(request, STRANGER)
        assert refused.value.problem.slug == "not-found"

    assert (await proposed(matchmaker)).version == 1


async def test_an_answer_and_a_match_at_once_never_claim_too_much(matchmaker):
    """However they interleave, a class has at most the visits that it wants."""
    requests = [await wish(matchmaker) for _ in range(6)]
    await matchmaker.tell(*SUPPLY, *(SlotOpened(slot=a_slot(400 + n, weeks=6 + n)) for n in range(8)))

    async def all_proposed():
        found = await matchmaker.documents("visit_proposal", VisitProposal, "state = 'proposed'")
        return found if len(found) == 6 else None

    standing = await matchmaker.until(all_proposed)

    await asyncio.gather(
        *(
            answer(matchmaker, one, "accept" if n % 2 else "decline", None if n % 2 else DeclineReason.DATE)
            for n, one in enumerate(standing)
        ),
        *(matchmaker.ask(StartMatchRun()) for _ in range(3)),
    )
    await matchmaker.ask(StartMatchRun())

    open_now = await matchmaker.documents("visit_proposal", VisitProposal, "state in ('proposed', 'accepted')")
    assert len({one.class_request_id for one in open_now}) == len(open_now) == len(requests)
    assert len({one.slot_id for one in open_now}) == len(open_now)
