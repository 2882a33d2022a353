"""Writing, reviewing, publishing, pausing and changing visit offers."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from contracts.companies.profiles import Company, ImportCompanies, MoveCompany, Site
from contracts.companies.visit_offers import (
    AddVisitOffer,
    ChangeVisitOffer,
    GetVisitOffer,
    MoveVisitOffer,
    SafetyRules,
    VisitOffer,
    VisitOfferAdded,
    VisitOfferChange,
    VisitOfferChanged,
    VisitOfferClosed,
    VisitOfferPublished,
)
from contracts.errors import Kind
from contracts.local_time import start_of_day
from contracts.vocabulary import Role
from tests.component.companies.asking import Host, a_host, an_offer_of
from tests.component.companies.given import (
    COORDINATOR,
    OTHER_COMPANY,
    SITE_ID,
    STRANGER_ID,
    TEACHER,
    a_caller,
    new_offer,
    new_row,
    today,
)

DAY = timedelta(days=1)
PAUSE_OVER = "visit_offer_pause_over"


def adding(host, **given):
    offer = new_offer(**({"site_id": host.site.id} | given))
    return AddVisitOffer(company_id=host.company.id, visit_offer=offer)


def moving(offer, action, **given):
    return MoveVisitOffer(visit_offer_id=offer.id, action=action, **given)


async def a_shadow_host(companies):
    """A company that an import made known, acting before the Region approved it."""
    await companies.ask(ImportCompanies(rows=(new_row(),)), COORDINATOR)
    [company], [site] = await companies.documents("company", Company), await companies.documents("site", Site)
    return Host(company, site, a_caller(Role.COMPANY, company.id))


async def test_an_approved_company_publishes_at_once(companies):
    """One event tells of it; everybody sees the offer."""
    host = await a_host(companies, fictional=True)

    offer = await an_offer_of(companies, host)

    assert (offer.state, offer.fictional, offer.place.commune_name) == ("published", True, "Toulouse")
    assert await companies.announced(VisitOfferPublished) == [VisitOfferPublished(visit_offer=offer)]
    assert await companies.announced(VisitOfferAdded) == []
    assert await companies.documents("visit_offer", VisitOffer) == [offer]
    assert await companies.ask(GetVisitOffer(visit_offer_id=offer.id), TEACHER) == offer


async def test_the_offer_of_a_company_not_yet_approved_waits_in_review(companies):
    """The Region rejects it with a reason, the company mends it and asks again, the Region approves."""
    host = await a_shadow_host(companies)
    offer = await an_offer_of(companies, host)
    rejected = await companies.ask(moving(offer, "reject", reason="no aims"), COORDINATOR)
    mend = ChangeVisitOffer(visit_offer_id=offer.id, change=VisitOfferChange(aims="Découvrir les métiers"))
    mended = await companies.ask(mend, host.caller)
    again = await companies.ask(moving(offer, "publish"), host.caller)

    approved = await companies.ask(moving(offer, "approve"), COORDINATOR)

    states = [each.state for each in (offer, rejected, mended, again, approved)]
    assert states == ["in_review", "rejected", "rejected", "in_review", "published"]
    assert rejected.reason == "no aims"
    assert [event.visit_offer.version for event in await companies.announced(VisitOfferPublished)] == [5]


async def test_drafts_are_for_their_company_and_the_region(companies):
    """Others find nothing, whatever they ask."""
    host = await a_host(companies)
    draft = await an_offer_of(companies, host, publish=False)
    get = GetVisitOffer(visit_offer_id=draft.id)
    change = ChangeVisitOffer(visit_offer_id=draft.id, change=VisitOfferChange(title="x"))

    assert await companies.ask(get, host.caller) == await companies.ask(get, COORDINATOR) == draft
    for request in (get, change, moving(draft, "publish")):
        assert (await companies.refusal(request, OTHER_COMPANY)).kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"pupils_min": 31}, "pupils_min"),
        ({"rome_codes": ("H2903", "X1")}, "rome_codes[1]"),
        ({"safety": SafetyRules(minimum_age=16)}, "safety.minimum_age"),
        ({"site_id": SITE_ID}, "site_id"),
    ],
)
async def test_a_wrong_offer_is_refused_by_its_field(companies, wrong, field):
    """Nothing is stored, nothing announced."""
    host = await a_host(companies)

    problem = await companies.refusal(adding(host, **wrong), host.caller)

    assert [fault.field for fault in problem.fields] == [field]


async def test_an_external_id_is_taken_once(companies):
    """The refusal gives the id of the offer that has it."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host, external_id="V-1")

    problem = await companies.refusal(adding(host, external_id="V-1"), host.caller)

    assert (problem.slug, problem.facts["id"]) == ("already-exists", str(offer.id))


async def test_editing_a_published_offer_is_announced(companies):
    """With the whole offer as it now stands; an edit of nothing is no news."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)

    async def change(**given):
        request = ChangeVisitOffer(visit_offer_id=offer.id, change=VisitOfferChange(**given))
        return await companies.ask(request, host.caller)

    changed = await change(title="De la tôle au fuselage")
    again = await change(title="De la tôle au fuselage")

    assert (changed.title, changed.version, changed.state) == ("De la tôle au fuselage", 2, "published")
    assert again == changed
    assert await companies.announced(VisitOfferChanged) == [VisitOfferChanged(visit_offer=changed)]


async def test_nobody_else_moves_a_public_offer(companies):
    """Not another company, not a school, and a company does not review itself."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)

    assert (await companies.refusal(adding(host), OTHER_COMPANY)).slug == "not-yours"
    assert (await companies.refusal(moving(offer, "archive"), OTHER_COMPANY)).slug == "not-yours"
    assert (await companies.refusal(moving(offer, "pause"), TEACHER)).slug == "not-yours"
    refused = await companies.refusal(moving(offer, "publish"), host.caller)
    assert (refused.slug, refused.facts["allowed_actions"]) == (
        "transition-refused",
        ["change", "pause", "archive", "still-valid"],
    )
    unknown = await companies.refusal(moving(offer, "explode"), host.caller)
    assert [fault.field for fault in unknown.fields] == ["action"]
    assert (await companies.refusal(GetVisitOffer(visit_offer_id=STRANGER_ID), TEACHER)).kind is Kind.NOT_FOUND


async def test_an_offer_is_paused_until_a_day_and_resumes_by_itself(companies):
    """The clock is set for that day's beginning in Occitanie."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    paused = await companies.ask(moving(offer, "pause", until=today() + 9 * DAY), host.caller)
    due_at = await companies.connection.fetchval("select due_at from timer where kind = $1", PAUSE_OVER)

    await let_the_day_come(companies, paused)
    events = await companies.until(lambda: twice(companies, VisitOfferPublished))

    assert (paused.state, due_at) == ("paused", start_of_day(today() + 9 * DAY))
    assert await companies.announced(VisitOfferClosed) == [VisitOfferClosed(visit_offer=paused)]
    resumed = events[-1].visit_offer
    assert (resumed.state, resumed.paused_until, resumed.version) == ("published", None, 3)


async def test_an_offer_that_was_resumed_by_hand_is_left_alone(companies):
    """Its clock is stopped."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    await companies.ask(moving(offer, "pause", until=today() + 9 * DAY), host.caller)

    resumed = await companies.ask(moving(offer, "resume"), host.caller)

    assert (resumed.state, resumed.paused_until) == ("published", None)
    assert await companies.connection.fetchval("select count(*) from timer where kind = $1", PAUSE_OVER) == 0


async def test_a_clock_that_strikes_too_early_does_nothing(companies):
    """The offer stays paused until its day."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    paused = await companies.ask(moving(offer, "pause", until=today() + 9 * DAY), host.caller)

    await companies.strike(PAUSE_OVER)

    assert await companies.documents("visit_offer", VisitOffer) == [paused]


async def test_a_pause_that_ends_while_the_company_is_suspended_waits_for_its_approval(companies):
    """Then the offer is published again."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    paused = await companies.ask(moving(offer, "pause", until=today() + 9 * DAY), host.caller)
    await companies.ask(MoveCompany(company_id=host.company.id, action="suspend"), COORDINATOR)
    await let_the_day_come(companies, paused)
    events = await companies.until(lambda: twice(companies, VisitOfferClosed))
    still = events[-1].visit_offer

    await companies.ask(MoveCompany(company_id=host.company.id, action="approve"), COORDINATOR)

    assert (still.state, still.reason, still.paused_until) == ("paused", "company_suspended", None)
    assert (await companies.ask(GetVisitOffer(visit_offer_id=offer.id), TEACHER)).state == "published"


async def test_a_pause_ends_in_the_future(companies):
    """The refusal names the field."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)

    problem = await companies.refusal(moving(offer, "pause", until=today()), host.caller)

    assert [fault.field for fault in problem.fields] == ["until"]


async def let_the_day_come(companies, paused):
    """Store the paused offer as if its day were today, and let its timer run."""
    due = replace(paused, paused_until=today())
    await companies.connection.execute("update visit_offer set document = $2 where id = $1", due.id, due)
    await companies.strike(PAUSE_OVER)


async def twice(companies, kind):
    """The events of that kind once there are two."""
    events = await companies.announced(kind)
    return events if len(events) >= 2 else None
