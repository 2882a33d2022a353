"""Never more places are proposed than a slot has left."""

import pytest

from services.matchmaker.runs.place_rules import has_room
from tests.unit.matchmaker.given import a_slot, an_offer, changed


@pytest.mark.parametrize(("proposed", "room"), [((), True), ((30,), True), ((30, 5), False)])
def test_a_class_takes_a_group(proposed, room):
    """Two groups, whatever the size of those who come."""
    slot = changed(a_slot(), groups=2, pupils_per_group=30)

    assert has_room(slot, an_offer(), proposed, 24) is room


def test_what_is_booked_is_counted_by_the_slot():
    """Of two groups one is booked: one proposal more, not two."""
    slot = changed(a_slot(), groups=2, groups_taken=1, pupils_per_group=30)

    assert has_room(slot, an_offer(), (), 24)
    assert not has_room(slot, an_offer(), (24,), 24)


@pytest.mark.parametrize(("splitting", "room"), [(True, False), (False, True)])
def test_a_class_that_is_split_takes_two_groups(splitting, room):
    """Beside a class of 36, in groups of 20, one group of three is left; a second such class finds no room."""
    slot = changed(a_slot(), groups=3, pupils_per_group=20)
    offer = changed(an_offer(), splitting=splitting)

    assert has_room(slot, offer, (36,), 20)
    assert has_room(slot, offer, (36,), 36) is room


def test_pooled_places_are_counted_by_pupils():
    """Sixty places, ten of them booked: a class of 30 and one of 20 fit, not one more."""
    slot = changed(a_slot(), groups=2, pupils_per_group=30, pooled=True, pupils_taken=10)

    assert has_room(slot, an_offer(), (30,), 20)
    assert not has_room(slot, an_offer(), (30,), 21)
