"""What a visit offer must be, how it moves, and how long it is believed."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.companies.visit_offers import (
    Accessibility,
    MoveVisitOffer,
    SafetyRules,
    VisitOfferAdded,
    VisitOfferChange,
    VisitOfferChanged,
    VisitOfferClosed,
    VisitOfferPublished,
    VisitOfferStale,
)
from contracts.errors import Invalid, NotYours, TransitionRefused
from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat
from services.companies.offers.rules import (
    announced,
    changed_event,
    changed_offer,
    confirmed_offer,
    moved_offer,
    pause_is_over,
    questioned_offer,
    stale_at,
    stale_event,
)
from services.companies.offers.rules import new_offer as written
from tests.component.companies.given import (
    COMPANY_ID,
    NOW,
    OFFER_ID,
    SITE_ID,
    TODAY,
    a_company,
    a_site,
    an_offer,
    new_offer,
)

ITSELF, REGION, NOBODY = frozenset({"company"}), frozenset({"coordinator"}), frozenset()
DAY = timedelta(days=1)


def write(company=None, **given):
    return written(new_offer(**given), company or a_company(), a_site(), OFFER_ID, NOW)


def move(offer, action, actors=ITSELF, company=None, **given):
    request = MoveVisitOffer(visit_offer_id=offer.id, action=action, **given)
    return moved_offer(offer, request, company or a_company(), actors, NOW)


def fields_of(refused):
    return [wrong.field for wrong in refused.value.fields]


def test_an_offer_carries_its_company_and_place():
    """Whoever reads it needs no look-up; what is invented stays marked so."""
    offer = write(a_company(fictional=True), title=" Visite ", rome_codes=("h2903",), external_id="V-1")

    assert (offer.company_id, offer.company_name) == (COMPANY_ID, "Ailes du Sud")
    assert (offer.site_id, offer.site_name, offer.place.commune) == (SITE_ID, "Usine de Toulouse", "31555")
    assert (offer.title, offer.rome_codes, offer.external_id) == ("Visite", ("H2903",), "V-1")
    assert (offer.fictional, offer.version, offer.created_at, offer.changed_at) == (True, 1, NOW, NOW)


@pytest.mark.parametrize(
    ("publish", "company_state", "state", "event"),
    [
        (False, "approved", "draft", VisitOfferAdded),
        (True, "approved", "published", VisitOfferPublished),
        (True, "claimed", "in_review", VisitOfferAdded),
        (True, "shadow", "in_review", VisitOfferAdded),
    ],
)
def test_publishing_waits_for_the_company_s_approval(publish, company_state, state, event):
    """An approved company publishes at once, another waits in review."""
    offer = write(a_company(state=company_state), publish=publish)

    assert offer.state == state
    assert announced(offer) == event(visit_offer=offer)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"title": "\n"}, ["title"]),
        ({"themes": (Theme.ENERGY, Theme.ENERGY)}, ["themes"]),
        ({"levels": (Level.CM1, Level.CM1)}, ["levels"]),
        ({"formats": (VisitFormat.ON_SITE, VisitFormat.ON_SITE)}, ["formats"]),
        ({"languages": ("fr", "fr")}, ["languages"]),
        ({"languages": ("fra",)}, ["languages"]),
        ({"languages": ("FR",)}, ["languages"]),
        ({"languages": ("f1",)}, ["languages"]),
        ({"languages": ("éé",)}, ["languages"]),
        ({"accessibility": Accessibility(needs=(AccessNeed.MOTOR, AccessNeed.MOTOR))}, ["accessibility.needs"]),
        ({"rome_codes": ("H2903", "h2903")}, ["rome_codes"]),
        ({"rome_codes": ("H2903", "Z1")}, ["rome_codes[1]"]),
        ({"pupils_min": 31}, ["pupils_min"]),
        ({"safety": SafetyRules(minimum_age=15)}, ["safety.minimum_age"]),
        ({"pooled": True, "splitting": True}, ["splitting"]),
        ({"title": " ", "pupils_min": 31, "rome_codes": ("x",)}, ["title", "rome_codes[0]", "pupils_min"]),
    ],
)
def test_a_wrong_offer_names_every_wrong_field(wrong, fields):
    """Empty, repeated, unknown, the wrong way round, or for an age that none of its levels has."""
    with pytest.raises(Invalid) as refused:
        write(**wrong)

    assert fields_of(refused) == fields


def test_an_offer_says_how_it_counts_places_and_since_when_it_holds():
    """Whoever writes it stands for it."""
    pooling, splitting = write(pooled=True), write(splitting=True)

    assert (pooling.pooled, pooling.splitting, pooling.confirmed_at) == (True, False, NOW)
    assert (splitting.pooled, splitting.splitting, splitting.stale) == (False, True, False)


def test_an_offer_learns_to_split_classes_but_not_to_pool_places():
    """Slots are opened as one or the other, for good."""
    assert changed_offer(an_offer(), VisitOfferChange(splitting=True), ITSELF, NOW).splitting
    assert "pooled" not in VisitOfferChange.__struct_fields__
    with pytest.raises(Invalid) as refused:
        changed_offer(an_offer(pooled=True), VisitOfferChange(splitting=True), ITSELF, NOW)
    assert fields_of(refused) == ["splitting"]


def test_one_level_old_enough_is_enough():
    """The younger ones are refused when they book."""
    offer = write(levels=(Level.SIXIEME, Level.SECONDE_GT), safety=SafetyRules(minimum_age=15))

    assert offer.safety.minimum_age == 15


def test_a_change_grows_the_version():
    """Only what is given changes; the same rules hold."""
    offer = an_offer()

    changed = changed_offer(offer, VisitOfferChange(pupils_max=25, rome_codes=("h2903",)), ITSELF, NOW + DAY)

    assert (changed.pupils_max, changed.rome_codes, changed.pupils_min) == (25, ("H2903",), 10)
    assert (changed.version, changed.changed_at, changed.state) == (2, NOW + DAY, "published")
    assert changed_event(changed) == VisitOfferChanged(visit_offer=changed)
    assert changed_offer(offer, VisitOfferChange(pupils_max=30), ITSELF, NOW + DAY) is offer


@pytest.mark.parametrize(
    ("offer", "change", "actors", "error"),
    [
        (an_offer(), VisitOfferChange(title="x"), NOBODY, NotYours),
        (an_offer(state="archived"), VisitOfferChange(title="x"), ITSELF, TransitionRefused),
        (an_offer(), VisitOfferChange(pupils_max=9), ITSELF, Invalid),
    ],
)
def test_a_refused_change(offer, change, actors, error):
    """Not by others, not once archived, not to what could not be written anew."""
    with pytest.raises(error):
        changed_offer(offer, change, actors, NOW)


@pytest.mark.parametrize(
    ("state", "action", "actors", "company_state", "target", "event"),
    [
        ("draft", "publish", ITSELF, "approved", "published", VisitOfferPublished),
        ("rejected", "publish", ITSELF, "claimed", "in_review", VisitOfferAdded),
        ("in_review", "approve", REGION, "claimed", "published", VisitOfferPublished),
        ("in_review", "reject", REGION, "claimed", "rejected", VisitOfferClosed),
        ("published", "pause", ITSELF, "approved", "paused", VisitOfferClosed),
        ("paused", "resume", ITSELF, "approved", "published", VisitOfferPublished),
        ("paused", "archive", ITSELF, "approved", "archived", VisitOfferClosed),
    ],
)
def test_an_offer_moves(state, action, actors, company_state, target, event):
    """Each state that it comes to has its event."""
    moved = move(an_offer(state=state), action, actors, a_company(state=company_state), reason="because")

    assert (moved.state, moved.reason, moved.version) == (target, "because", 2)
    assert announced(moved) == event(visit_offer=moved)


def test_a_pause_may_have_an_end():
    """Leaving the pause forgets it."""
    paused = move(an_offer(), "pause", until=TODAY + DAY)

    assert paused.paused_until == TODAY + DAY
    assert move(paused, "resume").paused_until is None


@pytest.mark.parametrize(
    ("state", "action", "actors", "given", "error"),
    [
        ("in_review", "approve", ITSELF, {}, NotYours),
        ("archived", "publish", ITSELF, {}, TransitionRefused),
        ("published", "change", ITSELF, {}, Invalid),
        ("in_review", "reject", REGION, {"reason": " "}, Invalid),
        ("published", "pause", ITSELF, {"until": TODAY}, Invalid),
        ("published", "archive", ITSELF, {"until": TODAY + DAY}, Invalid),
    ],
)
def test_a_refused_move(state, action, actors, given, error):
    """A company does not review itself, a rejection says why, a pause ends in the future and nothing else ends."""
    with pytest.raises(error):
        move(an_offer(state=state), action, actors, **given)


@pytest.mark.parametrize(
    ("given", "after", "over"),
    [
        ({"state": "paused", "paused_until": TODAY + DAY}, DAY, True),
        ({"state": "paused", "paused_until": TODAY + DAY}, timedelta(0), False),
        ({"state": "paused", "paused_until": None}, DAY, False),
        ({"state": "published", "paused_until": None}, DAY, False),
    ],
)
def test_a_pause_is_over_on_its_day(given, after, over):
    """A timer that comes for one that was resumed, or prolonged, since finds nothing to do."""
    assert pause_is_over(an_offer(**given), NOW + after) is over


# ------------------------------------------------------------ how long it is believed


def test_an_offer_is_believed_for_six_months():
    """To the same hour of Occitanie, in winter and in summer."""
    assert stale_at(an_offer(confirmed_at=NOW)) == datetime(2027, 5, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said_at", "until"),
    [
        (datetime(2026, 6, 30, 8, tzinfo=UTC), datetime(2026, 12, 30, 9, tzinfo=UTC)),
        (datetime(2026, 8, 31, 8, tzinfo=UTC), datetime(2027, 2, 28, 9, tzinfo=UTC)),
        (datetime(2027, 8, 31, 8, tzinfo=UTC), datetime(2028, 2, 29, 9, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2027, 6, 30, 22, 30, tzinfo=UTC)),
    ],
)
def test_a_month_that_is_too_short_ends_on_its_last_day(said_at, until):
    """Over the turn of the year too."""
    assert stale_at(an_offer(confirmed_at=said_at)) == until


def test_an_offer_that_nobody_ever_confirmed_counts_from_its_last_change():
    """It was written before confirmations were noted."""
    assert stale_at(an_offer(confirmed_at=None, changed_at=NOW)) == stale_at(an_offer(confirmed_at=NOW))


@pytest.mark.parametrize("state", ["published", "paused"])
def test_an_offer_is_questioned_once(state):
    """From then on it waits for somebody's word; it is no change of what it says."""
    offer = an_offer(state=state, confirmed_at=NOW)
    due = stale_at(offer)

    stale = questioned_offer(offer, due)

    assert (stale.stale, stale.version, stale.changed_at, stale.state) == (True, 2, NOW, state)
    assert stale_event(stale) == VisitOfferStale(visit_offer=stale)
    assert questioned_offer(stale, due + DAY) is stale
    assert questioned_offer(offer, due - timedelta(seconds=1)) is offer


@pytest.mark.parametrize("state", ["draft", "in_review", "rejected", "archived"])
def test_what_classes_do_not_see_is_not_questioned(state):
    """Nobody was promised anything."""
    offer = an_offer(state=state, confirmed_at=NOW)

    assert questioned_offer(offer, NOW + 400 * DAY) is offer


@pytest.mark.parametrize("state", ["published", "paused"])
def test_a_word_is_enough(state):
    """The offer holds as it stands, for six months more."""
    stale = an_offer(state=state, stale=True, confirmed_at=NOW)

    confirmed = confirmed_offer(stale, ITSELF, NOW + 200 * DAY)

    assert (confirmed.stale, confirmed.confirmed_at, confirmed.changed_at) == (False, NOW + 200 * DAY, NOW)
    assert (confirmed.version, confirmed.state) == (2, state)


@pytest.mark.parametrize(
    ("offer", "actors", "error"),
    [(an_offer(), NOBODY, NotYours), (an_offer(state="draft"), ITSELF, TransitionRefused)],
)
def test_a_refused_word(offer, actors, error):
    """Not by others, not about what nobody sees."""
    with pytest.raises(error):
        confirmed_offer(offer, actors, NOW)


def test_who_changes_or_publishes_an_offer_stands_for_it():
    """No question is open any more."""
    later = NOW + 200 * DAY

    changed = changed_offer(an_offer(stale=True), VisitOfferChange(title="x"), ITSELF, later)
    published = move(an_offer(state="draft", stale=True), "publish")
    approved = move(an_offer(state="in_review", stale=True), "approve", REGION)

    assert (changed.stale, changed.confirmed_at) == (False, later)
    assert [(offer.stale, offer.confirmed_at) for offer in (published, approved)] == [(False, NOW)] * 2


@pytest.mark.parametrize(("state", "action"), [("published", "pause"), ("paused", "resume"), ("published", "archive")])
def test_a_pause_says_nothing_about_whether_it_still_holds(state, action):
    """Nor does its end, which comes by itself."""
    moved = move(an_offer(state=state, stale=True, confirmed_at=None), action)

    assert (moved.stale, moved.confirmed_at) == (True, None)
