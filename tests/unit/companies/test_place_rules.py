"""Counting places: whoever comes and goes, a slot knows what it has taken, and is full just when nothing is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.companies.slots.rules import groups_for, has_place, with_place_freed, with_place_taken
from tests.component.companies.given import a_slot

CLASSES = st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=40)


@given(
    groups=st.integers(1, 6), per_group=st.integers(5, 30), pooled=st.booleans(), split=st.booleans(), classes=CLASSES
)
def test_what_is_taken_is_the_sum_of_who_came_and_never_too_much(groups, per_group, pooled, split, classes):
    """Each class takes what it needs where there is room, and some leave again."""
    slot = a_slot(groups=groups, pupils_per_group=per_group, pooled=pooled)
    here = []

    for pupils, somebody_leaves in classes:
        if somebody_leaves and here:
            slot = with_place_freed(slot, *here.pop(0))
        needed = groups_for(slot, pupils, splitting=split)
        if needed and has_place(slot, needed, pupils):
            slot = with_place_taken(slot, needed, pupils)
            here.append((needed, pupils))

        assert (slot.groups_taken, slot.pupils_taken) == tuple(map(sum, zip((0, 0), *here, strict=True)))
        assert slot.pupils_taken <= slot.places
        assert pooled or slot.groups_taken <= slot.groups
        assert (slot.state == "full") == slot.is_taken


@given(pupils=st.integers(1, 200), groups=st.integers(1, 6), per_group=st.integers(1, 60), split=st.booleans())
def test_a_class_takes_no_more_groups_than_an_empty_slot_has(pupils, groups, per_group, split):
    """So that nobody waits for a place that there never will be; and as few as hold it."""
    slot = a_slot(groups=groups, pupils_per_group=per_group)

    needed = groups_for(slot, pupils, splitting=split)

    assert needed <= (2 if split else 1)
    assert not needed or (has_place(slot, needed, pupils) and needed == -(-pupils // per_group))


@pytest.mark.parametrize(("groups", "needed"), [(1, 0), (2, 2)])
def test_a_slot_of_one_group_cannot_split_a_class(groups, needed):
    """Where the offer would let it."""
    assert groups_for(a_slot(groups=groups, pupils_per_group=28), 40, splitting=True) == needed


@pytest.mark.parametrize("state", ["closed", "cancelled", "done"])
def test_a_slot_that_takes_nobody_keeps_its_state(state):
    """Though its numbers change."""
    slot = a_slot(state=state, groups_taken=1, pupils_taken=24)

    assert with_place_freed(slot, 1, 24).state == with_place_taken(slot, 1, 24).state == state
