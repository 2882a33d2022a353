"""Loading companies and sites from rows."""

from contracts.companies.job_needs import AddJobNeed, JobNeedChanged
from contracts.companies.profiles import (
    AddSite,
    ChangeCompany,
    Company,
    CompanyChange,
    CompanyChanged,
    CompanyRegistered,
    ImportCompanies,
    MoveCompany,
    Site,
    SiteAdded,
    SiteChanged,
)
from contracts.companies.visit_offers import AddVisitOffer, GetVisitOffer, VisitOfferChanged
from contracts.errors import Kind
from contracts.message import ImportReport
from contracts.vocabulary import Role
from tests.component.companies.asking import a_host
from tests.component.companies.given import (
    COORDINATOR,
    OTHER_COMPANY,
    OTHER_SIRET,
    SIREN,
    SIRET,
    a_caller,
    new_need,
    new_offer,
    new_row,
    new_site,
    today,
)

# A second site of the same company.
SECOND_SIRET = "73282932000082"
ROWS = (new_row(), new_row(siret=SECOND_SIRET, commune="32013"), new_row(siret=OTHER_SIRET, name="Lignes"))


async def load(companies, *rows):
    return await companies.ask(ImportCompanies(rows=rows), COORDINATOR)


async def test_rows_become_shadow_companies_with_their_sites(companies):
    """A company of two sites is one company; all is announced."""
    report = await load(companies, *ROWS)

    assert report == ImportReport(created=3)
    known = await companies.documents("company", Company)
    assert [(company.siren, company.state) for company in known] == [(SIREN, "shadow"), (OTHER_SIRET[:9], "shadow")]
    sites = await companies.documents("site", Site)
    assert [(site.siret, site.place.commune_name) for site in sites] == [
        (SIRET, "Toulouse"),
        (SECOND_SIRET, "Auch"),
        (OTHER_SIRET, "Toulouse"),
    ]
    assert len(await companies.announced(CompanyRegistered)) == 2
    assert len(await companies.announced(SiteAdded)) == 3


async def test_loading_again_changes_nothing(companies):
    """Also where two rows of one company do not say the same of it: the first one speaks for it."""
    rows = (new_row(description="Ailes"), new_row(siret=SECOND_SIRET, commune="32013", description="Autre chose"))
    await load(companies, *rows)
    before = await companies.stored()

    report = await load(companies, *rows)

    assert report == ImportReport(unchanged=2)
    assert await companies.stored() == before


async def test_a_bad_row_says_why_and_the_rest_is_loaded(companies):
    """Each refused row has its number and a reason that names the field."""
    report = await load(
        companies,
        new_row(siret="73282932000075"),
        new_row(),
        new_row(siret=OTHER_SIRET, commune="31000"),
        new_row(),
    )

    assert report.created == 1
    assert [(refused.row, refused.reason.split(":")[0]) for refused in report.refused] == [
        (0, "siret"),
        (2, "commune"),
        (3, "siret"),
    ]
    assert len(await companies.documents("company", Company)) == 1


async def test_a_changed_row_changes_company_and_site_and_what_shows_them(companies):
    """The offer and the need of a site that moved are announced with its new place; other sites' stay."""
    await load(companies, new_row())
    [company], [site] = await companies.documents("company", Company), await companies.documents("site", Site)
    offer = await companies.ask(
        AddVisitOffer(company_id=company.id, visit_offer=new_offer(site_id=site.id)),
        a_caller(Role.COMPANY, company.id),
    )

    need = await companies.ask(
        AddJobNeed(company_id=company.id, job_need=new_need(today(), site_id=site.id)),
        a_caller(Role.COMPANY, company.id),
    )
    elsewhere = await companies.ask(AddSite(company_id=company.id, site=new_site()), a_caller(Role.COMPANY, company.id))
    await companies.ask(
        AddVisitOffer(company_id=company.id, visit_offer=new_offer(site_id=elsewhere.id)),
        a_caller(Role.COMPANY, company.id),
    )

    report = await load(companies, new_row(name="Ailes d'Oc", commune="32013"))

    assert report == ImportReport(changed=1)
    [company_event] = await companies.announced(CompanyChanged)
    [site_event] = await companies.announced(SiteChanged)
    assert (company_event.company.name, company_event.company.version) == ("Ailes d'Oc", 2)
    assert (site_event.site.place.commune_name, site_event.site.version) == ("Auch", 2)
    last_need = (await companies.announced(JobNeedChanged))[-1].job_need
    assert (last_need.id, last_need.company_name, last_need.place.commune_name) == (need.id, "Ailes d'Oc", "Auch")
    last = (await companies.announced(VisitOfferChanged))[-1].visit_offer
    assert (last.company_name, last.site_name, last.place.commune_name) == ("Ailes d'Oc", "Auch", "Auch")
    assert await companies.ask(GetVisitOffer(visit_offer_id=offer.id), COORDINATOR) == last


async def test_what_a_company_edited_itself_is_not_overwritten(companies):
    """Field by field: the name that it wrote stays, the website that it left follows the file."""
    await load(companies, new_row(website="https://ailes.example"))
    [company] = await companies.documents("company", Company)
    await companies.ask(MoveCompany(company_id=company.id, action="approve"), COORDINATOR)
    change = CompanyChange(name="Nos Ailes")
    await companies.ask(ChangeCompany(company_id=company.id, change=change), a_caller(Role.COMPANY, company.id))

    report = await load(companies, new_row(name="AILES DU SUD SAS", website="https://ailes.example/fr"))

    [known] = await companies.documents("company", Company)
    assert report == ImportReport(changed=1)
    assert (known.name, known.website, known.state) == ("Nos Ailes", "https://ailes.example/fr", "approved")


async def test_what_was_registered_by_hand_is_not_overwritten(companies):
    """Neither the company nor its site; a site that nobody knew is added."""
    host = await a_host(companies)
    by_hand = await companies.ask(
        AddSite(company_id=host.company.id, site=new_site(siret=SIRET, name="À nous")), host.caller
    )

    report = await load(companies, new_row(name="Autre"), new_row(siret=SECOND_SIRET, site_name="Atelier"))

    assert report == ImportReport(created=1, unchanged=1)
    assert await companies.documents("company", Company) == [host.company]
    sites = await companies.documents("site", Site)
    assert by_hand in sites
    assert [(site.name, site.company_id) for site in sites][-1] == ("Atelier", host.company.id)


async def test_only_the_region_imports(companies):
    """A company registers itself nowhere."""
    problem = await companies.refusal(ImportCompanies(rows=(new_row(),)), OTHER_COMPANY)

    assert problem.kind is Kind.FORBIDDEN
