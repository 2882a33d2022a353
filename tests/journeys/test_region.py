"""What the Region sees, and what everybody does not."""

import json

import asyncpg

from contracts.vocabulary import Role
from tests.given import (
    a_class_request,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_association,
    an_offer,
    body,
    progress_of,
    proposals,
    until,
)


async def test_actors_stand_on_the_map(region):
    """Companies' sites, associations and schools, each with its place, all marked as invented."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    await a_site(coordinator, company)
    await an_association(coordinator)
    await a_school(region)

    async def everybody():
        answer = await coordinator.get("/v1/map/actors")
        assert answer.headers["content-type"].startswith("application/geo+json")
        features = answer.json()["features"]
        return features if len({one["properties"]["kind"] for one in features}) == 3 else None

    features = await until(everybody)
    assert all(one["geometry"]["type"] == "Point" for one in features)
    assert all(one["properties"]["fictional"] for one in features)


async def test_the_region_runs_a_match_and_reads_it(region):
    """How it goes on, how many proposals there are, and who is left out with the reason."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    await a_class_request(teacher, uai)

    begun = await coordinator.post("/v1/match-runs")
    told = await progress_of(coordinator, begun.headers["location"])

    run = told[-1]
    assert body(begun, 202)["state"] == "requested"
    assert [each["version"] for each in told] == sorted({each["version"] for each in told})
    assert (run["state"], run["progress"], run["gap"]) == ("completed", 1.0, 0.0)
    assert body(await coordinator.get(begun.headers["location"]))["digest"] == run["digest"]
    assert await progress_of(teacher, begun.headers["location"], heard=run["version"] - 1) == [
        {**run, "allowed_actions": []}
    ]
    assert (run["trigger"], run["unserved_count"]) == ("request", 1)
    assert run["unserved"][0]["school_uai"] == uai
    assert run["unserved"][0]["explanation"]["fr"]
    refused = await teacher.post("/v1/match-runs")
    assert refused.status_code == 403

    async def listed():
        return body(await coordinator.get("/v1/match-runs"))["items"]

    assert run["id"] in {one["id"] for one in await until(listed)}


async def test_private_things_stay_private(region):
    """A draft, a booking, a class request and a proposal are for those concerned."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company, rival = await a_company(coordinator), await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    stranger = await region.sign_in(Role.COMPANY, rival["id"])
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    other_teacher = await region.sign_in(Role.TEACHER, await a_school(region))
    site = await a_site(industrialist, company)
    draft = await an_offer(industrialist, company, site, publish=False)
    asked = await a_class_request(teacher, uai)
    await a_slot(industrialist, await an_offer(industrialist, company, site))
    (proposal,) = await proposals(teacher)
    await teacher.post(f"/v1/visit-proposals/{proposal['id']}/accept")
    (booked,) = await proposals(teacher, state="booked")

    for client, path in (
        (stranger, f"/v1/visit-offers/{draft['id']}"),
        (stranger, f"/v1/bookings/{booked['booking_id']}"),
        (other_teacher, f"/v1/bookings/{booked['booking_id']}"),
        (other_teacher, f"/v1/class-requests/{asked['id']}"),
        (other_teacher, f"/v1/visit-proposals/{proposal['id']}"),
        (other_teacher, f"/v1/visit-proposals/{proposal['id']}/explanation"),
    ):
        assert (await client.get(path)).status_code == 404, path
    for client in (stranger, other_teacher):
        assert body(await client.get("/v1/bookings"))["items"] == []
        assert body(await client.get("/v1/visit-proposals"))["items"] == []
    seen = body(await stranger.get(f"/v1/companies/{company['id']}"))
    assert seen["contact"] is None
    change = await stranger.patch(f"/v1/companies/{company['id']}", json={"name": "Mine"})
    assert change.status_code in {403, 404}


async def test_one_trace_from_the_request_to_the_last_event(region):
    """The trace id of the answer is that of the events it led to, in every service's outbox."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    await a_class_request(teacher, uai)
    await a_slot(industrialist, await an_offer(industrialist, company, await a_site(industrialist, company)))
    (proposal,) = await proposals(teacher)
    trace = "0123456789abcdef0123456789abcdef"

    answer = await teacher.post(
        f"/v1/visit-proposals/{proposal['id']}/accept",
        headers={"traceparent": f"00-{trace}-0123456789abcdef-01"},
    )
    await proposals(teacher, state="booked")

    subjects = set()
    for service in ("matchmaker", "companies"):
        connection = await asyncpg.connect(region.servers.dsn(service))
        for row in await connection.fetch("select subject, headers from outbox"):
            if trace in json.loads(row["headers"])["traceparent"]:
                subjects.add(row["subject"])
        await connection.close()
    assert answer.headers["x-request-id"] == trace
    assert subjects >= {
        "evt.matchmaker.visit-proposal.accepted.v1",
        "evt.companies.booking.requested.v1",
        "evt.matchmaker.visit-proposal.booked.v1",
    }
