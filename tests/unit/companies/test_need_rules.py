"""What a job need must be, how it moves, and until when it stands."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from contracts.companies.job_needs import (
    JobNeedAdded,
    JobNeedChange,
    JobNeedChanged,
    JobNeedClosed,
    JobNeedPublished,
)
from contracts.errors import Invalid, NotYours, TransitionRefused
from services.companies.needs.rules import (
    announced,
    back_in_review,
    changed_event,
    changed_need,
    expiry,
    is_due,
    moved_need,
)
from services.companies.needs.rules import new_need as written
from tests.component.companies.given import COMPANY_ID, NOW, SITE_ID, TODAY, a_company, a_need, a_site, new_need

ITSELF, REGION, SYSTEM, NOBODY = (frozenset({word}) for word in ("company", "coordinator", "system", "nobody"))
NEED_ID = UUID(int=20)
DAY = timedelta(days=1)


def write(company=None, **given):
    return written(new_need(**given), company or a_company(), a_site(), NEED_ID, NOW)


def fields_of(refused):
    return [wrong.field for wrong in refused.value.fields]


def test_a_need_carries_its_company_and_place():
    """Whoever reads it needs no look-up; what is invented stays marked so."""
    need = write(a_company(fictional=True), rome="h2903", title=" Tourneuse ", external_id="A-1")

    assert (need.company_id, need.company_name, need.site_id) == (COMPANY_ID, "Ailes du Sud", SITE_ID)
    assert (need.place.commune_name, need.rome, need.title) == ("Toulouse", "H2903", "Tourneuse")
    assert (need.fictional, need.external_id, need.created_at) == (True, "A-1", NOW)
    assert (need.state, need.expires_at) == ("draft", None)


@pytest.mark.parametrize(
    ("company_state", "state", "expires_at"),
    [
        ("approved", "published", NOW + timedelta(days=60)),
        ("claimed", "in_review", None),
        ("shadow", "in_review", None),
    ],
)
def test_publishing_waits_for_the_company_s_approval(company_state, state, expires_at):
    """An approved company publishes at once."""
    need = write(a_company(state=company_state), publish=True)

    assert (need.state, need.expires_at) == (state, expires_at)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"title": " "}, ["title"]),
        ({"rome": "Z9999"}, ["rome"]),
        ({"skills": ("tournage", "fraisage", "tournage")}, ["skills"]),
        ({"first_day": TODAY - DAY}, ["from_date"]),
        ({"until_date": TODAY - DAY}, ["until_date"]),
        ({"first_day": TODAY - 3 * DAY, "until_date": TODAY - DAY}, ["from_date", "until_date"]),
        ({"title": " ", "rome": "x", "first_day": TODAY - DAY}, ["title", "rome", "from_date"]),
    ],
)
def test_a_wrong_need_names_every_wrong_field(wrong, fields):
    """An empty title, no ROME code, a skill twice, dates past or the wrong way round."""
    with pytest.raises(Invalid) as refused:
        write(**wrong)

    assert fields_of(refused) == fields


def test_a_need_ends_after_60_days_or_with_its_last_day():
    """Whichever comes first; the last day is whole in Occitanie."""
    assert expiry(None, NOW) == NOW + timedelta(days=60)
    assert expiry(TODAY + timedelta(days=90), NOW) == NOW + timedelta(days=60)
    assert expiry(date(2026, 11, 30), NOW) == datetime(2026, 11, 30, 23, tzinfo=UTC)


def test_a_change_grows_the_version():
    """Only what is given changes; without another last day the end stays."""
    need = a_need()

    changed = changed_need(need, JobNeedChange(openings=3, title=" Fraiseuse "), ITSELF, NOW + DAY)

    assert (changed.openings, changed.title, changed.version) == (3, "Fraiseuse", 2)
    assert changed.expires_at == need.expires_at
    assert changed_need(need, JobNeedChange(openings=2), ITSELF, NOW) is need
    assert changed_event(changed) == JobNeedChanged(job_need=changed)


def test_another_last_day_moves_the_end_of_what_is_published():
    """A draft has no end yet."""
    change = JobNeedChange(until_date=date(2026, 12, 1))

    assert changed_need(a_need(), change, ITSELF, NOW).expires_at == datetime(2026, 12, 1, 23, tzinfo=UTC)
    assert changed_need(a_need(state="draft", expires_at=None), change, ITSELF, NOW).expires_at is None


@pytest.mark.parametrize(
    ("need", "change", "actors", "error"),
    [
        (a_need(), JobNeedChange(openings=3), NOBODY, NotYours),
        (a_need(state="filled"), JobNeedChange(openings=3), ITSELF, TransitionRefused),
        (a_need(), JobNeedChange(until_date=TODAY - DAY), ITSELF, Invalid),
        (a_need(from_date=TODAY - 9 * DAY), JobNeedChange(until_date=TODAY - DAY), ITSELF, Invalid),
    ],
)
def test_a_refused_change(need, change, actors, error):
    """Not by others, not once it is over, not to days that are past."""
    with pytest.raises(error):
        changed_need(need, change, actors, NOW)


@pytest.mark.parametrize(
    ("state", "action", "actors", "company_state", "target", "event"),
    [
        ("draft", "publish", ITSELF, "approved", "published", JobNeedPublished),
        ("draft", "publish", ITSELF, "claimed", "in_review", JobNeedAdded),
        ("in_review", "approve", REGION, "claimed", "published", JobNeedPublished),
        ("published", "fill", ITSELF, "approved", "filled", JobNeedClosed),
        ("published", "withdraw", ITSELF, "approved", "withdrawn", JobNeedClosed),
        ("published", "expire", SYSTEM, "approved", "expired", JobNeedClosed),
    ],
)
def test_a_need_moves(state, action, actors, company_state, target, event):
    """Each state that it comes to has its event; only what is published has an end."""
    moved = moved_need(a_need(state=state), action, "done", a_company(state=company_state), actors, NOW)

    assert (moved.state, moved.version, moved.reason) == (target, 2, "done")
    assert (moved.expires_at is not None) == (target == "published")
    assert announced(moved) == event(job_need=moved)


@pytest.mark.parametrize(
    ("state", "action", "actors", "error"),
    [
        ("in_review", "approve", ITSELF, NotYours),
        ("published", "expire", REGION, NotYours),
        ("filled", "withdraw", ITSELF, TransitionRefused),
        ("draft", "change", ITSELF, Invalid),
    ],
)
def test_a_refused_move(state, action, actors, error):
    """A company does not review itself, nobody plays the clock, what is over stays over."""
    with pytest.raises(error):
        moved_need(a_need(state=state), action, "", a_company(), actors, NOW)


@pytest.mark.parametrize(
    ("given", "after", "due"),
    [
        ({}, timedelta(days=60), True),
        ({}, timedelta(days=59), False),
        ({"state": "filled"}, timedelta(days=61), False),
        ({"expires_at": None}, timedelta(days=61), False),
    ],
)
def test_a_need_is_due_once_it_has_stood_long_enough(given, after, due):
    """A timer that comes for one that was filled, or prolonged, since finds nothing to do."""
    assert is_due(a_need(**given), NOW + after) is due


def test_a_need_goes_back_in_review_without_an_end():
    """It gets a new one when it is published again."""
    waiting = back_in_review(a_need())

    assert (waiting.state, waiting.expires_at, waiting.version) == ("in_review", None, 1)
