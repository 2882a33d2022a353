"""Where a booking stands for its reader, told by role and state."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.companies.bookings import Booking, MediationState
from contracts.machines import BOOKING
from contracts.vocabulary import Level, Role
from services.gateway.web.bookings.standing_rules import (
    ALL_STATES,
    Group,
    Parties,
    Stand,
    actions_now,
    group_of,
    is_late,
    parties_of,
    searches,
)

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
ANY = UUID(int=1)


def a_booking(state="approved", days=30, **given) -> Booking:
    """A booking in a state, of a visit so many days from now, two hours long."""
    starts_at = NOW + timedelta(days=days)
    told = {
        "id": ANY,
        "slot_id": ANY,
        "visit_offer_id": ANY,
        "company_id": ANY,
        "school_uai": "0320001A",
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "state": state,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Booking(**(told | given))


def test_all_states_of_the_machine_are_known():
    """A new one has to be put somewhere."""
    moved = {move.target for move in BOOKING.moves if move.target}
    sources = {state for move in BOOKING.moves for state in move.sources}

    assert moved | sources <= set(ALL_STATES)


@pytest.mark.parametrize(
    ("state", "role", "group"),
    [
        ("requested", Role.HEAD, Group.TODO),
        ("requested", Role.TEACHER, Group.WAITING),
        ("approved", Role.COMPANY, Group.TODO),
        ("approved", Role.COORDINATOR, Group.WAITING),
        ("offered", Role.TEACHER, Group.TODO),
        ("offered", Role.COMPANY, Group.WAITING),
        ("waitlisted", Role.HEAD, Group.WAITING),
        ("confirmed", Role.ASSOCIATION, Group.COMING),
        ("declined", Role.TEACHER, Group.PAST),
        ("completed", Role.COMPANY, Group.PAST),
    ],
)
def test_a_booking_is_in_the_part_of_what_its_reader_has_to_do(state, role, group):
    """Whose answer is awaited has something to do; the others wait."""
    assert group_of(a_booking(state), role, NOW) is group


def test_a_visit_that_is_over_is_to_be_reported_by_both_sides():
    """Others only see that it is past; while it lasts it is still to come."""
    over, lasting = a_booking("confirmed", days=-1), a_booking("confirmed", days=0)

    assert group_of(over, Role.TEACHER, NOW) is Group.TODO
    assert group_of(over, Role.COORDINATOR, NOW) is Group.PAST
    assert group_of(lasting, Role.TEACHER, NOW) is Group.COMING


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", ALL_STATES)
@pytest.mark.parametrize("days", [-5, 0, 5])
def test_every_booking_is_found_in_its_part(role, state, days):
    """By one of the searches of that part, whatever the others find beside it."""
    booking = a_booking(state, days)
    found = [
        search
        for search in searches(group_of(booking, role, NOW), role, NOW)
        if booking.state in search.states
        and (search.since is None or booking.starts_at >= search.since)
        and (search.before is None or booking.starts_at < search.before)
    ]

    assert len(found) == 1


@pytest.mark.parametrize(
    ("booking", "parties"),
    [
        (a_booking("requested"), Parties(school=Stand.NOW, company=Stand.LATER)),
        (a_booking("approved"), Parties(school=Stand.DONE, company=Stand.NOW)),
        (a_booking("waitlisted"), Parties(school=Stand.LATER, company=Stand.LATER)),
        (a_booking("offered"), Parties(school=Stand.NOW, company=Stand.LATER)),
        (a_booking("offered", rescheduled_from=ANY), Parties(school=Stand.NOW, company=Stand.DONE)),
        (a_booking("confirmed"), Parties(school=Stand.DONE, company=Stand.DONE)),
        (a_booking("confirmed", -1), Parties(school=Stand.DONE, company=Stand.DONE, visit=Stand.NOW)),
        (a_booking("completed", -1), Parties(school=Stand.DONE, company=Stand.DONE, visit=Stand.DONE)),
        (a_booking("no_show", -1), Parties(school=Stand.DONE, company=Stand.DONE, visit=Stand.NO)),
        (
            a_booking("confirmed", mediation=MediationState.ASKED),
            Parties(school=Stand.DONE, company=Stand.DONE, association=Stand.NOW),
        ),
        (a_booking("cancelled"), None),
    ],
)
def test_each_party_stands_somewhere(booking, parties):
    """A booking that came to nothing has no parties any more."""
    assert parties_of(booking, NOW) == parties


def test_what_can_be_done_depends_on_the_day():
    """Reports after the visit, all else before it; while it lasts nothing."""
    allowed = ("cancel", "reschedule", "complete", "no-show")

    told = [actions_now(a_booking("confirmed", days, allowed_actions=allowed), NOW) for days in (5, 0, -5)]

    assert told == [("cancel", "reschedule"), (), ("complete", "no-show")]


def test_a_cancellation_is_late_inside_a_fortnight():
    """A class that only waits is never late."""
    near = a_booking("confirmed", 13)

    assert is_late(near, NOW)
    assert not is_late(a_booking("confirmed", 15), NOW)
    assert not is_late(replace(near, state="waitlisted"), NOW)
