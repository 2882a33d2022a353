"""A school asks why a slot is not proposed to its class: at any time, of any slot that it can see."""

import pytest

from contracts.companies.bookings import BookingConfirmed, BookingRequested
from contracts.companies.slots import SlotOpened
from contracts.companies.visit_offers import VisitOfferAdded
from contracts.matchmaker.class_requests import MoveClassRequest
from contracts.matchmaker.explanations import AlternativeReason, ChangeCode, GateCode
from contracts.matchmaker.proposals import DeclineReason, ExplainVisitProposal, ExplainWhyNot
from contracts.vocabulary import Role, Theme
from tests.component.matchmaker.given import (
    STRANGER,
    SUPPLY,
    TEACHER,
    a_booking,
    a_direct_booking,
    a_slot,
    an_id,
    an_offer,
    answer,
    matched,
    proposed,
    told_of,
    wish,
)
from tests.unit.matchmaker.given import a_caller


async def known(matchmaker, *slots):
    """The supply with these slots, once the matchmaker knows of it."""
    await matchmaker.tell(*SUPPLY, *(SlotOpened(slot=slot) for slot in slots))
    count = "select count(*) = $1 from slot join visit_offer on visit_offer.id = visit_offer_id"
    await matchmaker.until(lambda: matchmaker.connection.fetchval(count, len(slots)))
    await matched(matchmaker)


async def why(matchmaker, asked, slot, caller=TEACHER):
    """The answer about this pair."""
    return await matchmaker.ask(ExplainWhyNot(class_request_id=asked.id, slot_id=slot.id), caller)


def failing(answered):
    """The gates that fail."""
    return [gate.code for gate in answered.gates if not gate.passed]


async def test_what_stands_in_the_way_is_told(matchmaker):
    """The gate with value and limit, what would let the class pass, and no figures of a visit that cannot be."""
    asked = await wish(matchmaker, themes=(Theme.ENERGY,))
    await known(matchmaker, a_slot())

    answered = await why(matchmaker, asked, a_slot())

    assert failing(answered) == [GateCode.THEME]
    theme = next(gate for gate in answered.gates if gate.code is GateCode.THEME)
    assert (theme.value, theme.limit) == (("energy",), ("mechanics_metal",))
    assert [change.code for change in answered.changes] == [ChangeCode.LIMIT_RELAXED]
    assert (answered.points, answered.cost, answered.stands) == (None, None, "")
    assert answered.words.fr != answered.words.en


async def test_what_is_outweighed_is_told_with_its_figures(matchmaker):
    """The class is proposed the slot that it fills better; the other has figures that add up, and its cost."""
    asked = await wish(matchmaker)
    better, worse = a_slot(401, pupils_per_group=24), a_slot(402, weeks=9)
    await known(matchmaker, better, worse)
    await proposed(matchmaker)

    answered = await why(matchmaker, asked, worse)

    assert failing(answered) == []
    assert sum(part.points for part in answered.parts) == answered.points > 0
    assert [found.id for found in answered.alternatives] == [better.id]
    assert answered.alternatives[0].reason is AlternativeReason.PROPOSED


async def test_what_is_proposed_has_the_figures_of_its_explanation(matchmaker):
    """As long as it is proposed, accepted or booked."""
    asked = await wish(matchmaker)
    await known(matchmaker, a_slot())
    proposal = await proposed(matchmaker)
    explanation = await matchmaker.ask(ExplainVisitProposal(proposal_id=proposal.id), TEACHER)

    waiting = await why(matchmaker, asked, a_slot())
    accepted = await answer(matchmaker, proposal, "accept")
    agreed = await why(matchmaker, asked, a_slot())
    booking = a_booking(accepted, state="approved")
    await matchmaker.tell(told_of(BookingRequested, booking))
    await proposed(matchmaker, "booked")
    booked = await why(matchmaker, asked, a_slot())

    assert [one.stands for one in (waiting, agreed, booked)] == ["proposed", "accepted", "approved"]
    for one in (waiting, agreed, booked):
        assert (one.points, one.parts, one.gates) == (explanation.points, explanation.parts, explanation.gates)
        assert one.words.fr.endswith(explanation.words.fr)


async def test_what_was_declined_is_told_as_declined(matchmaker):
    """The gate says so, and so does the state."""
    asked = await wish(matchmaker)
    await known(matchmaker, a_slot())
    await answer(matchmaker, await proposed(matchmaker), "decline", DeclineReason.DATE)

    answered = await why(matchmaker, asked, a_slot())

    assert failing(answered) == [GateCode.NOT_DECLINED]
    assert answered.stands == "declined"
    assert "book this visit itself" in answered.changes[0].words.en


async def test_a_class_that_has_all_its_visits_is_answered_too(matchmaker):
    """As if it asked for one more."""
    asked = await wish(matchmaker)
    other = a_slot(401, weeks=9)
    await known(matchmaker, a_slot(), other)
    first = await proposed(matchmaker)
    await answer(matchmaker, first, "accept")

    answered = await why(matchmaker, asked, other if first.slot_id == a_slot().id else a_slot())

    assert failing(answered) == []
    assert answered.points is not None


async def test_a_full_slot_is_full(matchmaker):
    """Its places are gone; one that came free would do."""
    asked = await wish(matchmaker)
    full = a_slot(groups_taken=1, state="full")
    await known(matchmaker, full)

    answered = await why(matchmaker, asked, full)

    assert failing(answered) == [GateCode.CAPACITY]
    assert [change.code for change in answered.changes] == [ChangeCode.PLACE_FREED]


async def test_a_visit_that_the_school_booked_itself_stands(matchmaker):
    """It holds the slot's place and the class's day, which are no obstacles to itself."""
    asked = await wish(matchmaker)
    await known(matchmaker, a_slot(groups_taken=1, state="full"))
    booking = a_direct_booking(class_request_id=asked.id, state="confirmed")
    await matchmaker.tell(told_of(BookingConfirmed, booking))
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) from booking"))

    answered = await why(matchmaker, asked, a_slot())

    assert failing(answered) == []
    assert answered.stands == "confirmed"
    assert answered.words.en.startswith("This visit is booked for the class.")


async def test_it_is_for_the_school_and_the_region(matchmaker):
    """Nobody else learns that there is such a class; nor is a slot told of that schools cannot see."""
    asked = await wish(matchmaker)
    draft = an_offer(301, state="draft")
    await matchmaker.tell(VisitOfferAdded(visit_offer=draft))
    await known(matchmaker, a_slot())
    hidden = a_slot(401, visit_offer_id=draft.id)
    await matchmaker.tell(SlotOpened(slot=hidden))
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) = 2 from slot"))
    await matched(matchmaker)

    stranger = await matchmaker.refusal(ExplainWhyNot(class_request_id=asked.id, slot_id=a_slot().id), STRANGER)
    company = await matchmaker.refusal(
        ExplainWhyNot(class_request_id=asked.id, slot_id=a_slot().id), a_caller(Role.COMPANY, an_id(100))
    )
    unknown = await matchmaker.refusal(ExplainWhyNot(class_request_id=asked.id, slot_id=an_id(9)), TEACHER)
    unseen = await matchmaker.refusal(ExplainWhyNot(class_request_id=asked.id, slot_id=hidden.id), TEACHER)
    region = await why(matchmaker, asked, a_slot(), a_caller(Role.COORDINATOR))

    for problem, thing in ((stranger, asked), (company, asked), (unknown, an_id(9)), (unseen, hidden)):
        assert (problem.slug, problem.facts["id"]) == ("not-found", str(getattr(thing, "id", thing)))
    assert region.slot_id == a_slot().id


@pytest.mark.parametrize("state", ["closed", "cancelled", "done"])
async def test_a_slot_that_is_over_has_no_why_not(matchmaker, state):
    """It is said to be over."""
    asked = await wish(matchmaker)
    await known(matchmaker, a_slot(state=state))

    problem = await matchmaker.refusal(ExplainWhyNot(class_request_id=asked.id, slot_id=a_slot().id), TEACHER)

    assert (problem.slug, problem.facts) == ("slot-over", {"slot_state": state, "offer_state": "published"})


async def test_a_class_request_that_is_over_has_no_why_not(matchmaker):
    """It is said to be over."""
    asked = await wish(matchmaker)
    await known(matchmaker, a_slot())
    await matchmaker.ask(MoveClassRequest(class_request_id=asked.id, action="withdraw"), TEACHER)
    await matched(matchmaker)

    problem = await matchmaker.refusal(ExplainWhyNot(class_request_id=asked.id, slot_id=a_slot().id), TEACHER)

    assert (problem.slug, problem.facts["state"]) == ("request-over", "withdrawn")
