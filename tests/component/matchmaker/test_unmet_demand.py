"""What classes asked for in vain is counted after each match of the region, and told where it changed."""

from contracts.companies.profiles import CompanyRegistered, CompanySuspended, SiteAdded
from contracts.companies.slots import SlotOpened
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.matchmaker.schools import ImportSchools
from contracts.matchmaker.unmet_demand import UnmetDemand, UnmetDemandChanged
from contracts.vocabulary import Level, Theme
from tests.component.matchmaker.given import (
    AUCH,
    SUPPLY,
    a_company,
    a_new_school,
    a_site,
    a_slot,
    an_id,
    an_offer,
    matched_whole,
    proposed,
    wish,
)


async def told(matchmaker):
    """What was announced of places, in order."""
    return [event.unmet_demand for event in await matchmaker.announced(UnmetDemandChanged)]


async def test_a_class_that_gets_nothing_is_told_to_the_sites_that_it_can_reach(matchmaker):
    """Under the site's id, with the company's name, what was asked for and by which run it was found."""
    await wish(matchmaker, themes=(Theme.DIGITAL,))
    await matchmaker.tell(*SUPPLY)
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) from visit_offer"))

    run = await matched_whole(matchmaker)

    (demand,) = await told(matchmaker)
    assert (demand.id, demand.site_id, demand.company_id) == (an_id(200), an_id(200), an_id(100))
    assert (demand.company_name, demand.place, demand.match_run_id) == ("Ateliers d'essai", AUCH, run.id)
    assert (demand.classes, demand.under_reached) == (1, 0)
    assert [(row.theme, row.level, row.classes) for row in demand.rows] == [(Theme.DIGITAL, Level.TROISIEME, 1)]


async def test_where_no_site_is_in_reach_it_is_told_of_the_commune(matchmaker):
    """At its town hall, wherever the school is."""
    await matchmaker.ask(ImportSchools(schools=(a_new_school(latitude=43.66, longitude=0.60),)))
    await wish(matchmaker)

    await matched_whole(matchmaker)

    (demand,) = await told(matchmaker)
    assert (demand.site_id, demand.company_id, demand.company_name) == (None, None, "")
    assert (demand.place, demand.classes) == (AUCH, 1)


async def test_it_is_told_again_only_once_it_changed(matchmaker):
    """The same figures of another run are no news; another class is, and so is the visit that serves both."""
    await matchmaker.tell(*SUPPLY)
    await wish(matchmaker)
    await matched_whole(matchmaker)
    await matched_whole(matchmaker)
    assert [(demand.version, demand.classes) for demand in await told(matchmaker)] == [(1, 1)]

    await wish(matchmaker)
    await matched_whole(matchmaker)
    await matchmaker.tell(SlotOpened(slot=a_slot(groups=2)))
    first = await proposed(matchmaker)
    await proposed(matchmaker, besides=(first.id,))
    await matched_whole(matchmaker)

    assert [(demand.version, demand.classes) for demand in await told(matchmaker)] == [(1, 1), (2, 2), (3, 0)]
    (kept,) = await matchmaker.documents("unmet_demand", UnmetDemand)
    assert kept == (await told(matchmaker))[-1]


async def test_sites_of_suspended_companies_are_nobodys(matchmaker):
    """Their classes are told of in their commune, and theirs are emptied."""
    await wish(matchmaker)
    await matchmaker.tell(CompanyRegistered(company=a_company()), SiteAdded(site=a_site()))
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) from site"))
    await matched_whole(matchmaker)

    await matchmaker.tell(CompanySuspended(company=a_company(version=2, state="suspended")))
    await matchmaker.until(
        lambda: matchmaker.connection.fetchval("select count(*) from company where state = 'suspended'")
    )
    await matched_whole(matchmaker)

    first, *then = [(demand.site_id, demand.classes) for demand in await told(matchmaker)]
    assert first == (an_id(200), 1)
    assert set(then) == {(an_id(200), 0), (None, 1)}
    assert len(then) == 2


async def test_who_is_served_is_not_counted(matchmaker):
    """Nor is anything told while all have what they asked for."""
    await wish(matchmaker)
    await matchmaker.tell(*SUPPLY[:2], VisitOfferPublished(visit_offer=an_offer()), SlotOpened(slot=a_slot()))
    await proposed(matchmaker)

    await matched_whole(matchmaker)

    assert await told(matchmaker) == []
