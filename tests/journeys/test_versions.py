"""Nobody overwrites what they have not seen, whoever owns the thing."""

import asyncio
from uuid import uuid4

import pytest

from contracts.vocabulary import Role
from tests.given import (
    Region,
    a_capacity,
    a_class_request,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_association,
    an_offer,
    body,
    proposals,
)


async def a_world(region: Region):
    """One thing of each kind that may be changed, with the method, the body and the address of a change."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(industrialist, company)
    offer = await an_offer(industrialist, company, site)
    need = {"site_id": site["id"], "rome": "H2903", "title": "Poste", "kind": "cdi", "from_date": "2027-03-01"}
    job = body(await industrialist.post(f"/v1/companies/{company['id']}/job-needs", json=need), 201)
    association = await an_association(coordinator)
    mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
    capacity = await a_capacity(mediator, association)
    uai = await a_school(region)
    head = await region.sign_in(Role.HEAD, uai)
    wish = await a_class_request(head, uai)
    return {
        "company": (industrialist, f"/v1/companies/{company['id']}", {"description": "Nouveau"}),
        "job need": (industrialist, f"/v1/job-needs/{job['id']}", {"openings": 2}),
        "visit offer": (industrialist, f"/v1/visit-offers/{offer['id']}", {"description": "Nouveau"}),
        "association": (mediator, f"/v1/associations/{association['id']}", {"description": "Nouveau"}),
        "capacity": (mediator, f"/v1/capacities/{capacity['id']}", {"interventions": 12}),
        "class request": (head, f"/v1/class-requests/{wish['id']}", {"pupils": 20}),
        "school": (head, f"/v1/schools/{uai}", {"head_approves": True}),
    }


async def test_a_change_that_rests_on_an_old_version_is_refused(servers, region):
    """With the ETag that was read it is done; with that same ETag again it is 412, and nothing changes; `*` changes."""
    for kind, (client, path, change) in (await a_world(region)).items():
        read = (await client.get(path)).headers["etag"]

        changed = await client.patch(path, json=change, headers={"If-Match": read})
        late = await client.patch(path, json=change, headers={"If-Match": read})
        unread = (await client.get(path, headers={"If-None-Match": changed.headers["etag"]})).status_code
        anyway = await client.patch(path, json=change)

        assert changed.status_code == 200, (kind, changed.text)
        assert changed.headers["etag"] != read, kind
        assert (late.status_code, body(late, 412)["slug"]) == (412, "outdated"), kind
        assert unread == 304, kind
        assert anyway.status_code == 200, (kind, anyway.text)


async def test_a_change_sent_again_is_answered_as_before_though_the_version_moved(region):
    """The idempotency key comes first: a lost answer is given again, not refused as outdated."""
    client, path, change = (await a_world(region))["company"]
    headers = {"If-Match": (await client.get(path)).headers["etag"], "Idempotency-Key": str(uuid4())}

    first = await client.patch(path, json=change, headers=headers)
    await client.patch(path, json={"description": "Encore"})
    again = await client.patch(path, json=change, headers=headers)

    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), first.headers["etag"])


async def test_of_two_who_read_the_same_only_one_is_first(region):
    """Sent at once, one is done and the other told."""
    client, path, _ = (await a_world(region))["visit offer"]
    read = (await client.get(path)).headers["etag"]

    answers = await asyncio.gather(
        *(client.patch(path, json={"description": f"De {who}"}, headers={"If-Match": read}) for who in range(5))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


@pytest.mark.parametrize("kind", ["visit", "partnership"])
async def test_a_proposal_is_answered_as_it_was_read(region, kind):
    """Whoever decides on it has seen what it is now."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company, association = await a_company(coordinator), await an_association(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    offer = await an_offer(industrialist, company, await a_site(industrialist, company))
    await a_slot(industrialist, offer)
    await a_capacity(mediator, association)
    await a_class_request(teacher, uai)
    who = teacher if kind == "visit" else industrialist
    (proposal, *_) = await proposals(who, kind)
    path = f"/v1/{kind}-proposals/{proposal['id']}/decline"
    reason = {"reason": "date" if kind == "visit" else "distance"}

    stale = await who.post(path, json=reason, headers={"If-Match": '"999"'})
    read = await who.post(path, json=reason, headers={"If-Match": f'"{proposal["version"]}"'})

    assert (stale.status_code, read.status_code) == (412, 200), (stale.text, read.text)
