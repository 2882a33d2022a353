"""What happens to a place that came free: it is offered to the first class of the waiting list that fits."""

from uuid import UUID

from msgspec.structs import replace

from contracts.companies.bookings import Booking, BookingPassedOver
from contracts.errors import Wording
from contracts.local_time import local_day
from services.companies.bookings import store
from services.companies.bookings.check_rules import last_day
from services.companies.bookings.desk import Desk
from services.companies.bookings.rules import in_state
from services.companies.bookings.wish_rules import class_key_of
from services.companies.slots.rules import groups_for
from services.companies.waiting.rules import passed_over, why_not_offered
from services.work import Work


async def fill_places(desk: Desk, slot_id: UUID, work: Work) -> None:
    """Offer the free places of a slot in the published order; a class passed over is told why, and stays in its place.

    Nothing is offered on a slot that is closed, on an offer that is not published, or once its lead time has begun.
    """
    slot, offer = desk.slot(slot_id), desk.offer_of(slot_id)
    last = last_day(slot, offer)
    if slot.state != "open" or offer.state != "published" or local_day(work.now) > last:
        return
    waiting = [one for one in await store.list_standing(work.connection, slot_id) if one.state == "waitlisted"]
    # The one whose leaving freed the place may stand in the list as it was read.
    waiting = [one for one in waiting if not desk.has_changed(one.id)]
    await desk.look_up((slot_id, class_key_of(one)) for one in waiting)
    skipped: list[tuple[Booking, Wording]] = []
    for booking in waiting:
        slot = desk.slot(slot_id)
        if slot.is_taken:
            return
        # The slot's size may have changed since the class joined.
        groups = groups_for(slot, booking.pupils, splitting=offer.splitting)
        taken = any(one.booking_id != booking.id for one in desk.holdings(slot_id, class_key_of(booking)))
        if reason := why_not_offered(slot, groups, booking.pupils, day_taken=taken):
            skipped.append((booking, reason))
            continue
        for other, why in skipped:
            desk.put(passed_over(other, why, work.now), other, BookingPassedOver)
        skipped = []
        desk.put(in_state(replace(booking, groups=groups), "offered", last, work.now), booking)
