"""The Region's pages, as a coordinator reads them without JavaScript."""

import re
from typing import Any

import pytest

from contracts.companies.profiles import CompanyRow, ImportCompanies
from contracts.reference.places import DEPARTMENTS
from contracts.vocabulary import Role
from tests.given import (
    Region,
    a_class_request,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_offer,
    body,
    luhn_completed,
    numbers,
    until,
)
from tests.reading import Sheet

SCRIPT = "<script>alert('x')</script>"
SOMEBODY = "01a2162f-ca42-73b6-a8b5-364d40e3464d"


async def a_small_region(region: Region) -> None:
    """A company with an open slot, and a class that wishes for it."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator, name=f"Ateliers {SCRIPT}")
    await a_slot(coordinator, await an_offer(coordinator, company, await a_site(coordinator, company)))
    await a_class_request(coordinator, await a_school(region))


async def test_a_run_is_asked_for_and_shows_its_certificate(region: Region) -> None:
    """One button; the page that follows tells how far it is, and in the end what is proven."""
    await a_small_region(region)
    reader = await region.browse(Role.COORDINATOR)
    empty = await reader.read("/match-runs")

    begun = await reader.send(empty, "/match-runs")
    assert begun.path.startswith("/match-runs/")
    assert "L’appariement de la région est lancé." in begun.text

    async def done() -> Sheet | None:
        sheet = await reader.read(begun.path)
        return sheet if "Certificat" in sheet.text else None

    sheet = await until(done)
    assert "Aucun autre choix ne pourrait valoir plus de 0 % de plus" in sheet.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Équité entre les territoires" in sheet.text
    assert "à la demande" in sheet.text
    listed = await reader.read("/match-runs")
    assert begun.path in listed.links


async def test_a_run_asked_for_twice_is_one(region: Region) -> None:
    """Whoever clicks twice."""
    reader = await region.browse(Role.COORDINATOR)
    page = await reader.read("/match-runs")

    first = await reader.send(page, "/match-runs")
    second = await reader.send(page, "/match-runs")

    assert first.path == second.path


@pytest.mark.parametrize("role", [Role.TEACHER, Role.HEAD, Role.COMPANY, Role.ASSOCIATION])
@pytest.mark.parametrize("path", ["/match-runs", "/organisations", "/territories", "/map"])
async def test_these_pages_are_the_regions(region: Region, role: Role, path: str) -> None:
    """Others are told so, by name, with a way on."""
    school = await a_school(region)
    reader = await region.browse(role, school if role in (Role.TEACHER, Role.HEAD) else SOMEBODY)

    sheet = await reader.read(path)

    assert sheet.status == 403
    assert "Vous êtes connecté en tant que" in sheet.text


async def test_an_organisation_is_approved_from_the_list(region: Region) -> None:
    """It waits on top; one click, and the reader is back at the list."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator, name=f"Ateliers {SCRIPT}")
    await coordinator.post(f"/v1/companies/{company['id']}/suspend", json={"reason": "en travaux"})
    reader = await region.browse(Role.COORDINATOR)

    async def suspended() -> Sheet | None:
        sheet = await reader.read("/organisations", in_state="suspended")
        return sheet if company["id"] in sheet.html else None

    listed = await until(suspended)
    assert SCRIPT not in listed.html
    assert SCRIPT in listed.text
    after = await reader.send(listed, f"/companies/{company['id']}/approve")

    assert after.path == "/organisations?in_state=suspended"
    assert "L’organisation est approuvée." in after.text


async def test_what_waits_for_review_is_listed(region: Region) -> None:
    """A company that is known but not yet approved writes an offer: the Region reads it first."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    siren = luhn_completed(f"9{next(numbers):07d}")
    row = CompanyRow(siret=luhn_completed(f"{siren}0001"), name="Ateliers repérés", commune="32013", fictional=True)
    await region.bus.ask(ImportCompanies(rows=(row,)))

    async def known() -> Any:
        return body(await coordinator.get("/v1/companies", params={"q": "repérés"}))["items"]

    (company,) = await until(known)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    offer = await an_offer(industrialist, company, await a_site(industrialist, company))
    reader = await region.browse(Role.COORDINATOR)

    async def listed() -> Sheet | None:
        sheet = await reader.read("/organisations")
        return sheet if f"/visit-offers/{offer['id']}" in sheet.links else None

    assert "À relire avant publication" in (await until(listed)).text


async def test_a_stale_page_says_what_happened(region: Region) -> None:
    """Somebody else suspended it meanwhile: nothing is done, and the page shows it as it is."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    reader = await region.browse(Role.COORDINATOR)
    page = await reader.read(f"/companies/{company['id']}")
    await coordinator.post(f"/v1/companies/{company['id']}/suspend", json={"reason": "en travaux"})

    after = await reader.send(page, f"/companies/{company['id']}/suspend", reason="doublon")

    assert after.status == 412
    assert "Modifié entre-temps" in after.text
    assert "en travaux" in after.text


async def test_contacts_are_shown_to_the_region_alone(region: Region) -> None:
    """As in the API."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    path = f"/companies/{company['id']}"

    own = await (await region.browse(Role.COORDINATOR)).read(path)
    foreign = await (await region.browse(Role.TEACHER, await a_school(region))).read(path)

    assert "camille@example.org" in own.text
    assert (foreign.status, "camille@example.org" in foreign.text) == (200, False)


async def test_nothing_found_is_said(region: Region) -> None:
    """An unknown kind of organisation, a company that is none, a name that nobody has."""
    reader = await region.browse(Role.COORDINATOR)

    assert (await reader.read("/organisations", kind="martians")).status == 404
    assert (await reader.read("/companies/01a2162f-ca42-73b6-a8b5-364d40e3464d")).status == 404
    assert "Aucune organisation ne correspond." in (await reader.read("/organisations", q="zzz")).text


async def test_the_map_and_its_list_are_the_same_places(region: Region) -> None:
    """Whoever sees no map misses nothing; names are text in both."""
    await a_small_region(region)
    reader = await region.browse(Role.COORDINATOR)

    async def shown() -> Sheet | None:
        sheet = await reader.read("/map", what=["company", "visits", "school"])
        return sheet if "1 créneau ouvert" in sheet.text and "Collège d'essai" in sheet.text else None

    sheet = await until(shown)
    places = (await reader.client.get("/map/places?what=company&what=visits&what=school")).json()

    listed = re.findall(r'data-map-id="([^"]+)"', sheet.html)
    assert sorted(listed) == sorted(feature["properties"]["id"] for feature in places["features"])
    assert SCRIPT not in sheet.html
    assert any(SCRIPT in feature["properties"]["title"] for feature in places["features"])


async def test_the_map_is_narrowed(region: Region) -> None:
    """By what is shown and where; a word that is none narrows nothing, a filter that finds nothing says so."""
    await a_small_region(region)
    reader = await region.browse(Role.COORDINATOR)

    async def shown() -> Sheet | None:
        sheet = await reader.read("/map", what="company", department="32", theme="martian", level="??", start="-1")
        return sheet if "1 lieu" in sheet.text else None

    await until(shown)
    assert "Aucun lieu ne correspond" in (await reader.read("/map", what="association")).text
    assert "Aucun lieu ne correspond" in (await reader.read("/map", department="48")).text


async def test_every_department_is_in_the_table(region: Region) -> None:
    """Also those with nothing; a span that ends before it begins is refused beside the field."""
    await a_small_region(region)
    reader = await region.browse(Role.COORDINATOR)

    async def counted() -> Sheet | None:
        sheet = await reader.read("/territories")
        return sheet if re.search(r"Gers 1 0", sheet.text) else None

    sheet = await until(counted)
    assert all(department.name in sheet.text for department in DEPARTMENTS.values())
    refused = await reader.read("/territories", since="2027-03-15", until="2027-03-01")
    assert "Le dernier jour précède le premier" in refused.text
    assert refused.form("/territories").value("since") == "2027-03-15"
    assert "Écrivez le jour comme" in (await reader.read("/territories", since="hier")).text
