"""Registering, changing, approving, suspending and showing companies and their sites."""

import asyncio
from uuid import UUID

import pytest

from contracts.companies.job_needs import AddJobNeed, GetJobNeed, JobNeedChanged, JobNeedPublished
from contracts.companies.profiles import (
    AddSite,
    ChangeCompany,
    Company,
    CompanyApproved,
    CompanyChange,
    CompanyChanged,
    CompanyRegistered,
    CompanySuspended,
    GetCompany,
    GetSite,
    ImportCompanies,
    MoveCompany,
    RegisterCompany,
    Site,
    SiteAdded,
)
from contracts.companies.visit_offers import (
    AddVisitOffer,
    GetVisitOffer,
    MoveVisitOffer,
    VisitOfferChanged,
    VisitOfferClosed,
    VisitOfferPublished,
)
from contracts.errors import Kind, RequestRefused
from contracts.vocabulary import Role
from tests.component.companies.asking import a_host, an_offer_of
from tests.component.companies.given import (
    CONTACT,
    COORDINATOR,
    OTHER_COMPANY,
    OTHER_SIREN,
    SIRET,
    STRANGER_ID,
    TEACHER,
    a_caller,
    new_company,
    new_need,
    new_offer,
    new_row,
    new_site,
    today,
)


def move(company, action, reason=""):
    return MoveCompany(company_id=company.id, action=action, reason=reason)


async def test_a_coordinator_registers_a_company(companies):
    """It is approved at once, announced whole, and found again."""
    company = await companies.ask(RegisterCompany(company=new_company(fictional=True)), COORDINATOR)

    assert (company.state, company.version, company.fictional) == ("approved", 1, True)
    assert await companies.announced(CompanyRegistered) == [CompanyRegistered(company=company)]
    assert await companies.documents("company", Company) == [company]
    assert await companies.ask(GetCompany(company_id=company.id), COORDINATOR) == company


@pytest.mark.parametrize("caller", [TEACHER, OTHER_COMPANY])
async def test_nobody_else_registers_one(companies, caller):
    """Actors are approved by the Region."""
    problem = await companies.refusal(RegisterCompany(company=new_company()), caller)

    assert problem.kind is Kind.FORBIDDEN


async def test_a_wrong_company_is_refused_by_its_fields(companies):
    """Nothing is stored, nothing announced."""
    request = RegisterCompany(company=new_company(siren="732829321", activity_code="30.30Z"))

    problem = await companies.refusal(request, COORDINATOR)

    assert (problem.kind, [wrong.field for wrong in problem.fields]) == (Kind.INVALID, ["siren", "activity_code"])


async def test_a_company_is_registered_once(companies):
    """The refusal gives the id of the one that is there."""
    host = await a_host(companies)

    problem = await companies.refusal(RegisterCompany(company=new_company(name="Autre")), COORDINATOR)

    assert (problem.slug, problem.facts["id"]) == ("already-exists", str(host.company.id))


async def test_two_coordinators_at_once_register_one_company(companies):
    """One is answered, the other told that it exists."""
    request = RegisterCompany(company=new_company())

    answers = await asyncio.gather(*(companies.ask(request, COORDINATOR) for _ in range(8)), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, RequestRefused)]
    assert {each.problem.slug for each in refused} == {"already-exists"}
    assert len(refused) == 7
    assert len(await companies.documents("company", Company)) == 1


async def test_others_see_no_contact(companies):
    """Whom to write to is for the company itself and the Region."""
    host = await a_host(companies)
    get = GetCompany(company_id=host.company.id)

    shown = [await companies.ask(get, caller) for caller in (host.caller, COORDINATOR, TEACHER, OTHER_COMPANY)]

    assert [company.contact for company in shown] == [CONTACT, CONTACT, None, None]


async def test_a_company_changes_its_profile_and_its_offers_follow(companies):
    """Its name stands on what it publishes; every change is announced whole."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    need = await companies.ask(
        AddJobNeed(company_id=host.company.id, job_need=new_need(today(), site_id=host.site.id)), host.caller
    )

    changed = await companies.ask(
        ChangeCompany(company_id=host.company.id, change=CompanyChange(name="Ailes d'Oc")), host.caller
    )

    assert (changed.name, changed.version) == ("Ailes d'Oc", 2)
    assert await companies.announced(CompanyChanged) == [CompanyChanged(company=changed)]
    [offer_event] = await companies.announced(VisitOfferChanged)
    [need_event] = await companies.announced(JobNeedChanged)
    assert (offer_event.visit_offer.id, offer_event.visit_offer.version) == (offer.id, 2)
    assert (need_event.job_need.id, need_event.job_need.version) == (need.id, 2)
    for request in (GetVisitOffer(visit_offer_id=offer.id), GetJobNeed(job_need_id=need.id)):
        assert (await companies.ask(request, host.caller)).company_name == "Ailes d'Oc"


async def test_a_change_of_nothing_announces_nothing(companies):
    """A form saved as it was is no news."""
    host = await a_host(companies)

    same = await companies.ask(
        ChangeCompany(company_id=host.company.id, change=CompanyChange(name=host.company.name)), host.caller
    )

    assert same == host.company
    assert await companies.announced(CompanyChanged) == []


async def test_nobody_else_changes_or_moves_a_company(companies):
    """Not another company, not a school; and a company does not suspend itself."""
    host = await a_host(companies)
    change = ChangeCompany(company_id=host.company.id, change=CompanyChange(name="x"))

    slugs = [
        (await companies.refusal(request, caller)).slug
        for request, caller in (
            (change, OTHER_COMPANY),
            (change, TEACHER),
            (move(host.company, "suspend"), host.caller),
            (AddSite(company_id=host.company.id, site=new_site()), OTHER_COMPANY),
        )
    ]

    assert slugs == ["not-yours"] * 4


async def test_an_unknown_company_is_not_found(companies):
    """So is its site."""
    for request in (
        GetCompany(company_id=STRANGER_ID),
        GetSite(site_id=STRANGER_ID),
        ChangeCompany(company_id=STRANGER_ID, change=CompanyChange()),
        AddSite(company_id=STRANGER_ID, site=new_site()),
    ):
        assert (await companies.refusal(request, COORDINATOR)).kind is Kind.NOT_FOUND


async def test_suspending_closes_what_is_published_and_approving_opens_just_that(companies):
    """An offer that the company itself had paused stays paused."""
    host = await a_host(companies)
    published, paused = await an_offer_of(companies, host), await an_offer_of(companies, host)
    await companies.ask(MoveVisitOffer(visit_offer_id=paused.id, action="pause"), host.caller)

    suspended = await companies.ask(move(host.company, "suspend", "no answer to schools"), COORDINATOR)
    while_suspended = [await state_of(companies, offer) for offer in (published, paused)]
    approved = await companies.ask(move(host.company, "approve"), COORDINATOR)

    assert (suspended.state, suspended.reason, approved.state) == ("suspended", "no answer to schools", "approved")
    assert while_suspended == ["paused", "paused"]
    assert [await state_of(companies, offer) for offer in (published, paused)] == ["published", "paused"]
    assert [event.company.version for event in await companies.announced(CompanySuspended)] == [2]
    assert [event.company.version for event in await companies.announced(CompanyApproved)] == [3]
    closed = [event.visit_offer.id for event in await companies.announced(VisitOfferClosed)]
    assert closed == [paused.id, published.id]


async def test_suspending_takes_job_needs_back_until_approval(companies):
    """Nobody else sees them meanwhile, and no clock runs; approved again they stand for another sixty days."""
    host = await a_host(companies)
    need = await companies.ask(
        AddJobNeed(company_id=host.company.id, job_need=new_need(today(), site_id=host.site.id, publish=True)),
        host.caller,
    )
    get = GetJobNeed(job_need_id=need.id)

    await companies.ask(move(host.company, "suspend"), COORDINATOR)
    hidden = await companies.refusal(get, TEACHER)
    clocks = await companies.connection.fetchval("select count(*) from timer")
    await companies.ask(move(host.company, "approve"), COORDINATOR)

    again = await companies.ask(get, TEACHER)
    assert (hidden.kind, clocks) == (Kind.NOT_FOUND, 0)
    assert [event.job_need.state for event in await companies.announced(JobNeedChanged)] == ["in_review"]
    assert (again.state, again.version) == ("published", 3)
    assert again.expires_at > need.expires_at


async def test_a_suspended_company_is_hidden_and_opens_nothing(companies):
    """It still sees itself."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    await companies.ask(move(host.company, "suspend"), COORDINATOR)

    assert (await companies.refusal(GetCompany(company_id=host.company.id), TEACHER)).kind is Kind.NOT_FOUND
    assert (await companies.ask(GetCompany(company_id=host.company.id), host.caller)).state == "suspended"
    for request in (
        MoveVisitOffer(visit_offer_id=offer.id, action="resume"),
        AddSite(company_id=host.company.id, site=new_site()),
        ChangeCompany(company_id=host.company.id, change=CompanyChange(name="x")),
    ):
        problem = await companies.refusal(request, host.caller)
        assert (problem.slug, problem.facts["state"]) == ("transition-refused", "suspended")


async def state_of(companies, offer):
    return (await companies.ask(GetVisitOffer(visit_offer_id=offer.id), COORDINATOR)).state


async def test_a_company_adds_a_site(companies):
    """Everybody sees where it is."""
    host = await a_host(companies, fictional=True)

    site = await companies.ask(AddSite(company_id=host.company.id, site=new_site(siret=SIRET)), host.caller)

    assert (site.siret, site.place.commune_name, site.fictional) == (SIRET, "Toulouse", True)
    assert (await companies.announced(SiteAdded))[-1] == SiteAdded(site=site)
    assert site in await companies.documents("site", Site)
    assert await companies.ask(GetSite(site_id=site.id), TEACHER) == site


async def test_a_wrong_site_is_refused_by_its_field(companies):
    """A postal code, a point elsewhere, a number that is taken or another company's."""
    host = await a_host(companies)
    taken = await companies.ask(AddSite(company_id=host.company.id, site=new_site(siret=SIRET)), host.caller)

    async def refused(**given):
        return await companies.refusal(AddSite(company_id=host.company.id, site=new_site(**given)), host.caller)

    assert [wrong.field for wrong in (await refused(commune="31000")).fields] == ["commune"]
    assert [wrong.field for wrong in (await refused(latitude=44.9, longitude=1.4)).fields] == ["latitude"]
    assert [wrong.field for wrong in (await refused(siret="55208131766522")).fields] == ["siret"]
    assert (await refused(siret=SIRET)).facts["id"] == str(taken.id)


async def test_approving_publishes_what_waited(companies):
    """A company that was imported writes offers and needs; they wait in review until the Region approves it."""
    await companies.ask(ImportCompanies(rows=(new_row(),)), COORDINATOR)
    [company] = await companies.documents("company", Company)
    [site] = await companies.documents("site", Site)
    caller = a_caller(Role.COMPANY, company.id)

    offer = await companies.ask(AddVisitOffer(company_id=company.id, visit_offer=new_offer(site_id=site.id)), caller)
    need = await companies.ask(
        AddJobNeed(company_id=company.id, job_need=new_need(today(), site_id=site.id, publish=True)), caller
    )
    waiting = (offer.state, need.state)

    await companies.ask(move(company, "approve"), COORDINATOR)

    assert waiting == ("in_review", "in_review")
    assert [event.visit_offer.id for event in await companies.announced(VisitOfferPublished)] == [offer.id]
    assert [event.job_need.id for event in await companies.announced(JobNeedPublished)] == [need.id]


async def test_one_answer_for_one_idempotency_key(companies):
    """The same command sent again has one effect and the same answer; another body is refused."""
    first = await companies.ask(RegisterCompany(company=new_company()), COORDINATOR, key="k1")
    again = await companies.ask(RegisterCompany(company=new_company()), COORDINATOR, key="k1")

    assert first == again
    assert isinstance(first.id, UUID)
    with pytest.raises(RequestRefused, match="idempotency key"):
        await companies.ask(RegisterCompany(company=new_company(siren=OTHER_SIREN)), COORDINATOR, key="k1")
