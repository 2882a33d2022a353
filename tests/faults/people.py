"""People at work who never give up: each write is sent, with one key, until it is acknowledged."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from contracts.vocabulary import Role
from tests.given import Region, a_company, a_school, a_site, an_association, an_offer, body, school_day, slot_times

COMPANIES = 4
SCHOOLS = 8
ASSOCIATIONS = 2
# Between two writes of one person, so that all of them together leave the processes little rest.
PAUSE_S = 0.1
TRY_AGAIN_S = 0.1


@dataclass
class Acknowledged:
    """What was acknowledged, by kind: the answers, in order; and whether people go on."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    answers: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def count(self, kind: str) -> int:
        """How many writes of this kind."""
        return len(self.answers[kind])

    async def pause(self, seconds: float) -> None:
        """Rest, unless it is over."""
        try:
            async with asyncio.timeout(seconds):
                await self.over.wait()
        except TimeoutError:
            return

    def ids(self, kind: str) -> list[str]:
        """Their ids."""
        return [answer["id"] for answer in self.answers[kind]]


async def surely(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The answer, once there is one that is no 'try again': of those there are only a lost connection and 503."""
    while True:
        try:
            response = await send()
        except httpx.TransportError:
            await asyncio.sleep(TRY_AGAIN_S)
            continue
        if response.status_code != 503:
            return response
        assert response.headers["retry-after"]
        await asyncio.sleep(TRY_AGAIN_S)


async def post(client: httpx.AsyncClient, path: str, told: Any = None) -> httpx.Response:
    """A write with a key of its own, sent until it is answered."""
    headers = {"Idempotency-Key": str(uuid4())}
    return await surely(lambda: client.post(path, json=told, headers=headers))


async def open_slots(industrialist: httpx.AsyncClient, offers: list[Any], acknowledged: Acknowledged) -> None:
    """A company: opens slots, and writes a job need now and then."""
    for number in itertools.takewhile(lambda _: not acknowledged.over.is_set(), itertools.count()):
        offer = offers[number % len(offers)]
        times = slot_times(weeks=6 + number % 12, hour=7 + number % 3) | {"groups": 1 + number % 2}
        opened = await post(industrialist, f"/v1/visit-offers/{offer['id']}/slots", times)
        acknowledged.answers["slot"].append(body(opened, 201))
        if number % 3 == 0:
            need = {
                "site_id": offer["site_id"],
                "rome": "H2903",
                "title": f"Poste {number}",
                "kind": "alternance",
                "openings": 1,
                "from_date": school_day(4).isoformat(),
                "publish": True,
            }
            written = await post(industrialist, f"/v1/companies/{offer['company_id']}/job-needs", need)
            acknowledged.answers["job_need"].append(body(written, 201))
        await acknowledged.pause(PAUSE_S)


async def ask_for_visits(teacher: httpx.AsyncClient, uai: str, acknowledged: Acknowledged) -> None:
    """A school: asks for a visit for one class after the other."""
    for number in itertools.takewhile(lambda _: not acknowledged.over.is_set(), itertools.count()):
        wish = {
            "level": "3E",
            "pupils": 24,
            "adults": 2,
            "class_name": f"3e {number}",
            "from_date": school_day(3).isoformat(),
            "until_date": school_day(25).isoformat(),
        }
        submitted = await post(teacher, f"/v1/schools/{uai}/class-requests", wish)
        acknowledged.answers["class_request"].append(body(submitted, 201))
        await acknowledged.pause(4 * PAUSE_S)


async def accept_proposals(teacher: httpx.AsyncClient, acknowledged: Acknowledged) -> None:
    """A school: accepts whatever is proposed to it."""
    while not acknowledged.over.is_set():
        listed = await surely(lambda: teacher.get("/v1/visit-proposals", params={"state": "proposed"}))
        for proposal in body(listed)["items"]:
            accepted = await post(teacher, f"/v1/visit-proposals/{proposal['id']}/accept")
            # What is listed may have been withdrawn, or be accepted already, a moment ago.
            if accepted.status_code != 409:
                acknowledged.answers["acceptance"].append(body(accepted))
        await acknowledged.pause(PAUSE_S)


async def give_capacities(mediator: httpx.AsyncClient, association: Any, acknowledged: Acknowledged) -> None:
    """An association: publishes what it can give, again and again."""
    for number in itertools.takewhile(lambda _: not acknowledged.over.is_set(), itertools.count()):
        capacity = {
            "title": f"Mécanique en classe {number}",
            "themes": ["mechanics_metal"],
            "levels": ["4E", "3E"],
            "from_date": school_day(1).isoformat(),
            "until_date": school_day(25).isoformat(),
            "interventions": 2,
            "departments": ["32"],
        }
        published = await post(mediator, f"/v1/associations/{association['id']}/capacities", capacity)
        acknowledged.answers["capacity"].append(body(published, 201))
        await acknowledged.pause(10 * PAUSE_S)


async def agree(side: httpx.AsyncClient, acknowledged: Acknowledged) -> None:
    """A company or an association: accepts the partnerships that are proposed to it."""
    while not acknowledged.over.is_set():
        listed = body(await surely(lambda: side.get("/v1/partnership-proposals")))["items"]
        for proposal in [one for one in listed if "accept" in one["allowed_actions"]]:
            accepted = await post(side, f"/v1/partnership-proposals/{proposal['id']}/accept")
            if accepted.status_code != 409:
                acknowledged.answers["agreement"].append(body(accepted))
        await acknowledged.pause(5 * PAUSE_S)


async def mediate(mediator: httpx.AsyncClient, acknowledged: Acknowledged) -> None:
    """An association: mediates the visits that it is asked for, but for every fourth one."""
    while not acknowledged.over.is_set():
        listed = body(await surely(lambda: mediator.get("/v1/interventions", params={"state": "requested"})))["items"]
        for intervention in listed:
            declines = acknowledged.count("intervention") % 4 == 3
            action, told = ("decline", {"reason": "nobody is free"}) if declines else ("accept", None)
            moved = await post(mediator, f"/v1/interventions/{intervention['id']}/{action}", told)
            if moved.status_code != 409:
                acknowledged.answers["intervention"].append(body(moved))
        await acknowledged.pause(PAUSE_S)


async def open_accounts(industrialist: httpx.AsyncClient, company: Any, acknowledged: Acknowledged) -> None:
    """A company: opens an account for one colleague after the other."""
    for number in itertools.takewhile(lambda _: not acknowledged.over.is_set(), itertools.count()):
        email = f"collegue-{number}@{company['id']}.example"
        colleague = {"email": email, "role": Role.COMPANY, "organisation_id": company["id"]}
        acknowledged.answers["account"].append(body(await post(industrialist, "/v1/accounts", colleague), 201))
        await acknowledged.pause(4 * PAUSE_S)


@asynccontextmanager
async def at_work(region: Region) -> AsyncIterator[Acknowledged]:
    """Companies, associations and schools, until the block ends; then each finishes the write in hand."""
    acknowledged = Acknowledged()
    coordinator = await region.sign_in(Role.COORDINATOR)
    work = []
    for number in range(COMPANIES):
        company = await a_company(coordinator)
        industrialist = await region.sign_in(Role.COMPANY, company["id"])
        site = await a_site(industrialist, company)
        # Half of the visits want a mediator.
        offers = [
            await an_offer(industrialist, company, site, instant_confirmation=True, needs_mediation=number % 2 == 0)
            for _ in range(2)
        ]
        work += [open_slots(industrialist, offers, acknowledged), agree(industrialist, acknowledged)]
        work.append(open_accounts(industrialist, company, acknowledged))
    for _ in range(ASSOCIATIONS):
        association = await an_association(coordinator)
        mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
        work += [give_capacities(mediator, association, acknowledged), agree(mediator, acknowledged)]
        work.append(mediate(mediator, acknowledged))
    for _ in range(SCHOOLS):
        uai = await a_school(region)
        teacher = await region.sign_in(Role.TEACHER, uai)
        work += [ask_for_visits(teacher, uai, acknowledged), accept_proposals(teacher, acknowledged)]
    async with asyncio.TaskGroup() as group:
        for one in work:
            group.create_task(one)
        yield acknowledged
        acknowledged.over.set()
