"""Three parties: a visit that wants a mediator is ready only when company, school and association have said yes."""

import itertools

import pytest
from msgspec.structs import replace

from contracts.associations.interventions import (
    InterventionAccepted,
    InterventionDeclined,
    InterventionExpired,
    InterventionRequested,
    InterventionWithdrawn,
)
from contracts.caller import Caller
from contracts.companies.bookings import (
    BookingChanged,
    BookingConfirmed,
    BookingReady,
    GetBooking,
    MediationState,
)
from contracts.errors import Kind
from contracts.matchmaker.mediations import MediationNotFound
from contracts.vocabulary import Role
from tests.component.companies.acting import current, moved, moving, told
from tests.component.companies.asking import an_opened_slot, booked, current_slot
from tests.component.companies.given import TEACHER, a_caller
from tests.component.companies.mediating import (
    ASSOCIATION_ID,
    OTHER_ASSOCIATION_ID,
    SECOND,
    a_vain_search,
    an_intervention,
)

NONE, WANTED, ASKED, ACCEPTED, NOT_FOUND = MediationState
MEDIATOR: Caller = a_caller(Role.ASSOCIATION, ASSOCIATION_ID)


def requested(booking, **given):
    return InterventionRequested(intervention=an_intervention(booking, "requested", 1, **given))


def accepted(booking, **given):
    return InterventionAccepted(intervention=an_intervention(booking, "accepted", 2, **given))


def withdrawn(booking, **given):
    return InterventionWithdrawn(intervention=an_intervention(booking, "withdrawn", 3, **given))


def not_found(booking, *asked):
    return MediationNotFound(mediation=a_vain_search(booking, *asked))


async def a_mediated_booking(companies, instant=False):
    """A booking of an offer that needs a mediator, and its host."""
    given = {"needs_mediation": True, "instant_confirmation": instant}
    host, slot = await an_opened_slot(companies, given)
    return host, slot, await booked(companies, slot)


def third_party(booking):
    return booking.mediation, booking.association_id, booking.ready


async def test_the_last_yes_makes_the_visit_ready(companies):
    """Whichever it is: here the company confirms, then the association accepts."""
    host, slot, booking = await a_mediated_booking(companies)

    await told(companies, requested(booking))
    asked = await current(companies, booking)
    confirmed = await moved(companies, booking, "confirm", host.caller)
    await told(companies, accepted(booking))

    ready = await current(companies, booking)
    assert third_party(booking) == (WANTED, None, False)
    assert third_party(asked) == (ASKED, ASSOCIATION_ID, False)
    assert (confirmed.state, confirmed.ready) == ("confirmed", False)
    assert (third_party(ready), ready.version) == ((ACCEPTED, ASSOCIATION_ID, True), 4)
    full = await current_slot(companies, slot)
    assert await companies.announced(BookingChanged) == [BookingChanged(booking=asked, slot=full)]
    assert await companies.announced(BookingReady) == [BookingReady(booking=ready, slot=full)]


async def test_the_companys_yes_may_be_the_last(companies):
    """Then its own event tells that the visit is ready."""
    host, _, booking = await a_mediated_booking(companies)

    await told(companies, requested(booking), accepted(booking))
    confirmed = await moved(companies, booking, "confirm", host.caller)

    assert third_party(confirmed) == (ACCEPTED, ASSOCIATION_ID, True)
    assert [event.booking.ready for event in await companies.announced(BookingConfirmed)] == [True]
    assert await companies.announced(BookingReady) == []
    assert len(await companies.announced(BookingChanged)) == 2


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (InterventionDeclined, "declined"),
        (InterventionExpired, "expired"),
        (InterventionWithdrawn, "withdrawn"),
    ],
)
async def test_a_no_looks_for_another(companies, event, state):
    """The association is no party any more, and another one may be asked and say yes."""
    _, _, booking = await a_mediated_booking(companies, instant=True)
    second = {"id": SECOND, "association_id": OTHER_ASSOCIATION_ID}

    await told(companies, requested(booking), event(intervention=an_intervention(booking, state, 2)))
    seen = third_party(await current(companies, booking))
    await told(companies, requested(booking, **second), accepted(booking, **second))

    assert seen == (WANTED, None, False)
    assert third_party(await current(companies, booking)) == (ACCEPTED, OTHER_ASSOCIATION_ID, True)


async def test_a_yes_that_is_taken_back_undoes_ready(companies):
    """The visit itself stays confirmed."""
    _, _, booking = await a_mediated_booking(companies, instant=True)

    await told(companies, requested(booking), accepted(booking))
    ready = await current(companies, booking)
    await told(companies, withdrawn(booking))

    undone = await current(companies, booking)
    assert (ready.ready, third_party(undone), undone.state) == (True, (WANTED, None, False), "confirmed")
    assert (await companies.announced(BookingChanged))[-1].booking == undone


async def test_the_association_sees_the_visit_while_it_is_a_party(companies):
    """It moves nothing by itself: its answer is its intervention."""
    _, _, booking = await a_mediated_booking(companies)
    get = GetBooking(booking_id=booking.id)

    before = await companies.refusal(get, MEDIATOR)
    await told(companies, requested(booking))
    seen = await companies.ask(get, MEDIATOR)
    cancelling = await companies.refusal(moving(booking, "cancel"), MEDIATOR)
    await told(companies, accepted(booking), withdrawn(booking))
    after = await companies.refusal(get, MEDIATOR)

    assert seen.association_id == ASSOCIATION_ID
    assert {before.kind, cancelling.kind, after.kind} == {Kind.NOT_FOUND}


async def test_heard_twice_it_counts_once(companies):
    """Also under another event's id."""
    _, _, booking = await a_mediated_booking(companies, instant=True)

    await told(companies, requested(booking), requested(booking), accepted(booking), accepted(booking))

    assert (await current(companies, booking)).version == 3
    assert len(await companies.announced(BookingChanged)) == 1
    assert len(await companies.announced(BookingReady)) == 1


async def test_whatever_the_order_the_latest_word_counts(companies):
    """All orders of four words of two associations: the second one's yes stands."""
    given = {"needs_mediation": True, "instant_confirmation": True, "pooled": True}
    _, slot = await an_opened_slot(companies, given, groups=20)
    second = {"id": SECOND, "association_id": OTHER_ASSOCIATION_ID}
    ends = []

    for number, order in enumerate(itertools.permutations(range(4))):
        booking = await booked(companies, slot, class_name=str(number))
        words = (
            requested(booking),
            withdrawn(booking),
            requested(booking, **second),
            accepted(booking, **second),
        )
        await told(companies, *(words[place] for place in order))
        ends.append(third_party(await current(companies, booking)))

    assert ends == [(ACCEPTED, OTHER_ASSOCIATION_ID, True)] * 24


async def test_nobody_is_found(companies):
    """It is said on the booking, which is not ready; a later search may still find somebody."""
    _, _, booking = await a_mediated_booking(companies, instant=True)

    await told(companies, not_found(booking), not_found(booking))
    nobody = await current(companies, booking)
    await told(companies, requested(booking), accepted(booking))

    assert (third_party(nobody), nobody.version) == ((NOT_FOUND, None, False), 2)
    assert third_party(await current(companies, booking)) == (ACCEPTED, ASSOCIATION_ID, True)


async def test_a_search_in_vain_and_the_no_that_caused_it_may_come_in_any_order(companies):
    """They come from two services: the end is the same."""
    _, slot = await an_opened_slot(companies, {"needs_mediation": True, "instant_confirmation": True}, groups=2)
    ends = []

    for number, turned in enumerate((False, True)):
        booking = await booked(companies, slot, class_name=str(number))
        await told(companies, requested(booking), accepted(booking))
        words = (withdrawn(booking), not_found(booking, ASSOCIATION_ID))
        await told(companies, *(reversed(words) if turned else words))
        ends.append(third_party(await current(companies, booking)))

    assert ends == [(NOT_FOUND, None, False)] * 2


async def test_a_search_that_ended_before_somebody_was_asked_says_nothing(companies):
    """It comes late: meanwhile another association has the question."""
    _, _, booking = await a_mediated_booking(companies)

    await told(companies, requested(booking), not_found(booking, OTHER_ASSOCIATION_ID))

    assert third_party(await current(companies, booking)) == (ASKED, ASSOCIATION_ID, False)


async def test_what_does_not_concern_it_leaves_a_booking_alone(companies):
    """A visit that wants nobody, one that ended, and one that nobody knows: no dead letter, no event."""
    _, slot = await an_opened_slot(companies, groups=2)
    plain = await booked(companies, slot)
    unknown = replace(plain, id=slot.id)

    await told(companies, requested(plain), accepted(plain), not_found(plain))
    await moved(companies, plain, "cancel", TEACHER)
    ended = await current(companies, plain)
    await told(companies, withdrawn(plain), requested(unknown), not_found(unknown))

    assert await current(companies, plain) == ended
    assert third_party(ended) == (NONE, None, False)
    assert await companies.announced(BookingChanged) == []
    assert await companies.connection.fetchval("select count(*) from dead_letter") == 0


async def test_a_visit_that_is_cancelled_needs_nobody_any_more(companies):
    """What the association still says then changes nothing; it hears of the end by the booking's own event."""
    host, _, booking = await a_mediated_booking(companies, instant=True)
    await told(companies, requested(booking))
    await moved(companies, booking, "cancel", host.caller, "flood")

    await told(companies, accepted(booking))

    ended = await current(companies, booking)
    assert (ended.state, ended.mediation, ended.association_id, ended.ready) == (
        "cancelled",
        ASKED,
        ASSOCIATION_ID,
        False,
    )
