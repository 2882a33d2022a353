"""Who gets a place that came free: whole groups in the published order, every exception with its reason."""

import asyncio

from contracts.companies.booking_checks import ListWaiting
from contracts.companies.bookings import (
    Booking,
    BookingPassedOver,
    BookSlot,
)
from contracts.companies.slots import ChangeSlot, MoveSlot, SlotChange
from contracts.companies.visit_offers import MoveVisitOffer
from contracts.errors import RequestRefused
from tests.component.companies.acting import current, moved, states
from tests.component.companies.asking import (
    a_full_slot,
    a_slot_of,
    an_offer_of,
    an_opened_slot,
    booked,
    current_slot,
    days_until,
    waitlisted,
)
from tests.component.companies.given import (
    OTHER_TEACHER,
    TEACHER,
    new_booking,
)


async def test_who_has_another_visit_that_day_is_passed_over_with_the_reason(companies):
    """The class keeps its place in the list; everybody reads that it was passed over, it alone why."""
    host, slot, booking = await a_full_slot(companies)
    same_day = await a_slot_of(companies, host, await an_offer_of(companies, host))
    first, second = await waitlisted(companies, slot), await waitlisted(companies, slot, class_name="3e C")
    await booked(companies, same_day, OTHER_TEACHER)

    await moved(companies, booking, "cancel", TEACHER)

    passed = await current(companies, first)
    [event] = await companies.announced(BookingPassedOver)
    [exception] = passed.passed_over
    assert await states(companies, first, second) == ["waitlisted", "offered"]
    assert (event.booking, "another visit that day" in exception.reason_en) == (passed, True)
    assert "autre visite ce jour-là" in exception.reason_fr
    [entry] = (await companies.ask(ListWaiting(slot_id=slot.id), TEACHER)).items
    assert (entry.position, entry.times_passed_over, entry.booking_id) == (1, 1, None)


async def test_a_class_too_large_for_the_place_lets_a_smaller_one_through(companies):
    """It takes two groups of a slot whose offer splits: one alone is not for it, both are."""
    _, slot = await an_opened_slot(companies, {"splitting": True}, groups=2, pupils_per_group=20)
    one, other = [await booked(companies, slot, pupils=20, class_name=name) for name in "ab"]
    large = await waitlisted(companies, slot, pupils=36, adults=3)
    small = await waitlisted(companies, slot, class_name="3e C", pupils=12)

    await moved(companies, one, "cancel", TEACHER)
    seen = await states(companies, large, small)
    await moved(companies, other, "cancel", TEACHER)
    still = await states(companies, large, small)
    await moved(companies, small, "cancel", OTHER_TEACHER)

    passed, full = await current(companies, large), await current_slot(companies, slot)
    assert (large.groups, seen, still) == (2, ["waitlisted", "offered"], ["waitlisted", "offered"])
    assert ["too small" in exception.reason_en for exception in passed.passed_over] == [True]
    assert (passed.state, full.state, full.groups_taken, full.pupils_taken) == ("offered", "full", 2, 36)


async def test_pooled_places_go_to_as_many_classes_as_fit(companies):
    """The order decides, not who fills best."""
    _, slot = await an_opened_slot(companies, {"pooled": True}, groups=2, pupils_per_group=25)
    booking = await booked(companies, slot, pupils=50, adults=4)
    first, second, third = [
        await waitlisted(companies, slot, class_name=str(pupils), pupils=pupils, adults=3) for pupils in (30, 25, 20)
    ]

    await moved(companies, booking, "cancel", TEACHER)

    full = await current_slot(companies, slot)
    assert await states(companies, first, second, third) == ["offered", "waitlisted", "offered"]
    assert (full.state, full.pupils_taken, full.pupils_left) == ("full", 50, 0)


async def test_a_class_is_offered_what_it_takes_of_the_slot_as_it_is_now(companies):
    """Groups shrank while it waited: nobody is put into one that is too small, and one that may split takes two."""
    host, slot = await an_opened_slot(companies, {"splitting": True}, groups=3, pupils_per_group=25)
    taken = [await booked(companies, slot, pupils=12, class_name=name) for name in "abc"]
    waiting = await waitlisted(companies, slot)
    shrink = ChangeSlot(slot_id=slot.id, change=SlotChange(pupils_per_group=15))
    await companies.ask(shrink, host.caller)

    await moved(companies, taken[0], "cancel", TEACHER)
    one_free = await current(companies, waiting)
    await moved(companies, taken[1], "cancel", TEACHER)

    offered = await current(companies, waiting)
    assert (one_free.state, offered.state, offered.groups) == ("waitlisted", "offered", 2)
    assert (await current_slot(companies, slot)).groups_taken == 3


async def test_a_slot_that_grows_serves_the_list(companies):
    """In its order, until the new places are given."""
    host, slot, _ = await a_full_slot(companies)
    waiting = [await waitlisted(companies, slot, class_name=name) for name in ("b", "c", "d")]

    grown = await companies.ask(ChangeSlot(slot_id=slot.id, change=SlotChange(groups=3)), host.caller)

    assert await states(companies, *waiting) == ["offered", "offered", "waitlisted"]
    assert (grown.state, grown.groups_taken) == ("full", 3)
    assert await current_slot(companies, slot) == grown


async def test_what_came_free_behind_closed_doors_is_offered_when_they_open(companies):
    """A closed slot and a paused offer give nothing away; then those who waited come first."""
    host, slot, booking = await a_full_slot(companies, groups=2)
    other = await booked(companies, slot, class_name="second")
    first, second = await waitlisted(companies, slot), await waitlisted(companies, slot, class_name="3e C")

    await companies.ask(MoveSlot(slot_id=slot.id, action="close"), host.caller)
    await moved(companies, booking, "cancel", TEACHER)
    closed = await states(companies, first, second)
    await companies.ask(MoveSlot(slot_id=slot.id, action="reopen"), host.caller)
    reopened = await states(companies, first, second)
    pause = MoveVisitOffer(visit_offer_id=slot.visit_offer_id, action="pause")
    await companies.ask(pause, host.caller)
    await moved(companies, other, "cancel", TEACHER)
    paused = await states(companies, first, second)
    await companies.ask(MoveVisitOffer(visit_offer_id=slot.visit_offer_id, action="resume"), host.caller)

    assert (closed, reopened) == (["waitlisted", "waitlisted"], ["offered", "waitlisted"])
    assert (paused, await states(companies, first, second)) == (["offered", "waitlisted"], ["offered", "offered"])
    assert (await current_slot(companies, slot)).state == "full"


async def test_a_slot_that_moves_its_day_takes_its_list_along(companies):
    """Nobody is booked on it; the class that waits is free on the new day, and offered it."""
    host, slot, booking = await a_full_slot(companies)
    waiting = await waitlisted(companies, slot)
    await companies.ask(MoveSlot(slot_id=slot.id, action="close"), host.caller)
    await moved(companies, booking, "cancel", TEACHER)
    other_day = await a_slot_of(companies, host, await an_offer_of(companies, host), days_until(slot, 1))

    change = SlotChange(starts_at=other_day.starts_at, ends_at=other_day.ends_at)
    await companies.ask(ChangeSlot(slot_id=slot.id, change=change), host.caller)
    await companies.ask(MoveSlot(slot_id=slot.id, action="reopen"), host.caller)

    offered = await current(companies, waiting)
    same_day = await companies.refusal(BookSlot(slot_id=other_day.id, booking=new_booking()), OTHER_TEACHER)
    assert (offered.state, offered.starts_at) == ("offered", other_day.starts_at)
    assert (same_day.slug, same_day.facts["booking_id"]) == ("already-booked", str(waiting.id))


async def test_classes_that_come_wait_and_go_at_once_leave_the_count_right(companies):
    """Whatever crosses: taken is the sum of the live, and nobody waits beside a free place."""
    _, slot = await an_opened_slot(companies, groups=2)
    told = set()

    async def come_and_go(number):
        for turn in range(4):
            name = f"class {number} {turn}"
            try:
                booking = await booked(companies, slot, class_name=name)
            except RequestRefused:
                try:
                    booking = await waitlisted(companies, slot, TEACHER, class_name=name)
                except RequestRefused as refused:
                    told.add(refused.problem.slug)
                    continue
            if (number + turn) % 4:
                await moved(companies, booking, "cancel", TEACHER)

    await asyncio.gather(*(come_and_go(number) for number in range(10)))

    kept = await companies.documents("booking", Booking)
    live = [one for one in kept if one.state in {"approved", "offered"}]
    slot = await current_slot(companies, slot)
    assert (slot.groups_taken, slot.pupils_taken) == (len(live), sum(one.pupils for one in live))
    assert not slot.groups_left or not any(one.state == "waitlisted" for one in kept)
    # Who comes between two others may find a place free after all.
    assert told <= {"transition-refused"}
