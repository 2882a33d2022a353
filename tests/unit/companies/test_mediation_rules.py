"""What the third party's word means for a booking, in whatever order it is heard."""

from datetime import timedelta

import pytest

from contracts.companies.bookings import BookingChanged, BookingReady, MediationState
from services.companies.mediation.rules import event_of, is_news, with_intervention, without_mediator
from tests.component.companies.given import NOW, a_booking
from tests.component.companies.mediating import (
    ASSOCIATION_ID,
    FIRST,
    OTHER_ASSOCIATION_ID,
    SECOND,
    a_vain_search,
    an_intervention,
)

LATER = NOW + timedelta(hours=1)
NONE, WANTED, ASKED, ACCEPTED, NOT_FOUND = MediationState
CONFIRMED = a_booking(state="confirmed", mediation=WANTED)


def heard(booking, state, **given):
    return with_intervention(booking, an_intervention(booking, state, **given), LATER)


@pytest.mark.parametrize(
    ("before", "said", "after", "association"),
    [
        (WANTED, "requested", ASKED, ASSOCIATION_ID),
        (NOT_FOUND, "requested", ASKED, ASSOCIATION_ID),
        (ASKED, "accepted", ACCEPTED, ASSOCIATION_ID),
        # Heard before the question that it answers.
        (WANTED, "accepted", ACCEPTED, ASSOCIATION_ID),
        (ASKED, "declined", WANTED, None),
        (ASKED, "expired", WANTED, None),
        (ACCEPTED, "withdrawn", WANTED, None),
    ],
)
def test_an_association_is_named_while_it_is_asked_or_has_said_yes(before, said, after, association):
    """Its no frees the booking for another one."""
    asked = ASSOCIATION_ID if before in {ASKED, ACCEPTED} else None
    booking = a_booking(state="approved", mediation=before, association_id=asked)

    changed = heard(booking, said)

    assert (changed.mediation, changed.association_id) == (after, association)
    assert (changed.version, changed.changed_at, changed.state, changed.ready) == (2, LATER, "approved", False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mediation": NONE}, "accepted"),
        ({"mediation": WANTED}, "cancelled"),
        ({"mediation": WANTED}, "done"),
        ({"mediation": WANTED}, "declined"),
        ({"mediation": ASKED, "association_id": ASSOCIATION_ID}, "requested"),
        ({"mediation": WANTED, "state": "cancelled"}, "accepted"),
        ({"mediation": WANTED, "state": "completed"}, "accepted"),
        ({"mediation": WANTED, "state": "waitlisted"}, "accepted"),
        # The matchmaker heard of the no first, and found nobody else.
        ({"mediation": NOT_FOUND}, "withdrawn"),
    ],
)
def test_what_says_nothing_new_changes_nothing(given, said):
    """No mediator was wanted, the booking has ended, or it is known already."""
    assert heard(a_booking(**({"state": "confirmed"} | given)), said) is None


def test_a_visit_is_ready_with_the_last_yes_and_no_longer_once_it_is_taken_back():
    """Each told by its own event."""
    ready = heard(CONFIRMED, "accepted")
    undone = heard(ready, "withdrawn", version=3)

    assert (ready.ready, event_of(CONFIRMED, ready)) == (True, BookingReady)
    assert (undone.ready, event_of(ready, undone)) == (False, BookingChanged)
    assert event_of(ready, ready) is BookingChanged


@pytest.mark.parametrize(
    ("intervention_id", "version", "known", "news"),
    [
        (FIRST, 1, None, True),
        (FIRST, 2, (FIRST, 1), True),
        (FIRST, 2, (FIRST, 2), False),
        (FIRST, 1, (FIRST, 2), False),
        (SECOND, 1, (FIRST, 3), True),
        (FIRST, 3, (SECOND, 1), False),
    ],
)
def test_the_latest_word_counts(intervention_id, version, known, news):
    """Of the later association, whatever an earlier one still says."""
    assert is_news(an_intervention(CONFIRMED, "accepted", version, id=intervention_id), known) is news


@pytest.mark.parametrize(
    ("given", "asked", "found_nobody"),
    [
        ({"mediation": WANTED}, (), True),
        ({"mediation": WANTED}, (ASSOCIATION_ID,), True),
        # Its no has not been heard yet; the search already knows it.
        ({"mediation": ASKED, "association_id": ASSOCIATION_ID}, (ASSOCIATION_ID,), True),
        # The search was over before this association was asked.
        ({"mediation": ASKED, "association_id": OTHER_ASSOCIATION_ID}, (ASSOCIATION_ID,), False),
        ({"mediation": NOT_FOUND}, (ASSOCIATION_ID,), False),
        ({"mediation": NONE}, (), False),
        ({"mediation": WANTED, "state": "expired"}, (), False),
    ],
)
def test_a_search_in_vain_is_told_where_it_still_matters(given, asked, found_nobody):
    """Nobody is named then, and the visit is not ready: it takes place without, or moves."""
    booking = a_booking(**({"state": "confirmed"} | given))

    changed = without_mediator(booking, a_vain_search(booking, *asked), LATER)

    assert (changed is not None) is found_nobody
    if changed:
        assert (changed.mediation, changed.association_id, changed.ready) == (NOT_FOUND, None, False)
