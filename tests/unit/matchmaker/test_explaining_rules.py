"""What can be asked about, and the region as it is supposed for the answer."""

from datetime import timedelta

import pytest

from services.matchmaker.explaining.rules import RequestOver, SlotOver, is_seen, require_open
from services.matchmaker.requests.rules import write_request
from tests.unit.matchmaker.given import NOW, a_new_request, a_school, a_slot, an_id, an_offer, changed


def asked(**given):
    """An open class request."""
    return changed(write_request(a_new_request(), a_school(), an_id(9), NOW), **given)


def test_an_open_request_and_a_slot_that_is_open_or_full_can_be_asked_about():
    """Nothing is raised."""
    for state in ("open", "full"):
        require_open(asked(), a_slot(state=state), an_offer(), NOW)


@pytest.mark.parametrize("given", [{"state": "withdrawn"}, {"until_date": NOW.date() - timedelta(days=1)}])
def test_a_request_that_is_over_cannot(given):
    """It is closed, or its last day was yesterday."""
    with pytest.raises(RequestOver, match="ask about an open one"):
        require_open(asked(**given), a_slot(), an_offer(), NOW)


@pytest.mark.parametrize(
    ("slot", "offer"),
    [({"state": "closed"}, {}), ({"state": "done"}, {}), ({}, {"state": "paused"}), ({"starts_at": NOW}, {})],
)
def test_a_slot_that_is_over_cannot(slot, offer):
    """It is closed or over, its offer is paused, or it has begun."""
    with pytest.raises(SlotOver, match="takes no class any more"):
        require_open(asked(), a_slot(**slot), an_offer(**offer), NOW)


@pytest.mark.parametrize(
    ("state", "seen"),
    [("published", True), ("paused", True), ("archived", True), ("draft", False), ("rejected", False)],
)
def test_schools_see_what_was_published(state, seen):
    """Drafts and what waits for the Region are their company's."""
    assert is_seen(an_offer(state=state)) is seen
