"""Who is told is who is concerned and did not do it."""

from datetime import timedelta

import pytest

from contracts.associations.interventions import InterventionChanged, InterventionWithdrawn
from contracts.associations.partnerships import PartnershipMoved
from contracts.associations.profiles import AssociationApproved, AssociationSuspended
from contracts.caller import SYSTEM
from contracts.companies.bookings import (
    BOOKING_EVENTS,
    Absent,
    Attendance,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingNoShow,
    BookingPassedOver,
    BookingRequested,
    BookingRescheduled,
    PassedOver,
)
from contracts.companies.profiles import CompanySuspended
from contracts.companies.visit_offers import VisitOfferClosed, VisitOfferPublished
from contracts.machines import BOOKING
from contracts.matchmaker.class_requests import ClassRequestClosed
from contracts.matchmaker.mediations import Mediation, MediationNotFound
from contracts.matchmaker.proposals import PartnershipProposalClosed, VisitProposalClosed
from services.gateway.notices.choreography_rules import TOLD
from services.gateway.notices.condition_rules import Happened
from services.gateway.notices.telling_rules import tellings
from tests.component.gateway.resources import (
    NOW,
    a_booking,
    a_class_request,
    a_company,
    a_partnership,
    a_partnership_proposal,
    a_school,
    a_slot,
    a_visit_proposal,
    an_association,
    an_intervention,
    an_offer,
    next_version,
)

COMPANY, SCHOOL, ASSOCIATION = a_company(), a_school(), an_association()
OFFER = an_offer(COMPANY)
SLOT = a_slot(OFFER)
AT_COMPANY, AT_SCHOOL, AT_ASSOCIATION = f"company:{COMPANY.id}", f"school:{SCHOOL.uai}", f"association:{ASSOCIATION.id}"


def booking(**given):
    return a_booking(SLOT, SCHOOL.uai, **given)


def told(event, actor="system", before=None):
    """Kinds and addressees, in the order of the table."""
    return [
        (telling.kind, "head" if telling.for_head else telling.party)
        for telling in tellings(Happened(event, actor, before), NOW)
    ]


def test_every_event_about_a_booking_is_told_to_somebody():
    """Each of them changes something for someone."""
    assert set(BOOKING_EVENTS) <= TOLD.keys()


@pytest.mark.parametrize(
    ("state", "mover", "expected"),
    [
        ("offered", AT_COMPANY, [("moved_offered", AT_SCHOOL)]),
        ("offered", SYSTEM.party, [("moved_offered", AT_SCHOOL), ("moved", AT_COMPANY)]),
        ("requested", AT_SCHOOL, [("moved_approval_asked", "head")]),
        ("approved", AT_SCHOOL, [("moved_confirmation_asked", AT_COMPANY)]),
        ("confirmed", AT_SCHOOL, [("moved", AT_COMPANY)]),
    ],
)
def test_a_moved_visit_asks_whom_its_new_booking_waits_for(state, mover, expected):
    """The notice is about the new booking, and knows when the visit was to be, and why it moved."""
    old = booking(state="rescheduled", reason="Travaux")
    new = booking(state=state, starts_at=SLOT.starts_at + timedelta(days=7))
    event = BookingRescheduled(booking=old, slot=SLOT, successor=new, successor_slot=SLOT)

    assert told(event, mover) == expected
    telling = next(iter(tellings(Happened(event, mover, None), NOW)))
    assert telling.fact == f"booking:{new.id}:1:{telling.kind}"
    assert telling.about == f"/v1/bookings/{new.id}"
    assert (telling.facts.was_at, telling.facts.starts_at) == (old.starts_at, new.starts_at)
    assert telling.facts.reason == "Travaux"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, [("cancelled", AT_COMPANY)]),
        ("approved", [("cancelled", AT_COMPANY)]),
        ("requested", []),
        ("waitlisted", []),
        ("offered", []),
    ],
)
def test_a_company_hears_only_of_the_end_of_what_it_knew(before, expected):
    """What is not known from before is told."""
    known = booking(state=before) if before else None

    assert told(BookingCancelled(booking=booking(state="cancelled"), slot=SLOT), AT_SCHOOL, known) == expected


def test_a_company_s_new_date_that_lapsed_is_told_to_it():
    """A place from the waiting list that lapsed is the school's affair alone."""
    listed = booking(state="expired", reason="offered")
    moved = booking(state="expired", reason="offered", rescheduled_from=COMPANY.id)

    assert told(BookingExpired(booking=listed, slot=SLOT)) == [("expired_offer", AT_SCHOOL)]
    assert told(BookingExpired(booking=moved, slot=SLOT)) == [
        ("expired_offer", AT_SCHOOL),
        ("expired_offer", AT_COMPANY),
    ]


def test_a_change_of_which_nothing_is_known_from_before_is_told_to_nobody():
    """Neither new hours nor a mediator can be seen in it."""
    assert told(BookingChanged(booking=booking(mediation="accepted"), slot=SLOT)) == []
    assert told(BookingChanged(booking=booking(), slot=SLOT), before=booking()) == []


def test_what_happened_on_the_day_is_told_to_the_other_side():
    """With the numbers of those who came, or who did not."""
    came = booking(state="completed", attendance=Attendance(pupils=20, adults=3))
    missed = booking(state="no_show", absent=Absent.SCHOOL, ended_by="company")
    (completed,) = tellings(Happened(BookingCompleted(booking=came, slot=SLOT), AT_SCHOOL, None), NOW)

    assert (completed.kind, completed.party) == ("completed", AT_COMPANY)
    assert (completed.facts.pupils, completed.facts.adults) == (20, 3)
    assert told(BookingNoShow(booking=missed, slot=SLOT), actor="") == [("no_show", AT_SCHOOL)]


def test_a_class_that_was_passed_over_reads_the_last_reason():
    """Each time is a fact of its own."""
    passed = booking(
        state="waitlisted",
        passed_over=(
            PassedOver(at=NOW, reason_en="Too early.", reason_fr="Trop tôt."),
            PassedOver(at=NOW, reason_en="Too large.", reason_fr="Trop grand."),
        ),
    )
    (telling,) = tellings(Happened(BookingPassedOver(booking=passed, slot=SLOT), "system", None), NOW)

    assert telling.facts.why.fr == "Trop grand."


def test_the_third_party_s_affairs():
    """Its yes taken back reaches both sides, new hours itself, nobody found the Region too."""
    intervention = an_intervention(booking(), ASSOCIATION, ended_by="association")
    visit = {name: getattr(intervention, name) for name in Mediation.__struct_fields__ if hasattr(intervention, name)}
    lost = Mediation(**(visit | {"state": "not_found", "association_id": None}))

    assert told(InterventionWithdrawn(intervention=intervention), actor="") == [
        ("mediator_withdrew", AT_SCHOOL),
        ("mediator_withdrew", AT_COMPANY),
    ]
    assert told(InterventionChanged(intervention=intervention)) == [("hours_changed", AT_ASSOCIATION)]
    assert told(MediationNotFound(mediation=lost)) == [
        ("mediation_not_found", AT_SCHOOL),
        ("mediation_not_found", AT_COMPANY),
        ("mediation_not_found", SYSTEM.party),
    ]


def test_partners_are_told_how_it_ended():
    """Who declined or closed knows it."""
    declined = a_partnership_proposal(COMPANY, ASSOCIATION, state="declined")
    closed = a_partnership(COMPANY, ASSOCIATION, state="closed")

    assert told(PartnershipProposalClosed(partnership_proposal=declined), AT_COMPANY) == [
        ("partnership_declined", AT_ASSOCIATION)
    ]
    assert told(PartnershipMoved(partnership=closed), AT_ASSOCIATION) == [("partnership_closed", AT_COMPANY)]


def test_organisations_and_offers_are_told_what_the_region_decided():
    """And of an offer only what its company did not do itself."""
    published = next_version(OFFER)

    assert told(CompanySuspended(company=COMPANY), SYSTEM.party) == [("organisation_suspended", AT_COMPANY)]
    assert told(AssociationApproved(association=ASSOCIATION), SYSTEM.party) == [
        ("organisation_approved", AT_ASSOCIATION)
    ]
    assert told(AssociationSuspended(association=ASSOCIATION)) == [("organisation_suspended", AT_ASSOCIATION)]
    assert told(VisitOfferPublished(visit_offer=published), before=OFFER) == []
    assert told(VisitOfferClosed(visit_offer=next_version(OFFER, state="paused")), AT_COMPANY) == []
    assert told(VisitOfferClosed(visit_offer=next_version(OFFER, state="rejected")), SYSTEM.party) == [
        ("offer_rejected", AT_COMPANY)
    ]


def test_a_wish_whose_dates_passed_is_told_and_one_withdrawn_is_not():
    """Its school withdrew it."""
    expired, withdrawn = (a_class_request(SCHOOL, state=state) for state in ("expired", "withdrawn"))

    assert told(ClassRequestClosed(class_request=expired)) == [("class_request_expired", AT_SCHOOL)]
    assert told(ClassRequestClosed(class_request=withdrawn), AT_SCHOOL) == []


def test_the_machine_s_states_and_the_expiry_s_stages_are_one_vocabulary():
    """A stage that the table does not know would be told to nobody."""
    stages = {source for move in BOOKING.moves if move.action == "expire" for source in move.sources}

    for stage in stages:
        assert told(BookingExpired(booking=booking(state="expired", reason=stage), slot=SLOT))


def test_what_the_region_books_for_a_school_is_told_to_it():
    """What a teacher books is not."""
    event = BookingRequested(booking=booking(state="approved"), slot=SLOT)

    assert told(event, SYSTEM.party) == [("confirmation_asked", AT_COMPANY), ("booked_for_you", AT_SCHOOL)]
    assert told(event, AT_SCHOOL) == [("confirmation_asked", AT_COMPANY)]


def test_a_proposal_that_its_own_booking_ended_is_told_by_the_booking():
    """Withdrawn for its own sake it is told, with what was proposed."""
    made = a_visit_proposal(SLOT, SCHOOL, state="withdrawn", summary_fr="Parce que.", summary_en="Because.")
    better, booked = (next_version(made, why=why) for why in ("better_match", "booking_declined: safety"))
    (telling,) = tellings(Happened(VisitProposalClosed(visit_proposal=better), "system", None), NOW)

    assert telling.kind == "visit_proposal_withdrawn"
    assert (telling.facts.offer, telling.facts.why.fr) == ("L'atelier", "Parce que.")
    assert told(VisitProposalClosed(visit_proposal=booked)) == []


def test_who_did_it_is_implied_where_the_event_does_not_say():
    """By the booking's own word, and for a confirmation by whose it is; what nobody ended is told to both sides."""
    declined, expired = booking(state="declined", ended_by="company"), booking(state="completed", ended_by="")

    assert told(BookingDeclined(booking=declined, slot=SLOT), actor="") == [("declined", AT_SCHOOL)]
    assert told(BookingConfirmed(booking=booking(state="confirmed"), slot=SLOT), actor="") == [("confirmed", AT_SCHOOL)]
    assert len(told(BookingCompleted(booking=expired, slot=SLOT), actor="")) == 2


def test_a_mediator_is_told_of_a_confirmation_once_it_has_agreed():
    """One that is only asked has its own question to answer."""
    asked, agreed = (
        booking(state="confirmed", association_id=ASSOCIATION.id, mediation=mediation)
        for mediation in ("asked", "accepted")
    )

    assert told(BookingConfirmed(booking=asked, slot=SLOT), AT_COMPANY) == [("confirmed", AT_SCHOOL)]
    assert told(BookingConfirmed(booking=agreed, slot=SLOT), AT_COMPANY) == [
        ("confirmed", AT_SCHOOL),
        ("confirmed", AT_ASSOCIATION),
    ]
