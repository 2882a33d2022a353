"""Sixty-four classes at the door of one slot with three groups: the first three come in, all others are told."""

import asyncio

from contracts.companies.bookings import Booking, BookSlot
from contracts.companies.slots import GetSlot
from contracts.errors import RequestRefused
from contracts.vocabulary import Role
from tests.component.companies.asking import a_host, a_slot_of, an_offer_of
from tests.component.companies.given import COORDINATOR, UAI, a_caller, new_booking

TEACHER = a_caller(Role.TEACHER, UAI)
CLASSES, GROUPS = 64, 3


async def test_whoever_comes_first_is_served_first(companies):
    """Exactly as many as there are groups, in the order in which they came; the rest may wait for a place."""
    host = await a_host(companies)
    slot = await a_slot_of(companies, host, await an_offer_of(companies, host), groups=GROUPS)

    answers = await asyncio.gather(
        *(
            companies.ask(
                BookSlot(slot_id=slot.id, booking=new_booking(class_name=f"3e {number}")), TEACHER, str(number)
            )
            for number in range(CLASSES)
        ),
        return_exceptions=True,
    )

    refused = [answer.problem for answer in answers if isinstance(answer, RequestRefused)]
    assert [type(answer) for answer in answers[:GROUPS]] == [Booking] * GROUPS
    assert [problem.slug for problem in refused] == ["slot-full"] * (CLASSES - GROUPS)
    assert all(problem.facts["allowed_actions"] == ["wait"] and problem.facts["state"] == "full" for problem in refused)
    kept = await companies.ask(GetSlot(slot_id=slot.id), COORDINATOR)
    assert (kept.groups_taken, kept.pupils_taken, kept.state) == (GROUPS, 24 * GROUPS, "full")
    assert await companies.documents("booking", Booking) == answers[:GROUPS]
