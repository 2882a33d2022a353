"""Which class wants to come, and what tells one class from another."""

from uuid import UUID

import pytest
from msgspec.structs import asdict

from contracts.companies.bookings import ClassNeeds, MediationState, TransportMode
from contracts.errors import Invalid, NotYours
from contracts.vocabulary import Level, Role
from services.companies.bookings.rules import new_booking as booking_of
from services.companies.bookings.wish_rules import class_key_of, wish_of, wish_of_booking, wish_of_proposal
from tests.component.companies.given import (
    BOOKING_ID,
    COMPANY_ID,
    COORDINATOR,
    HEAD,
    NOW,
    OTHER_UAI,
    TEACHER,
    UAI,
    a_caller,
    a_slot,
    an_accepted_proposal,
    an_offer,
    new_booking,
)

REQUEST_ID = UUID(int=31)


def wish(**given):
    return wish_of(new_booking(**given), TEACHER)


def booked(wished):
    return booking_of(wished, a_slot(), an_offer(), 1, "approved", BOOKING_ID, NOW)


def test_a_school_books_for_itself():
    """Its key says which school it is; saying it again does no harm."""
    assert wish().school_uai == UAI
    assert wish(school_uai=UAI).school_uai == UAI
    assert wish_of(new_booking(), HEAD).school_uai == UAI


def test_the_region_books_for_a_school_that_it_names():
    """The number may be typed with spaces or in small letters."""
    assert wish_of(new_booking(school_uai=" 0310024h "), COORDINATOR).school_uai == UAI


@pytest.mark.parametrize(
    ("caller", "uai", "error"),
    [
        (TEACHER, OTHER_UAI, NotYours),
        (a_caller(Role.COMPANY, COMPANY_ID), UAI, NotYours),
        (a_caller(Role.ASSOCIATION, COMPANY_ID), UAI, NotYours),
        (COORDINATOR, "", Invalid),
        (COORDINATOR, "0310024A", Invalid),
    ],
)
def test_nobody_else_books_for_a_school(caller, uai, error):
    """Not another school, not a company; and the Region has to name a right one."""
    with pytest.raises(error):
        wish_of(new_booking(school_uai=uai), caller)


def test_a_class_is_its_request_or_its_level_and_name_within_its_school():
    """Case and spaces do not make another class; another school's same name does."""
    assert wish(class_name="3e B").class_key == wish(class_name=" 3E  b ").class_key
    assert wish(class_name="3e B").class_key != wish(class_name="3e C").class_key
    assert wish(class_name="A").class_key != wish(class_name="A", level=Level.QUATRIEME).class_key
    assert wish(class_request_id=REQUEST_ID).class_key == wish(class_request_id=REQUEST_ID, class_name="x").class_key
    assert wish(class_request_id=REQUEST_ID).class_key != wish().class_key
    elsewhere = wish_of(new_booking(school_uai=OTHER_UAI, class_request_id=REQUEST_ID), COORDINATOR)
    assert elsewhere.class_key != wish(class_request_id=REQUEST_ID).class_key


def test_an_accepted_proposal_is_a_wish():
    """With its class's needs and its request; the mediator that it named was promised."""
    proposal = an_accepted_proposal(a_slot(), needs=ClassNeeds(motor=1))

    wished = wish_of_proposal(proposal)

    assert (wished.school_uai, wished.level, wished.pupils, wished.adults) == (UAI, Level.TROISIEME, 24, 2)
    assert (wished.proposal_id, wished.class_request_id) == (proposal.id, proposal.class_request_id)
    assert (wished.needs, wished.mediation_promised) == (ClassNeeds(motor=1), True)
    assert not wish_of_proposal(an_accepted_proposal(a_slot(), association_id=None)).mediation_promised


def test_a_wish_says_nothing_that_a_booking_does_not_keep():
    """Every field of a wish is one of the booking, but for the promise, which is its mediation."""
    wished = wish(girls=12, transport=TransportMode.COACH, transport_cost_cents=30_000, needs=ClassNeeds(hearing=1))

    kept = asdict(wished)
    assert kept.pop("mediation_promised") is False
    assert all(getattr(booked(wished), name) == value for name, value in kept.items())


@pytest.mark.parametrize("association_id", [None, UUID(int=32)])
def test_the_wish_behind_a_booking_is_the_one_that_made_it(association_id):
    """So that the class is the same wherever its visit moves, and stays promised what it was."""
    wished = wish_of_proposal(an_accepted_proposal(a_slot(), association_id=association_id))

    booking = booked(wished)

    assert wish_of_booking(booking) == wished
    assert class_key_of(booking) == wished.class_key
    assert booking.mediation is (MediationState.WANTED if association_id else MediationState.NONE)
