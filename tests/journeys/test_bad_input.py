"""What is wrong is refused with the right status, in words that name the field, and leaves no trace."""

from uuid import uuid4

import asyncpg
import pytest

from contracts.vocabulary import Role
from tests.given import a_company, a_school, a_site, a_slot, an_offer, body

SERVICES = ("gateway", "companies", "associations", "matchmaker")
OFFER = {"title": "T", "themes": ["energy"], "levels": ["3E"]}
WISH = {"level": "3E", "pupils": 24, "adults": 2, "from_date": "2027-01-04", "until_date": "2027-03-01"}
CAPACITY = {"title": "T", "themes": ["energy"], "levels": ["3E"], "from_date": "2027-01-04", "until_date": "2027-03-01"}
NEW_ASSOCIATION = {"name": "A", "rna": "W321000001", "commune": "32013"}

# Path, body, and the field that the refusal names.
WRONG = {
    "unknown field": ("/v1/companies", {"siren": "732829320", "name": "A", "colour": "red"}, "colour"),
    "SIREN that fails Luhn": ("/v1/companies", {"siren": "732829321", "name": "A"}, "siren"),
    "empty name": ("/v1/companies", {"siren": "732829320", "name": ""}, "name"),
    "wrong type": ("/v1/companies", {"siren": "732829320", "name": 7}, "name"),
    "a text with U+0000": ("/v1/companies", {"siren": "732829320", "name": "A\0B"}, "body"),
    "unknown commune": ("/v1/companies/{company}/sites", {"name": "S", "commune": "32999"}, "commune"),
    "half a point": ("/v1/companies/{company}/sites", {"name": "S", "commune": "32013", "latitude": 43.6}, "longitude"),
    "unknown ROME": (
        "/v1/companies/{company}/job-needs",
        {"site_id": "{site}", "rome": "Z9999", "title": "T", "kind": "cdi", "from_date": "2027-01-04"},
        "rome",
    ),
    "a need over before it begins": (
        "/v1/companies/{company}/job-needs",
        {
            "site_id": "{site}",
            "rome": "H2903",
            "title": "T",
            "kind": "cdi",
            "from_date": "2027-01-04",
            "until_date": "2026-12-31",
        },
        "until_date",
    ),
    "unknown level": (
        "/v1/companies/{company}/visit-offers",
        {"site_id": "{site}", **OFFER, "levels": ["9E"]},
        "levels",
    ),
    "no theme": ("/v1/companies/{company}/visit-offers", {"site_id": "{site}", **OFFER, "themes": []}, "themes"),
    "places below one": (
        "/v1/visit-offers/{offer}/slots",
        {"starts_at": "2027-01-12T09:00:00Z", "groups": 0},
        "groups",
    ),
    "a slot in the past": ("/v1/visit-offers/{offer}/slots", {"starts_at": "2025-01-14T09:00:00Z"}, "starts_at"),
    "a slot on a Sunday": ("/v1/visit-offers/{offer}/slots", {"starts_at": "2027-01-10T09:00:00Z"}, "starts_at"),
    "a slot in the holidays": ("/v1/visit-offers/{offer}/slots", {"starts_at": "2026-12-29T09:00:00Z"}, "starts_at"),
    "a time without its zone": ("/v1/visit-offers/{offer}/slots", {"starts_at": "2027-01-12T09:00:00"}, "starts_at"),
    "too few adults": (
        "/v1/slots/{slot}/bookings",
        {"level": "3E", "pupils": 24, "adults": 0, "school_uai": "{uai}"},
        "adults",
    ),
    "a level that the visit is not for": (
        "/v1/slots/{slot}/bookings",
        {"level": "CM1", "pupils": 24, "adults": 2, "school_uai": "{uai}"},
        "level",
    ),
    "a UAI with the wrong letter": (
        "/v1/slots/{slot}/bookings",
        {"level": "3E", "pupils": 24, "adults": 2, "school_uai": "0320001A"},
        "school_uai",
    ),
    "a wish for the past": (
        "/v1/schools/{uai}/class-requests",
        {**WISH, "from_date": "2025-01-06", "until_date": "2025-02-03"},
        "until_date",
    ),
    "a level that the school has not": ("/v1/schools/{uai}/class-requests", {**WISH, "level": "CM1"}, "level"),
    "a wrong RNA": ("/v1/associations", {**NEW_ASSOCIATION, "rna": "123"}, "rna"),
    "no intervention": ("/v1/associations/{association}/capacities", {**CAPACITY, "interventions": 0}, "interventions"),
    "a capacity that ends before it begins": (
        "/v1/associations/{association}/capacities",
        {**CAPACITY, "interventions": 3, "until_date": "2026-12-31"},
        "until_date",
    ),
}


async def stored(region):
    """How many rows each table of each service holds, idempotency and timers included."""
    counts = {}
    for service in SERVICES:
        connection = await asyncpg.connect(region.servers.dsn(service))
        tables = await connection.fetch("select tablename from pg_tables where schemaname = $1", service)
        for row in tables:
            name = row["tablename"]
            # What the relay and the readers of earlier, good requests still write is not the refused one's.
            if name not in {"inbox", "entry", "place", "search_slot", "search_offer", "timer", "job_run", "api_key"}:
                counts[f"{service}.{name}"] = await connection.fetchval(f"select count(*) from {name}")
        await connection.close()
    return counts


@pytest.fixture
async def ids(region):
    """What the wrong requests refer to, and a coordinator who may do everything."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    site = await a_site(coordinator, company)
    offer = await an_offer(coordinator, company, site)
    slot = await a_slot(coordinator, offer)
    association = body(await coordinator.post("/v1/associations", json=NEW_ASSOCIATION), 201)
    return coordinator, {
        "company": company["id"],
        "site": site["id"],
        "offer": offer["id"],
        "slot": slot["id"],
        "association": association["id"],
        "uai": await a_school(region),
    }


def filled(value, ids):
    """The path or body with its placeholders replaced."""
    if isinstance(value, dict):
        return {key: filled(each, ids) for key, each in value.items()}
    return value.format(**ids) if isinstance(value, str) else value


async def test_every_wrong_field_is_named_and_nothing_is_stored(region, ids):
    """422, the field's name, a sentence in the language asked for; no row more in any table."""
    coordinator, known = ids
    before = await stored(region)

    for name, (path, wrong, field) in WRONG.items():
        answer = await coordinator.post(
            filled(path, known), json=filled(wrong, known), headers={"Accept-Language": "fr", "Idempotency-Key": name}
        )
        problem = body(answer, 422)
        assert answer.headers["content-type"].startswith("application/problem+json"), name
        assert any(field in error["field"] for error in problem["fields"]), (name, problem)
        assert all(len(error["message"]) > 10 for error in problem["fields"]), (name, problem)

    assert await stored(region) == before


async def test_what_cannot_be_read_or_found(region, ids):
    """Broken JSON, a body of 10 MB, unknown ids and routes, wrong and missing keys: each its own status."""
    coordinator, known = ids
    nobody = region.client()
    forged = region.client({"Authorization": "Bearer psl_0123_forged"})
    before = await stored(region)

    broken = await coordinator.post(
        "/v1/companies", content=b'{"siren": ', headers={"content-type": "application/json"}
    )
    large = await coordinator.post("/v1/companies", json={"siren": "732829320", "name": "A" * 10_000_000})
    unknown = await coordinator.get(f"/v1/visit-offers/{uuid4()}")
    no_route = await coordinator.get("/v1/unicorns")
    no_key = await nobody.get("/v1/companies")
    wrong_key = await forged.get("/v1/companies")
    nowhere = await coordinator.post(
        f"/v1/slots/{uuid4()}/bookings", json={"level": "3E", "pupils": 2, "adults": 1, "school_uai": known["uai"]}
    )

    statuses = [answer.status_code for answer in (broken, large, unknown, no_route, no_key, wrong_key, nowhere)]
    assert statuses == [400, 413, 404, 404, 401, 401, 404]
    assert no_key.headers["www-authenticate"].startswith("Bearer")
    assert await stored(region) == before


async def test_somebody_elses_things_are_not_yours_to_change(region, ids):
    """Another company neither opens slots on the offer nor cancels them, and a school books for itself alone."""
    coordinator, known = ids
    rival = await region.sign_in(Role.COMPANY, (await a_company(coordinator))["id"])
    teacher = await region.sign_in(Role.TEACHER, await a_school(region))
    before = await stored(region)

    refusals = [
        await rival.post(f"/v1/visit-offers/{known['offer']}/slots", json={"starts_at": "2027-01-12T09:00:00Z"}),
        await rival.post(f"/v1/visit-offers/{known['offer']}/archive"),
        await rival.post(f"/v1/slots/{known['slot']}/cancel", json={"reason": "mine"}),
        await rival.post(f"/v1/companies/{known['company']}/sites", json={"name": "S", "commune": "32013"}),
        await teacher.post(
            f"/v1/slots/{known['slot']}/bookings",
            json={"level": "3E", "pupils": 24, "adults": 2, "school_uai": known["uai"]},
        ),
        await teacher.post(f"/v1/schools/{known['uai']}/class-requests", json=WISH),
    ]

    assert [answer.status_code for answer in refusals] == [403] * 6, [answer.text for answer in refusals]
    assert await stored(region) == before
