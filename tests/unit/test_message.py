"""A message's name is its class's, its owner the part of the contracts that declares it."""

import pytest

from contracts.companies.bookings import BookSlot
from contracts.companies.slots import Slot, SlotOpened
from contracts.message import Event, Message, Request, answer_of, subject_of


class Unlike(Event, frozen=True, kw_only=True):
    """An event that is not named after its first field."""

    slot: Slot


class Unanswered(Request, frozen=True, kw_only=True):
    """A request that does not say what answers it."""


def test_subjects_are_made_of_owner_and_name():
    """Kebab case, with the version."""
    assert subject_of(BookSlot) == "svc.companies.book-slot.v1"
    assert subject_of(SlotOpened) == "evt.companies.slot.opened.v1"


@pytest.mark.parametrize(("kind", "words"), [(Unlike, "named after its first field"), (Message, "neither")])
def test_a_message_without_a_subject_is_a_defect(kind, words):
    """Found when the service starts, not when it publishes."""
    with pytest.raises(TypeError, match=words):
        subject_of(kind)


def test_a_request_names_its_answer():
    """In the brackets of its parent."""
    with pytest.raises(TypeError, match="does not declare its answer"):
        answer_of(Unanswered)
