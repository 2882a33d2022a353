"""A company's profile and its sites by the pages."""

import pytest

from contracts.vocabulary import Role
from tests.component.gateway.web.offers.company_pages import (
    a_browser_of,
    fields_of,
    listed,
    post,
    said_of,
    send,
    shown,
)
from tests.given import a_company, body, luhn_completed, until

SCRIPT = "<script>alert('x')</script>"


async def profile(api, company):
    """The company as it knows itself."""
    return body(await api.get(f"/v1/companies/{company['id']}"))


async def test_a_profile_is_changed(reader, api, company):
    """What is private is said to be; a contact that was blanked is none."""
    typed = {"description": "Pièces pour l’aéronautique", "website": "https://exemple.fr", "contact.phone": "05 62"}
    typed |= {"activity_code": "25.62B", "activity_nomenclature": "naf_rev2", "partners_wanted": "3"}

    changed = await send(reader, "/company/edit", **typed)
    page = await shown(reader, "/company")
    stored = await profile(api, company)
    gone = await send(reader, "/company/edit", contact__name="", contact__email="", contact__phone="")

    assert (changed.status, gone.status) == (303, 303)
    assert (stored["description"], stored["partners_wanted"]) == ("Pièces pour l’aéronautique", 3)
    assert stored["contact"] == {"name": "Camille", "email": "camille@example.org", "phone": "05 62"}
    assert "camille@example.org" in page.text
    assert "25.62B" in page.text
    assert "Entreprise approuvée" in page.text
    assert (await profile(api, company))["contact"] is None


async def test_a_refused_profile_keeps_what_was_typed(reader):
    """Each wrong field by name."""
    typed = {"name": "", "website": "exemple", "contact.email": "camille", "partners_wanted": "30"}

    refused = await send(reader, "/company/edit", **typed)
    code = await send(reader, "/company/edit", activity_code="99.99Z", activity_nomenclature="naf_2025")

    assert (refused.status, code.status) == (422, 422)
    assert all(said_of(refused, field) for field in typed)
    assert fields_of(refused, "/company/edit")["website"] == ["exemple"]
    assert said_of(code, "activity_code")


async def test_a_stale_profile_says_what_changed(reader, api, company):
    """Another colleague was faster."""
    fields = fields_of(await shown(reader, "/company/edit"), "/company/edit")
    body(await api.patch(f"/v1/companies/{company['id']}", json={"name": "Nouveau nom"}))

    stale = await post(reader, "/company/edit", fields | {"description": "La mienne"})
    again = await post(reader, "/company/edit", fields_of(stale, "/company/edit") | {"name": ["Nouveau nom"]})

    assert (stale.status, again.status) == (412, 303)
    assert "Valeur actuelle : Nouveau nom" in stale.text
    assert (await profile(api, company))["description"] == "La mienne"


async def test_what_a_company_s_state_means_is_said(reader, coordinator, company):
    """A suspended one reads why."""
    body(await coordinator.post(f"/v1/companies/{company['id']}/suspend", json={"reason": "Plainte"}))

    page = await shown(reader, "/company")
    refused = await shown(reader, "/company/edit")

    assert "Entreprise suspendue" in page.text
    assert "Plainte" in page.text
    assert "Modifier le profil" in refused.text
    assert (await send(reader, "/company/edit", description="Si, si")).status == 409


@pytest.mark.parametrize("typed", ["Auch", "auch (32)", "32000", "32013"])
async def test_a_site_s_commune_is_found_by_its_name_or_postal_code(reader, api, company, typed):
    """Nobody has to know its INSEE code."""
    siret = luhn_completed(company["siren"] + "0001")

    added = await send(reader, "/sites/new", name="Atelier nord", place=typed, address="1 rue Neuve", siret=siret)
    (site,) = await until(lambda: listed(api, f"/v1/companies/{company['id']}/sites"))
    page = await shown(reader, "/sites")

    assert added.status == 303
    assert (site["place"]["commune"], site["place"]["address"], site["siret"]) == ("32013", "1 rue Neuve", siret)
    assert "Atelier nord" in page.text
    assert f'data-map-id="{site["id"]}"' in page.html


async def test_of_several_communes_one_is_chosen(reader, api, company):
    """What was typed stays; what nobody knows is said beside the field."""
    several = await send(reader, "/sites/new", name="Usine", place="Saint-Martin")
    (code, *_others) = [
        line.split('value="')[1].split('"')[0] for line in several.html.splitlines() if 'name="commune"' in line
    ]
    chosen = await post(reader, "/sites/new", fields_of(several, "/sites/new") | {"commune": code})
    unknown = await send(reader, "/sites/new", name="Usine", place="Lutèce")

    assert (several.status, chosen.status, unknown.status) == (422, 303, 422)
    assert said_of(several, "commune") == "Plusieurs communes possibles : choisissez-en une."
    assert fields_of(several, "/sites/new")["name"] == ["Usine"]
    assert "Aucune commune d’Occitanie" in said_of(unknown, "place")
    (site,) = await until(lambda: listed(api, f"/v1/companies/{company['id']}/sites"))
    assert site["place"]["commune"] == code


async def test_a_refused_site_names_its_fields(reader):
    """A wrong number, a point that cannot lie there, and commas as people write them."""
    refused = await send(reader, "/sites/new", name="Usine", place="Auch", siret="12345678901234")
    far = await send(reader, "/sites/new", name="Usine", place="Auch", latitude="44,9", longitude="4,2")
    there = await send(reader, "/sites/new", name="Usine", place="Auch", latitude="43,646", longitude="0,586")

    assert (refused.status, far.status, there.status) == (422, 422, 303)
    assert said_of(refused, "siret")
    assert "de la mairie de Auch" in said_of(far, "latitude")


async def test_a_coordinator_acts_for_a_company(region, coordinator, company):
    """Which is chosen by its name."""
    clerk = await a_browser_of(region, Role.COORDINATOR)
    own = await a_company(coordinator, name="Tanneries d'essai")
    await until(lambda: listed(coordinator, "/v1/companies?q=tanneries"))

    for path in ("/company", "/company/edit", "/sites", "/sites/new"):
        assert f"{path}?company={own['id']}" in (await shown(clerk, f"{path}?q=tanneries")).links
        assert "Tanneries d'essai" in (await shown(clerk, f"{path}?company={own['id']}")).text
    added = await send(clerk, f"/sites/new?company={own['id']}", name="Usine", place="Auch")
    changed = await send(clerk, f"/company/edit?company={own['id']}", description="Cuirs")
    assert (added.status, changed.status) == (303, 303)
    assert "Aucune entreprise ne porte ce nom" in (await shown(clerk, "/company?q=nulle-part")).text


async def test_script_is_shown_as_text(reader, api, company):
    """In the profile, in the list of sites, and in the data of their map."""
    await send(reader, "/company/edit", name=SCRIPT, description=SCRIPT, contact__name=SCRIPT)
    await send(reader, "/sites/new", name=SCRIPT, place="Auch", address=SCRIPT)
    await until(lambda: listed(api, f"/v1/companies/{company['id']}/sites"))

    for path in ("/company", "/company/edit", "/sites"):
        page = await shown(reader, path)
        assert SCRIPT in page.text or SCRIPT in str(page.forms)
        assert SCRIPT not in page.html
