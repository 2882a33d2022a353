"""What becomes of a proposal once it is accepted: a match does not touch it, its booking may move, or end."""

import pytest

from contracts.associations.capacities import CapacityPublished, CapacityWithdrawn
from contracts.associations.profiles import AssociationRegistered
from contracts.companies.bookings import (
    BookingApproved,
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingExpired,
    BookingOffered,
    BookingRefused,
    BookingRequested,
    BookingRescheduled,
)
from contracts.companies.profiles import CompanySuspended
from contracts.companies.slots import SlotChanged, SlotClosed, SlotDone, SlotOpened
from contracts.companies.visit_offers import VisitOfferClosed, VisitOfferPublished, VisitOfferStale
from contracts.matchmaker.class_requests import MoveClassRequest
from contracts.matchmaker.proposals import VisitProposal, VisitProposalBooked, VisitProposalClosed
from tests.component.matchmaker.given import (
    SUPPLY,
    TEACHER,
    a_booking,
    a_capacity,
    a_company,
    a_slot,
    an_association,
    an_id,
    an_offer,
    answer,
    matched,
    matched_whole,
    proposed,
    told_of,
    wish,
)
from tests.unit.matchmaker.given import changed


async def accepted(matchmaker, **given):
    """A proposal that the school accepted."""
    await wish(matchmaker, **given)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    return await answer(matchmaker, await proposed(matchmaker), "accept")


async def booked(matchmaker):
    """One that was booked, and its booking."""
    booking = a_booking(await accepted(matchmaker), state="approved")
    await matchmaker.tell(told_of(BookingRequested, booking))
    return await proposed(matchmaker, "booked"), booking


def moved(booking, ended_by, **given):
    """The booking moved to another slot."""
    old = changed(booking, state="rescheduled", version=2, ended_by=ended_by, rescheduled_to=an_id(701))
    successor = {"id": an_id(701), "slot_id": an_id(401), "rescheduled_from": booking.id, "proposal_id": None}
    new = changed(booking, **(successor | given))
    return BookingRescheduled(
        booking=old,
        slot=a_slot(version=3),
        successor=new,
        successor_slot=a_slot(401, weeks=9, version=2, groups_taken=1, state="full"),
    )


@pytest.mark.parametrize(
    "happens",
    [
        SlotClosed(slot=a_slot(version=2, state="closed")),
        SlotClosed(slot=a_slot(version=2, state="cancelled")),
        SlotDone(slot=a_slot(version=2, state="done")),
        SlotChanged(slot=a_slot(version=2, pupils_per_group=10)),
        CompanySuspended(company=a_company(version=2, state="suspended")),
        VisitOfferClosed(visit_offer=an_offer(version=2, state="archived")),
        CapacityWithdrawn(capacity=a_capacity(version=2, state="withdrawn")),
    ],
)
async def test_what_a_school_accepted_is_not_withdrawn_by_a_match(matchmaker, happens):
    """It is on its way to be booked: only its booking says whether it can."""
    await matchmaker.tell(AssociationRegistered(association=an_association()), CapacityPublished(capacity=a_capacity()))
    proposal = await accepted(matchmaker, mediation_wished=True)

    await matchmaker.tell(happens)
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) > 0 from inbox"))
    await matched(matchmaker)
    await matched_whole(matchmaker)

    assert await matchmaker.documents("visit_proposal", VisitProposal) == [proposal]


async def test_nor_by_the_end_of_its_request(matchmaker):
    """The school said yes to that visit."""
    proposal = await accepted(matchmaker)

    await matchmaker.ask(
        MoveClassRequest(class_request_id=proposal.class_request_id, action="withdraw", reason="merci"), TEACHER
    )

    assert await matchmaker.documents("visit_proposal", VisitProposal) == [proposal]


@pytest.mark.parametrize(
    ("kind", "state"), [(BookingApproved, "approved"), (BookingConfirmed, "confirmed"), (BookingOffered, "offered")]
)
async def test_every_live_booking_books_its_proposal(matchmaker, kind, state):
    """Whichever is heard first, once; a completed visit stays one."""
    booking = a_booking(await accepted(matchmaker), state=state, version=2)

    await matchmaker.tell(told_of(kind, booking), told_of(kind, booking))
    await proposed(matchmaker, "booked")
    await matchmaker.tell(told_of(BookingCompleted, changed(booking, state="completed", version=3)))
    await matchmaker.until(
        lambda: matchmaker.connection.fetchval("select count(*) from booking where state = 'completed'")
    )

    assert len(await matchmaker.announced(VisitProposalBooked)) == 1
    run = await matched_whole(matchmaker)
    assert (run.visits_proposed, run.unserved_count) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "state"), [(BookingRefused, "refused"), (BookingExpired, "expired"), (BookingCancelled, "cancelled")]
)
async def test_a_booking_that_ends_calls_for_the_next_best(matchmaker, kind, state):
    """Never for the same slot."""
    proposal, booking = await booked(matchmaker)
    await matchmaker.tell(SlotOpened(slot=a_slot(401, weeks=9)))

    await matchmaker.tell(told_of(kind, changed(booking, state=state, version=2)))

    gone, second = await proposed(matchmaker, "withdrawn"), await proposed(matchmaker)
    assert (gone.id, gone.why) == (proposal.id, f"booking_{state}: {state}")
    assert (second.slot_id, second.replaces_id) == (an_id(401), proposal.id)


async def test_a_visit_that_the_school_moves_stays_booked(matchmaker):
    """By the booking it moved to; the class is proposed nothing else."""
    proposal, booking = await booked(matchmaker)
    event = moved(booking, "school")

    await matchmaker.tell(event, event, told_of(BookingRequested, booking))

    async def followed():
        found = await matchmaker.documents("visit_proposal", VisitProposal)
        return found if found[0].booking_id == an_id(701) else None

    assert [(one.id, one.state) for one in await matchmaker.until(followed)] == [(proposal.id, "booked")]
    run = await matched_whole(matchmaker)
    assert (run.visits_proposed, run.unserved_count) == (0, 0)


@pytest.mark.parametrize("first", ["move", "end"])
async def test_when_the_moved_visit_falls_through_the_next_best_comes(matchmaker, first):
    """In whichever order the two are heard."""
    proposal, booking = await booked(matchmaker)
    event = moved(booking, "school")
    end = told_of(BookingCancelled, changed(event.successor, state="cancelled", version=2, reason="works"))
    await matchmaker.tell(SlotOpened(slot=a_slot(402, weeks=10)))

    for told in (event, end) if first == "move" else (end, event):
        await matchmaker.tell(told)

    gone, second = await proposed(matchmaker, "withdrawn"), await proposed(matchmaker)
    assert (gone.id, gone.why) == (proposal.id, "booking_cancelled: works")
    assert second.slot_id == an_id(402)


@pytest.mark.parametrize("first", ["move", "confirmation"])
async def test_a_visit_that_the_company_moves_is_another_offer(matchmaker, first):
    """The proposal is withdrawn, also where the school has taken the new place already; the class has a visit."""
    proposal, booking = await booked(matchmaker)
    event = moved(booking, "company", state="offered")
    yes = told_of(BookingConfirmed, changed(event.successor, state="confirmed", version=2))

    for told in (event, yes) if first == "move" else (yes, event):
        await matchmaker.tell(told)

    gone = await proposed(matchmaker, "withdrawn")
    await matchmaker.until(
        lambda: matchmaker.connection.fetchval("select count(*) from booking where state = 'confirmed'")
    )
    assert (gone.id, gone.why) == (proposal.id, "booking_rescheduled: rescheduled")
    run = await matched_whole(matchmaker)
    assert (run.visits_proposed, run.unserved_count) == (0, 0)
    assert len(await matchmaker.announced(VisitProposalClosed)) == 1


@pytest.mark.parametrize(
    "ends", [SlotDone(slot=a_slot(version=2, state="done")), SlotClosed(slot=a_slot(version=2, state="closed"))]
)
async def test_a_slot_that_is_over_or_closed_withdraws_what_was_proposed(matchmaker, ends):
    """Nobody has answered yet."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()))
    await proposed(matchmaker)

    await matchmaker.tell(ends)

    assert (await proposed(matchmaker, "withdrawn")).why == "slot_unavailable"


async def test_a_slot_that_changed_is_matched_as_it_is_now(matchmaker):
    """Too small for the class, it is withdrawn; large enough again, it is proposed."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot(pupils_per_group=20)))
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) from slot"))
    before = await matched_whole(matchmaker)

    await matchmaker.tell(SlotChanged(slot=a_slot(version=2, pupils_per_group=24)))

    assert before.visits_proposed == 0
    assert (await proposed(matchmaker)).slot_id == an_id(400)


async def test_a_stale_offer_is_still_proposed(matchmaker):
    """Its company is asked whether it holds; the copy says so."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY[:2], VisitOfferPublished(visit_offer=an_offer()), SlotOpened(slot=a_slot()))
    fresh = await proposed(matchmaker)

    await matchmaker.tell(VisitOfferStale(visit_offer=an_offer(version=2, stale=True)))

    stale = "select (document ->> 'stale')::boolean from visit_offer"
    await matchmaker.until(lambda: matchmaker.connection.fetchval(stale))
    await matched(matchmaker)
    assert await matchmaker.documents("visit_proposal", VisitProposal) == [fresh]


@pytest.mark.parametrize(("taken", "classes"), [(18, 3), (19, 2), (50, 1)])
async def test_pooled_places_are_proposed_to_as_many_classes_as_fit(matchmaker, taken, classes):
    """Three classes of twenty-four ask for what is left of ninety places."""
    for _ in range(3):
        await wish(matchmaker)

    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot(groups=3, pooled=True, pupils_taken=taken)))
    await proposed(matchmaker)
    run = await matched_whole(matchmaker)

    standing = await matchmaker.documents("visit_proposal", VisitProposal, "state = 'proposed'")
    assert (len(standing), run.unserved_count) == (classes, 3 - classes)


async def test_a_class_that_is_split_takes_two_groups(matchmaker):
    """Of three groups of fifteen, two classes of twenty-four would want four."""
    for _ in range(2):
        await wish(matchmaker)
    supply = (*SUPPLY[:2], VisitOfferPublished(visit_offer=an_offer(splitting=True)))

    await matchmaker.tell(*supply, SlotOpened(slot=a_slot(groups=3, pupils_per_group=15)))
    await proposed(matchmaker)
    run = await matched_whole(matchmaker)

    standing = await matchmaker.documents("visit_proposal", VisitProposal, "state = 'proposed'")
    assert (len(standing), run.unserved_count) == (1, 1)


async def test_a_class_larger_than_the_places_left_is_not_proposed_them(matchmaker):
    """Twenty are left, twenty-four would come."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot(groups=3, pooled=True, pupils_taken=70)))
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) from slot"))

    run = await matched_whole(matchmaker)

    assert (run.visits_proposed, run.unserved_count) == (0, 1)
