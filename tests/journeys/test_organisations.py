"""Who may act: imported organisations, their approval, job needs, and software with keys of its own."""

from contracts.companies.profiles import CompanyRow, ImportCompanies
from contracts.vocabulary import Role
from tests.given import (
    a_class_request,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_offer,
    body,
    luhn_completed,
    numbers,
    proposals,
    slot_times,
    until,
)


async def test_an_imported_company_waits_for_its_approval(region):
    """It stands on the map from day one; its first offer is proposed once the Region approved it."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    await a_class_request(teacher, uai)
    siren = luhn_completed(f"9{next(numbers):07d}")
    row = CompanyRow(siret=luhn_completed(f"{siren}0001"), name="Forges d'essai", commune="32013", fictional=True)
    await region.bus.ask(ImportCompanies(rows=(row,)))

    async def on_the_map():
        features = body(await teacher.get("/v1/map/actors", params={"kind": "company"}))["features"]
        return [one for one in features if "Forges d'essai" in one["properties"]["name"]]

    async def listed():
        items = body(await coordinator.get("/v1/companies", params={"q": "forges"}))["items"]
        return [one for one in items if one["siren"] == siren]

    (feature,) = await until(on_the_map)
    (company,) = await until(listed)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    (site,) = body(await industrialist.get(f"/v1/companies/{company['id']}/sites"))["items"]
    offer = await an_offer(industrialist, company, site)
    body(await industrialist.post(f"/v1/visit-offers/{offer['id']}/slots", json=slot_times()), 201)
    assert (company["state"], offer["state"]) == ("shadow", "in_review")
    assert feature["properties"]["fictional"] is True
    assert body(await teacher.get("/v1/visit-proposals"))["items"] == []

    body(await coordinator.post(f"/v1/companies/{company['id']}/approve"))

    assert (await proposals(teacher))[0]["visit_offer_id"] == offer["id"]


async def test_a_job_need_is_read_with_its_title(region):
    """A company publishes it; everybody with a key finds it by its ROME code, in plain words; then it is filled."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(industrialist, company)
    teacher = await region.sign_in(Role.TEACHER, await a_school(region))
    new = {
        "site_id": site["id"],
        "rome": "H2903",
        "title": "Opérateur / Opératrice sur machine-outil",
        "kind": "alternance",
        "openings": 2,
        "from_date": slot_times()["starts_at"][:10],
        "publish": True,
    }

    need = body(await industrialist.post(f"/v1/companies/{company['id']}/job-needs", json=new), 201)

    async def found():
        items = body(await teacher.get("/v1/job-needs", params={"rome": "H2903"}))["items"]
        return [one for one in items if one["id"] == need["id"]]

    (seen,) = await until(found)
    assert (seen["title"], seen["state"], seen["allowed_actions"]) == (new["title"], "published", [])
    assert body(await industrialist.post(f"/v1/job-needs/{need['id']}/fill"))["state"] == "filled"

    async def gone():
        return not await found()

    await until(gone)


async def test_partner_software_has_its_own_key(region):
    """With some of its company's scopes, until the company revokes it."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    offer = await an_offer(industrialist, company, await a_site(industrialist, company))
    teacher = await region.sign_in(Role.TEACHER, await a_school(region))
    asked = {"role": "company", "organisation_id": company["id"], "label": "ERP", "scopes": ["read", "offers:write"]}

    issued = body(await industrialist.post("/v1/api-keys", json=asked), 201)
    software = region.client({"Authorization": f"Bearer {issued['secret']}"})
    slot = await a_slot(software, offer)
    booking = body(
        await teacher.post(f"/v1/slots/{slot['id']}/bookings", json={"level": "3E", "pupils": 24, "adults": 2}), 201
    )
    refused = await software.post(f"/v1/bookings/{booking['id']}/confirm")

    assert body(refused, 403)["slug"] == "scope-missing"
    listed = body(await industrialist.get("/v1/api-keys"))["items"]
    assert all("secret" not in key for key in listed)
    await industrialist.delete(f"/v1/api-keys/{issued['id']}")

    async def locked_out():
        return (await software.get("/v1/me")).status_code == 401

    await until(locked_out)
