"""What a school answers, what becomes of it, and what comes next."""

import asyncio
from datetime import timedelta

import pytest

from contracts.companies.bookings import BookingConfirmed, BookingDeclined, BookingImpossible, BookingRequested
from contracts.companies.slots import SlotOpened
from contracts.errors import RequestRefused
from contracts.matchmaker.proposals import (
    AnswerVisitProposal,
    DeclineReason,
    ExplainVisitProposal,
    GetVisitProposal,
    VisitProposal,
    VisitProposalAccepted,
    VisitProposalBooked,
    VisitProposalClosed,
)
from tests.component.matchmaker.given import (
    STRANGER,
    SUPPLY,
    TEACHER,
    a_booking,
    a_slot,
    an_id,
    answer,
    matched_whole,
    proposed,
    wish,
)
from tests.unit.matchmaker.given import changed


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
    run = await matched_whole(matchmaker)

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
    run = await matched_whole(matchmaker)
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


async def test_an_unanswered_proposal_expires(matchmaker):
    """When its timer is due, also after an outage."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    proposal = await proposed(matchmaker)
    late = changed(proposal, expires_at=proposal.created_at + timedelta(milliseconds=1))
    await matchmaker.connection.execute("update visit_proposal set document = $1", late)

    await matchmaker.connection.execute("update timer set due_at = now() where kind like 'expire%'")

    assert (await proposed(matchmaker, "expired")).why == "no_answer"


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
        *(matched_whole(matchmaker) for _ in range(3)),
    )
    await matched_whole(matchmaker)

    open_now = await matchmaker.documents("visit_proposal", VisitProposal, "state in ('proposed', 'accepted')")
    assert len({one.class_request_id for one in open_now}) == len(open_now) == len(requests)
    assert len({one.slot_id for one in open_now}) == len(open_now)
