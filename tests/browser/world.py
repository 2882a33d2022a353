"""A small world for pages to show: one or two of everything, made over HTTP as people would make it.

It reads like the demo region in small: a company with an offer of visits and one that wants a mediator, an association,
a collège with a class that is proposed a visit and two that booked. Stories that change something make their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from contracts.vocabulary import Role
from tests.given import (
    Region,
    a_capacity,
    a_class_request,
    a_company,
    a_match_run,
    a_school,
    a_site,
    a_slot,
    an_association,
    an_offer,
    body,
    proposals,
    school_day,
    until,
)


@dataclass(frozen=True)
class Person:
    """Somebody with a role in an organisation ("" for the Region), and the API as they may use it."""

    role: Role
    organisation_id: str
    api: httpx.AsyncClient


@dataclass(frozen=True)
class World:
    """Who is there, one a role, and the things as they were when they were made."""

    people: Mapping[Role, Person]
    school_uai: str
    company: Any
    site: Any
    offer: Any
    mediated_offer: Any
    slots: tuple[Any, ...]
    association: Any
    capacity: Any
    class_request: Any
    booking: Any
    confirmed_booking: Any

    def api(self, role: Role) -> httpx.AsyncClient:
        """The API as the person of that role uses it."""
        return self.people[role].api


async def a_world(region: Region) -> World:
    """The world, once everything that follows from what people did is there too."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    association = await an_association(coordinator)
    uai = await a_school(region)
    organisations = {
        Role.COMPANY: company["id"],
        Role.ASSOCIATION: association["id"],
        Role.TEACHER: uai,
        Role.HEAD: uai,
    }
    people = {Role.COORDINATOR: Person(Role.COORDINATOR, "", coordinator)} | {
        role: Person(role, organisation, await region.sign_in(role, organisation))
        for role, organisation in organisations.items()
    }
    industrialist, mediator, teacher = (people[role].api for role in (Role.COMPANY, Role.ASSOCIATION, Role.TEACHER))
    site = await a_site(industrialist, company)
    offer = await an_offer(industrialist, company, site, description=DESCRIPTION, rome_codes=["H2903"])
    mediated = await an_offer(industrialist, company, site, title="La fonderie, racontée", needs_mediation=True)
    await a_job_need(industrialist, company, site)
    slots = [await a_slot(industrialist, offer, weeks, groups=2) for weeks in (8, 10, 12)]
    slots.append(await a_slot(industrialist, mediated, 14))
    capacity = await a_capacity(mediator, association)
    other = await an_association(coordinator, name="Physique d'essai")
    await a_capacity(await region.sign_in(Role.ASSOCIATION, other["id"]), other, title="Physique en classe")
    class_request = await a_class_request(teacher, uai, class_name="3e A")
    booking = await book(teacher, slots[1], "3e B")
    confirmed = await book(teacher, slots[3], "3e C")
    confirmed = body(await industrialist.post(f"/v1/bookings/{confirmed['id']}/confirm"))
    world = World(
        people=people,
        school_uai=uai,
        company=company,
        site=site,
        offer=offer,
        mediated_offer=mediated,
        slots=tuple(slots),
        association=association,
        capacity=capacity,
        class_request=class_request,
        booking=booking,
        confirmed_booking=confirmed,
    )
    await settled(world)
    return world


DESCRIPTION = "De la tôle à la pièce finie : découpe, pliage, soudure et contrôle, avec celles et ceux qui le font."


async def a_job_need(client: httpx.AsyncClient, company: Any, site: Any) -> Any:
    """A published need of a machinist."""
    told = {
        "site_id": site["id"],
        "rome": "H2903",
        "title": "Opérateur / Opératrice sur machine-outil",
        "kind": "cdi",
        "from_date": school_day(1).isoformat(),
        "publish": True,
    }
    return body(await client.post(f"/v1/companies/{company['id']}/job-needs", json=told), 201)


async def book(teacher: httpx.AsyncClient, slot: Any, class_name: str) -> Any:
    """A class of 3e books the slot."""
    wanted = {"level": "3E", "pupils": 24, "adults": 2, "class_name": class_name}
    return body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wanted), 201)


async def settled(world: World) -> None:
    """Wait for what the matchmaker does by itself, then have it match the whole region."""
    await proposals(world.api(Role.TEACHER))
    (agreed,) = await proposals(world.api(Role.ASSOCIATION), "partnership")
    for role in (Role.COMPANY, Role.ASSOCIATION):
        body(await world.api(role).post(f"/v1/partnership-proposals/{agreed['id']}/accept"))
    await a_match_run(world.api(Role.COORDINATOR))
    for path, role, number in (
        ("/v1/bookings", Role.COMPANY, 2),
        ("/v1/partnership-proposals", Role.COMPANY, 2),
        ("/v1/partnerships", Role.ASSOCIATION, 1),
    ):
        await until(lambda path=path, role=role, number=number: listed(world.api(role), path, number))


async def listed(client: httpx.AsyncClient, path: str, number: int) -> bool:
    """Whether the list is that long."""
    return len(body(await client.get(path))["items"]) >= number
