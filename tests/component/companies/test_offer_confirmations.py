"""Whether an offer still holds: its company's word, the question after six months, the bookings that it leaves be."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from contracts.companies.bookings import Booking
from contracts.companies.slots import GetSlot
from contracts.companies.visit_offers import (
    Accessibility,
    ChangeVisitOffer,
    ConfirmVisitOffer,
    GetVisitOffer,
    MoveVisitOffer,
    SafetyRules,
    VisitOffer,
    VisitOfferChange,
    VisitOfferChanged,
    VisitOfferClosed,
    VisitOfferPublished,
    VisitOfferStale,
)
from contracts.vocabulary import AccessNeed, Level
from tests.component.companies.asking import a_host, a_slot_of, an_offer_of, booked
from tests.component.companies.given import COORDINATOR, OTHER_COMPANY, STRANGER_ID, TEACHER

STALE = "visit_offer_stale"
NIGHTLY = "10 3 * * * set_missing_questions"
HALF_A_YEAR = timedelta(days=190)


def confirming(offer):
    return ConfirmVisitOffer(visit_offer_id=offer.id)


def changing(offer, **given):
    return ChangeVisitOffer(visit_offer_id=offer.id, change=VisitOfferChange(**given))


def moving(offer, action, **given):
    return MoveVisitOffer(visit_offer_id=offer.id, action=action, **given)


async def due_at(companies):
    """When the only question is due; None where none is."""
    return await companies.connection.fetchval("select due_at from timer where kind = $1", STALE)


async def let_half_a_year_pass(companies, offer, **given):
    """Store an offer as if its last word were half a year old."""
    old = replace(offer, **({"confirmed_at": offer.created_at - HALF_A_YEAR} | given))
    await companies.connection.execute("update visit_offer set document = $2 where id = $1", old.id, old)
    return old


async def a_stale_offer(companies, host, **given):
    """An offer that nobody confirmed for half a year, and that was questioned."""
    await let_half_a_year_pass(companies, await an_offer_of(companies, host, **given))
    await companies.strike(STALE)
    [offer] = await companies.documents("visit_offer", VisitOffer)
    return offer


# ------------------------------------------------------------ the question


async def test_an_offer_that_nobody_confirms_is_questioned_once(companies):
    """By a timer; struck again it says nothing more."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    due = await due_at(companies)
    old = await let_half_a_year_pass(companies, offer)

    await companies.strike(STALE)
    await companies.connection.execute(
        "insert into timer (kind, key, due_at) values ($1, $2, now()), ($1, $2, now())", STALE, str(offer.id)
    )
    await companies.strike(STALE)

    stale = replace(old, version=2, stale=True)
    assert timedelta(days=180) < due - offer.confirmed_at < timedelta(days=185)
    assert await companies.documents("visit_offer", VisitOffer) == [stale]
    assert await companies.announced(VisitOfferStale) == [VisitOfferStale(visit_offer=stale)]


async def test_a_question_that_comes_too_early_is_not_asked(companies):
    """A timer of a word that was renewed since, or of a clock that is fast."""
    offer = await an_offer_of(companies, await a_host(companies))

    await companies.strike(STALE)

    assert await companies.documents("visit_offer", VisitOffer) == [offer]
    assert await companies.announced(VisitOfferStale) == []


@pytest.mark.parametrize("action", ["pause", "archive"])
async def test_a_paused_offer_is_questioned_and_an_archived_one_is_not(companies, action):
    """Who would open it again has to know."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)

    await companies.ask(moving(offer, action), host.caller)

    assert (await due_at(companies) is not None) is (action == "pause")


async def test_a_draft_is_questioned_once_it_is_published(companies):
    """Six months from then."""
    host = await a_host(companies)
    draft = await an_offer_of(companies, host, publish=False)
    nothing = await due_at(companies)

    published = await companies.ask(moving(draft, "publish"), host.caller)

    assert nothing is None
    assert await due_at(companies) > published.confirmed_at + timedelta(days=180)


async def test_offers_from_before_are_questioned_too(companies):
    """Each night those without a clock get one; what is stale already, or has one, gets none."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    await companies.connection.execute("delete from timer where kind = $1", STALE)
    before = {"confirmed_at": None, "changed_at": datetime.now(UTC) - HALF_A_YEAR}
    await let_half_a_year_pass(companies, offer, **before)

    await companies.connection.execute("insert into timer (kind, key, due_at) values ($1, '', now())", NIGHTLY)
    [event] = await companies.until(lambda: companies.announced(VisitOfferStale))
    await companies.connection.execute("insert into timer (kind, key, due_at) values ($1, '', now())", NIGHTLY)
    await companies.strike(NIGHTLY)

    assert (event.visit_offer.id, event.visit_offer.stale) == (offer.id, True)
    assert await due_at(companies) is None


async def test_the_night_leaves_a_clock_that_is_set(companies):
    """One question is enough."""
    await an_offer_of(companies, await a_host(companies))

    await companies.connection.execute("insert into timer (kind, key, due_at) values ($1, '', now())", NIGHTLY)
    await companies.strike(NIGHTLY)

    assert await companies.connection.fetchval("select count(*) from timer where kind = $1", STALE) == 1


# ------------------------------------------------------------ the answer


async def test_a_word_of_its_company_is_enough(companies):
    """The offer holds as it stands, and is questioned six months later again."""
    host = await a_host(companies)
    stale = await a_stale_offer(companies, host)

    confirmed = await companies.ask(confirming(stale), host.caller)

    assert (confirmed.stale, confirmed.version, confirmed.changed_at) == (False, 3, stale.changed_at)
    assert confirmed.confirmed_at > stale.confirmed_at
    assert await companies.announced(VisitOfferChanged) == [VisitOfferChanged(visit_offer=confirmed)]
    assert await due_at(companies) > confirmed.confirmed_at + timedelta(days=180)
    assert await companies.ask(GetVisitOffer(visit_offer_id=stale.id), TEACHER) == confirmed


async def test_a_change_is_a_word_too(companies):
    """The question is settled by it."""
    host = await a_host(companies)
    stale = await a_stale_offer(companies, host)

    changed = await companies.ask(changing(stale, meeting_point="Portail B"), host.caller)

    assert (changed.stale, changed.confirmed_at) == (False, changed.changed_at)
    assert await companies.announced(VisitOfferChanged) == [VisitOfferChanged(visit_offer=changed)]
    assert await due_at(companies) is not None


async def test_the_end_of_a_pause_is_no_word(companies):
    """The offer is open to classes again, and still in question."""
    host = await a_host(companies)
    stale = await a_stale_offer(companies, host)
    await companies.ask(moving(stale, "pause"), host.caller)

    resumed = await companies.ask(moving(stale, "resume"), host.caller)

    assert (resumed.state, resumed.stale, resumed.confirmed_at) == ("published", True, stale.confirmed_at)
    assert await due_at(companies) is None


async def test_nobody_else_gives_a_company_s_word(companies):
    """Not another company, not a school; and there is nothing to say about a draft."""
    host = await a_host(companies)
    offer, draft = await an_offer_of(companies, host), await an_offer_of(companies, host, publish=False)

    for caller in (OTHER_COMPANY, TEACHER):
        assert (await companies.refusal(confirming(offer), caller)).slug == "not-yours"
    refused = await companies.refusal(confirming(draft), host.caller)
    assert (refused.slug, refused.facts["state"]) == ("transition-refused", "draft")
    unknown = ConfirmVisitOffer(visit_offer_id=STRANGER_ID)
    assert (await companies.refusal(unknown, COORDINATOR)).slug == "not-found"


async def test_whoever_read_an_older_offer_does_not_change_it(companies):
    """Neither by a change nor by a move nor by a word; the refusal says which version it is."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    await companies.ask(changing(offer, title="De la tôle au fuselage"), host.caller, if_version=1)

    for request in (changing(offer, title="x"), moving(offer, "pause"), confirming(offer)):
        problem = await companies.refusal(request, host.caller, if_version=1)
        assert (problem.slug, problem.facts) == ("outdated", {"version": 2, "expected": 1})
    assert (await companies.ask(confirming(offer), host.caller, if_version=2)).version == 3


# ------------------------------------------------------------ what bookings it leaves alone


async def test_an_offer_that_pools_its_places_says_so_of_its_slots(companies):
    """One that has no groups to split cannot split."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host, pooled=True)
    slot = await a_slot_of(companies, host, offer, groups=2)

    problem = await companies.refusal(changing(offer, splitting=True), host.caller)

    assert (slot.pooled, slot.places) == (True, 60)
    assert [fault.field for fault in problem.fields] == ["splitting"]


@pytest.mark.parametrize(
    "change",
    [
        {"duration_minutes": 180},
        {"meeting_point": "Portail B"},
        {"levels": (Level.TERMINALE_G,)},
        {"pupils_max": 12},
        {"lead_time_days": 60},
        {"safety": SafetyRules(minimum_age=14, equipment=("chaussures fermées",), identity_list_days_before=10)},
        {"accessibility": Accessibility(needs=(AccessNeed.HEARING,))},
    ],
)
async def test_a_change_of_an_offer_leaves_its_bookings(companies, change):
    """Its slots keep their hours and size; who comes from now on finds the new rules."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    slot = await a_slot_of(companies, host, offer, groups=2)
    booking = await booked(companies, slot)
    slot = await companies.ask(GetSlot(slot_id=slot.id), TEACHER)

    changed = await companies.ask(changing(offer, **change), host.caller)

    assert await companies.announced(VisitOfferChanged) == [VisitOfferChanged(visit_offer=changed)]
    assert await companies.documents("booking", Booking) == [booking]
    assert await companies.ask(GetSlot(slot_id=slot.id), TEACHER) == slot


@pytest.mark.parametrize("action", ["pause", "archive"])
async def test_who_booked_an_offer_that_closes_still_comes(companies, action):
    """One event tells that it is not proposed any more."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    booking = await booked(companies, await a_slot_of(companies, host, offer))

    closed = await companies.ask(moving(offer, action), host.caller)

    assert await companies.announced(VisitOfferClosed) == [VisitOfferClosed(visit_offer=closed)]
    assert await companies.announced(VisitOfferPublished) == [VisitOfferPublished(visit_offer=offer)]
    assert await companies.documents("booking", Booking) == [booking]
