"""Who is offered a place that came free, and what is told to who is not."""

import pytest

from contracts.companies.bookings import PassedOver
from services.companies.waiting.rules import DAY_TAKEN, NO_ROOM, passed_over, why_not_offered
from tests.component.companies.given import NOW, a_booking, a_slot

HALF = a_slot(groups_taken=1)
POOL = a_slot(pooled=True, pupils_taken=30)


@pytest.mark.parametrize(
    ("slot", "groups", "pupils", "day_taken", "reason"),
    [
        (HALF, 1, 24, False, None),
        (HALF, 2, 40, False, NO_ROOM),
        (HALF, 0, 90, False, NO_ROOM),
        (HALF, 1, 24, True, DAY_TAKEN),
        (HALF, 2, 40, True, NO_ROOM),
        (POOL, 1, 26, False, None),
        (POOL, 1, 27, False, NO_ROOM),
    ],
)
def test_a_place_goes_to_a_class_that_fits_whole(slot, groups, pupils, day_taken, reason):
    """And that has no other visit that day."""
    assert why_not_offered(slot, groups, pupils, day_taken=day_taken) is reason


def test_every_exception_is_kept_in_order():
    """In both languages; the class keeps its place and its state."""
    waiting = a_booking(state="waitlisted")

    once = passed_over(waiting, NO_ROOM, NOW)
    twice = passed_over(once, DAY_TAKEN, NOW)

    assert twice.passed_over == (
        PassedOver(at=NOW, reason_en=NO_ROOM.en, reason_fr=NO_ROOM.fr),
        PassedOver(at=NOW, reason_en=DAY_TAKEN.en, reason_fr=DAY_TAKEN.fr),
    )
    assert (twice.state, twice.version, twice.created_at) == ("waitlisted", 3, waiting.created_at)
