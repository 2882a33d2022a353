"""Steps of booked visits on their way to a mediator."""

from contracts.associations.capacities import CapacityPublished
from contracts.associations.profiles import AssociationRegistered
from contracts.companies.bookings import (
    BookingRequested,
    MediationState,
)
from contracts.matchmaker.mediations import Mediation, MediationNamed
from contracts.matchmaker.schools import ImportSchools
from contracts.place import place_of
from tests.component.matchmaker.given import (
    SUPPLY,
    a_capacity,
    a_direct_booking,
    a_new_school,
    an_association,
    an_id,
    told_of,
)

WANTED = MediationState.WANTED
CONDOM = place_of("32107", None, None)


def mediators(*numbers, **given):
    """Associations with one capacity each, the first in Auch, the others farther away; interventions as given."""
    for number in numbers:
        place = {} if number == numbers[0] else {"place": CONDOM}
        yield AssociationRegistered(association=an_association(500 + number))
        capacity = {"association_id": an_id(500 + number), "association_name": f"Sciences {number}"}
        yield CapacityPublished(capacity=a_capacity(600 + number, **(capacity | place | given)))


async def supplied(matchmaker, *numbers, **given):
    """A company and its offer, the school, and associations."""
    await matchmaker.ask(ImportSchools(schools=(a_new_school(),)))
    await matchmaker.tell(*SUPPLY, *mediators(*numbers, **given))
    held = "select count(*) from capacity"
    await matchmaker.until(lambda: matchmaker.connection.fetchval(f"{held} having count(*) = {len(numbers)}"))


async def booked(matchmaker, number=700, kind=BookingRequested, **given):
    booking = a_direct_booking(number, **({"mediation": WANTED} | given))
    await matchmaker.tell(told_of(kind, booking))
    return booking


async def named(matchmaker, number=1, kind=MediationNamed):
    """The mediation that the last event of that kind tells of, once there are so many."""

    async def found():
        told = await matchmaker.announced(kind)
        return told if len(told) >= number else None

    return (await matchmaker.until(found))[-1].mediation


async def in_state(matchmaker, state, number=700):
    """The mediation of a booking, once it is in that state."""

    async def found():
        return await matchmaker.documents("mediation", Mediation, f"id = '{an_id(number)}' and state = '{state}'")

    return (await matchmaker.until(found))[0]
