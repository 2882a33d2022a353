"""What becomes of an intervention when its visit falls through, moves or takes place, in whatever order it is heard."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.associations.capacities import PublishCapacity
from contracts.associations.interventions import (
    Intervention,
    InterventionCancelled,
    InterventionChanged,
    InterventionDone,
    InterventionRequested,
    MoveIntervention,
)
from contracts.associations.profiles import RegisterAssociation
from contracts.companies.bookings import (
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingNoShow,
    BookingPresumedDone,
    BookingRefused,
    BookingRequested,
    BookingRescheduled,
)
from contracts.matchmaker.mediations import MediationNamed
from tests.component.associations.given import (
    BOOKING_ID,
    COORDINATOR,
    a_booking,
    a_capacity_from_today,
    a_mediation,
    a_slot,
    an_association,
    morning,
    visit_day,
)

STARTS_AT = morning(visit_day())
SUCCESSOR_ID = UUID(int=31)


@pytest.fixture
async def capacity(associations):
    """One single intervention."""
    association = await associations.ask(RegisterAssociation(association=an_association()), COORDINATOR)
    wanted = PublishCapacity(association_id=association.id, capacity=a_capacity_from_today(interventions=1))
    return await associations.ask(wanted, COORDINATOR)


def named(capacity, starts_at=STARTS_AT, **given):
    mediation = {"association_id": capacity.association_id, "capacity_id": capacity.id} | given
    return MediationNamed(mediation=a_mediation(starts_at, **mediation))


def happened(kind, state, version=2, starts_at=STARTS_AT, **given):
    booking = a_booking(starts_at, state=state, version=version, **given)
    return kind(booking=booking, slot=a_slot(booking))


def moved(version=2, **given):
    """The visit moved to two hours later on the same day."""
    old = a_booking(STARTS_AT, state="rescheduled", version=version, rescheduled_to=SUCCESSOR_ID)
    new = a_booking(
        STARTS_AT + timedelta(hours=2), id=SUCCESSOR_ID, slot_id=UUID(int=61), rescheduled_from=BOOKING_ID, **given
    )
    return BookingRescheduled(booking=old, slot=a_slot(old), successor=new, successor_slot=a_slot(new))


async def one(associations, kind, number=1):
    """The last intervention that an event of that kind told of, once there are so many."""

    async def found():
        told = await associations.announced(kind)
        return told if len(told) >= number else None

    return (await associations.until(found))[-1].intervention


async def accepted(associations, capacity):
    await associations.tell(named(capacity))
    intervention = await one(associations, InterventionRequested)
    return await associations.ask(MoveIntervention(intervention_id=intervention.id, action="accept"), COORDINATOR)


async def settled(associations):
    """Wait until the booking of another visit has been heard: what was told before it has been handled."""
    last = happened(BookingRequested, "approved", id=UUID(int=999))
    await associations.tell(last)
    await associations.until(
        lambda: associations.connection.fetchval("select count(*) from booking where id = $1", last.booking.id)
    )


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (BookingCancelled, "cancelled"),
        (BookingDeclined, "declined"),
        (BookingRefused, "refused"),
        (BookingExpired, "expired"),
        (BookingNoShow, "no_show"),
    ],
)
async def test_a_visit_that_falls_through_frees_its_mediator(associations, capacity, kind, state):
    """With what became of it as the reason; the intervention can be given again."""
    await accepted(associations, capacity)

    await associations.tell(happened(kind, state))
    freed = await one(associations, InterventionCancelled)
    await associations.tell(named(capacity, id=SUCCESSOR_ID))

    assert (freed.state, freed.reason, freed.ended_by) == ("cancelled", state, "system")
    assert (await one(associations, InterventionRequested, 2)).booking_id == SUCCESSOR_ID


async def test_an_end_that_is_heard_first_asks_nobody(associations, capacity):
    """The mediation was on its way meanwhile; the association is not bothered."""
    await associations.tell(happened(BookingCancelled, "cancelled"))
    await settled(associations)

    await associations.tell(named(capacity), named(capacity, id=SUCCESSOR_ID))

    assert (await one(associations, InterventionRequested)).booking_id == SUCCESSOR_ID
    assert [told.booking_id for told in await associations.documents("intervention", Intervention)] == [SUCCESSOR_ID]


async def test_what_is_late_or_told_twice_changes_nothing(associations, capacity):
    """The end comes twice, an older state after it; and a yes that is older than the end."""
    await accepted(associations, capacity)
    end = happened(BookingCancelled, "cancelled", version=3)

    await associations.tell(end, event_id="same")
    await associations.tell(end, event_id="same")
    await associations.tell(end, happened(BookingConfirmed, "confirmed", version=2))
    await associations.tell(happened(BookingRequested, "approved", version=1))
    await settled(associations)

    assert len(await associations.announced(InterventionCancelled)) == 1
    [kept] = await associations.documents("intervention", Intervention)
    assert kept.state == "cancelled"


@pytest.mark.parametrize(("kind", "state"), [(BookingCompleted, "completed"), (BookingPresumedDone, "presumed_done")])
async def test_a_visit_that_took_place_finishes_it(associations, capacity, kind, state):
    """Once, also where both are said of it; its intervention is used."""
    await accepted(associations, capacity)

    await associations.tell(happened(kind, state), happened(BookingCompleted, "completed", version=3))
    done = await one(associations, InterventionDone)
    await settled(associations)

    assert done.state == "done"
    assert len(await associations.announced(InterventionDone)) == 1


async def test_other_hours_are_told_to_the_mediator(associations, capacity):
    """Once, and not where an older event has the older hours."""
    await accepted(associations, capacity)
    later = STARTS_AT + timedelta(hours=1)

    await associations.tell(happened(BookingChanged, "approved", version=3, starts_at=later))
    changed = await one(associations, InterventionChanged)
    await associations.tell(happened(BookingRequested, "approved", version=1))
    await settled(associations)

    assert (changed.starts_at, changed.state) == (later, "accepted")
    assert len(await associations.announced(InterventionChanged)) == 1


async def test_hours_that_are_heard_first_count(associations, capacity):
    """The matchmaker named somebody for the old ones."""
    later = STARTS_AT + timedelta(hours=1)
    await associations.tell(happened(BookingChanged, "approved", starts_at=later))
    await settled(associations)

    await associations.tell(named(capacity))

    assert (await one(associations, InterventionRequested)).starts_at == later


@pytest.mark.parametrize("first", ["booking", "mediation"])
async def test_a_visit_that_moves_takes_its_mediator_along(associations, capacity, first):
    """On the same day, with the only intervention there is, whichever of the two is heard first."""
    await accepted(associations, capacity)
    again = named(capacity, STARTS_AT + timedelta(hours=2), id=SUCCESSOR_ID, rescheduled_from=BOOKING_ID, version=1)

    if first == "booking":
        await associations.tell(moved())
        await one(associations, InterventionCancelled)
        await associations.tell(again)
    else:
        await associations.tell(again)
        await one(associations, InterventionRequested, 2)
        await associations.tell(moved())
    await settled(associations)

    freed = await one(associations, InterventionCancelled)
    new = await one(associations, InterventionRequested, 2)
    assert (freed.booking_id, freed.reason) == (BOOKING_ID, "rescheduled")
    assert (new.booking_id, new.state) == (SUCCESSOR_ID, "requested")
    assert len(await associations.announced(InterventionCancelled)) == 1


async def test_the_successor_of_a_moved_visit_is_kept_too(associations, capacity):
    """Its end is its own."""
    await associations.tell(moved(), named(capacity, id=SUCCESSOR_ID))
    await one(associations, InterventionRequested)

    ended = replace(moved().successor, state="cancelled", version=2)
    await associations.tell(BookingCancelled(booking=ended, slot=a_slot(ended)))

    assert (await one(associations, InterventionCancelled)).booking_id == SUCCESSOR_ID


async def test_a_mediation_that_names_nobody_asks_nobody(associations, capacity):
    """It is no reason to stop, either."""
    await associations.tell(named(capacity, association_id=None), named(capacity, id=SUCCESSOR_ID))

    assert (await one(associations, InterventionRequested)).booking_id == SUCCESSOR_ID
