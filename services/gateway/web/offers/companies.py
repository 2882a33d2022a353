"""A company as it shows itself, and its sites; what classes near it asked for in vain."""

from typing import Any

import msgspec
from litestar import get, post
from litestar.response import Template

from contracts.caller import Scope
from contracts.companies.profiles import (
    AddSite,
    ChangeCompany,
    Company,
    CompanyChange,
    GetCompany,
    NewSite,
    Site,
)
from contracts.errors import Invalid, PasserelleError
from contracts.reference.codes import NafNomenclature
from services.gateway.api.asking import Ask, KeyHolder
from services.gateway.api.listing import Listing
from services.gateway.web.forms import Form
from services.gateway.web.language import _
from services.gateway.web.offers.communes import find_communes
from services.gateway.web.offers.demand import demand_near
from services.gateway.web.offers.whose import Chosen, Words, as_seen, choose_company, company_of, every
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go


@get("/company", scope=Scope.OFFERS)
async def show_own_company(
    caller: KeyHolder, ask: Ask, listing: Listing, page: Page, company: Chosen = None, q: Words = ""
) -> Template:
    """The reader's company."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, q, "/company")
    sites = await every(listing, Site, parent=whose.id)
    return page(
        "offers/company.html",
        whose=whose,
        sites=sites,
        demand=await demand_near(listing, whose.id),
    )


@get("/company/edit", scope=Scope.PROFILE)
async def edit_company(
    caller: KeyHolder, ask: Ask, listing: Listing, page: Page, company: Chosen = None, q: Words = ""
) -> Template:
    """A company's profile to change."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, q, "/company/edit")
    return edit_page(page, Form.filled(whose), whose)


@post("/company/edit", scope=Scope.PROFILE)
async def change_company(
    caller: KeyHolder, ask: Ask, listing: Listing, act: Act, page: Page, form: Sent, company: Chosen = None
) -> Go:
    """Store what changed."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, "", "/company/edit")
    try:
        await act(ChangeCompany(company_id=whose.id, change=read_change(form)))
    except PasserelleError as refused:
        whose = await ask(GetCompany(company_id=whose.id))
        form.refuse(refused, now=whose)
        return edit_page(page, form, as_seen(whose, form))
    return go(f"/company?company={whose.id}", said=_("Profil modifié."))


@get("/sites", scope=Scope.OFFERS)
async def show_sites(
    caller: KeyHolder, ask: Ask, listing: Listing, page: Page, company: Chosen = None, q: Words = ""
) -> Template:
    """A company's sites: a list and a map."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, q, "/sites")
    sites = await every(listing, Site, parent=whose.id)
    return page("offers/sites.html", whose=whose, sites=sites, places=places_of(sites))


@get("/sites/new", scope=Scope.PROFILE)
async def write_site(
    caller: KeyHolder, ask: Ask, listing: Listing, page: Page, company: Chosen = None, q: Words = ""
) -> Template:
    """A site to add."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, q, "/sites/new")
    return site_page(page, Form(), whose)


@post("/sites/new", scope=Scope.PROFILE)
async def add_site(
    caller: KeyHolder, ask: Ask, listing: Listing, act: Act, page: Page, form: Sent, company: Chosen = None
) -> Go:
    """Store the site, once its commune is known."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, "", "/sites/new")
    try:
        await act(AddSite(company_id=whose.id, site=form.read(NewSite, **chosen_commune(form))))
    except PasserelleError as refused:
        form.refuse(refused)
        return site_page(page, form, whose)
    return go(f"/sites?company={whose.id}", said=_("Site ajouté. Il apparaît dans un instant."))


def read_change(form: Form) -> CompanyChange:
    """The profile as it was typed; a contact of which nothing is said is none. Raises Invalid."""
    blank = not any(form.text(f"contact.{part}") for part in ("name", "email", "phone"))
    return form.read(CompanyChange, **({"contact": None} if blank else {}))


def chosen_commune(form: Form) -> dict[str, Any]:
    """The code of the commune that was chosen, or is called just so; raises Invalid naming `commune` or `place`."""
    found = find_communes(form.text("place"))
    chosen = form.text("commune")
    if chosen in {commune.code for commune in found}:
        return {"commune": chosen}
    if len(found) == 1:
        return {"commune": found[0].code}
    if found:
        raise Invalid.field(
            "commune", "Several communes may be meant: choose one.", "Plusieurs communes possibles : choisissez-en une."
        )
    raise Invalid.field(
        "place",
        "No commune of Occitanie is called so: check its spelling, or write its postal code.",
        "Aucune commune d’Occitanie ne porte ce nom : vérifiez l’orthographe, ou écrivez le code postal.",
    )


def edit_page(page: Pages, form: Form, company: Company) -> Template:
    """The form of a profile."""
    nomenclatures = [(each.value, each.label) for each in NafNomenclature]
    return page("offers/company_form.html", form=form, whose=company, nomenclatures=nomenclatures)


def site_page(page: Pages, form: Form, company: Company) -> Template:
    """The form of a site, with the communes that may be meant."""
    communes = [(each.code, f"{each.name} ({each.department})") for each in find_communes(form.text("place"))]
    return page("offers/site_form.html", form=form, whose=company, communes=communes)


def places_of(sites: tuple[Site, ...]) -> str:
    """The sites as GeoJSON, for the map beside their list."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [site.place.longitude, site.place.latitude]},
            "properties": {
                "id": str(site.id),
                "kind": "company",
                "title": site.name,
                "lines": [site.place.address, site.place.commune_name],
            },
        }
        for site in sites
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features}).decode()


routes = (
    show_own_company,
    edit_company,
    change_company,
    show_sites,
    write_site,
    add_site,
)
