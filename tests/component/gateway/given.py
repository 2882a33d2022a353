"""The gateway at work without the others: asked over HTTP, told events as by their owners."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
from litestar import Litestar
from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.associations.profiles import Association
from contracts.caller import SYSTEM, Scope
from contracts.companies.bookings import Booking
from contracts.companies.job_needs import JobNeed
from contracts.companies.profiles import Company, Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import Accessibility, VisitOffer
from contracts.errors import PasserelleError
from contracts.fields import Contact
from contracts.gateway.keys import IssuedApiKey, NewApiKey
from contracts.identifiers import uuid7
from contracts.matchmaker.proposals import PartnershipProposal, VisitProposal
from contracts.matchmaker.schools import School
from contracts.message import Event, Request, owner_of, subject_of
from contracts.place import Place
from contracts.vocabulary import AccessNeed, JobNeedKind, Level, Role, SchoolKind, Theme, VisitFormat
from services.bus import connect, problem_reply
from services.database import set_codecs
from services.gateway.__main__ import bind, server_of
from services.gateway.app import create_app
from services.gateway.auth.handlers import issue_key
from services.settings import Settings
from tests.conftest import Servers

PATIENCE_S = 10
NOW = datetime.now(UTC).replace(microsecond=0)
NEIGHBOURS = ("companies", "associations", "matchmaker")

TOULOUSE = Place(commune="31555", commune_name="Toulouse", department="31", latitude=43.6045, longitude=1.444)
BLAGNAC = Place(commune="31069", commune_name="Blagnac", department="31", latitude=43.6365, longitude=1.3905)
AUCH = Place(commune="32013", commune_name="Auch", department="32", latitude=43.6465, longitude=0.5855)
NIMES = Place(commune="30189", commune_name="Nîmes", department="30", latitude=43.8367, longitude=4.3601)

numbers = itertools.count(1)


@dataclass(frozen=True)
class Gateway:
    """The gateway with hands to ask it, to tell it events, and to read what it stored."""

    app: Litestar
    base_url: str
    servers: Servers
    connection: "asyncpg.Connection[Any]"
    neighbours: dict[str, Client]
    http: httpx.AsyncClient

    async def key(self, role: Role, organisation_id: object = "", scopes: tuple[Scope, ...] = ()) -> IssuedApiKey:
        """A fresh key."""
        new = NewApiKey(role=role, organisation_id=str(organisation_id), scopes=scopes)
        return await issue_key(self.connection, new, SYSTEM, datetime.now(UTC))

    async def headers(self, role: Role, organisation_id: object = "", scopes: tuple[Scope, ...] = ()) -> dict[str, str]:
        """The headers of a caller with a fresh key."""
        return bearer((await self.key(role, organisation_id, scopes)).secret)

    async def get(self, path: str, headers: dict[str, str], **params: Any) -> httpx.Response:
        """The answer to a GET."""
        return await self.http.get(path, headers=headers, params=params)

    async def items(self, path: str, headers: dict[str, str], **params: Any) -> list[Any]:
        """The items of a list's first page."""
        answer = await self.get(path, headers, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def tell(self, *events: Event) -> None:
        """Announce events as their owners' relays would, and wait until the gateway has handled them all."""
        ids = []
        for event in events:
            ids.append(await self.publish(subject_of(type(event)), msgspec.json.encode(event)))

        async def handled() -> bool:
            count = await self.connection.fetchval("select count(*) from inbox where event_id = any($1)", ids)
            return bool(count == len(ids))

        await until(handled)

    async def publish(self, subject: str, body: bytes, event_id: str = "") -> str:
        """Publish anything on a neighbour's stream; returns the event's id."""
        event_id = event_id or str(uuid7())
        stream = self.neighbours[subject.split(".")[1]].jetstream()
        await stream.publish(subject, body, headers={"ce-id": event_id})
        return event_id


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def until(found: Callable[[], Awaitable[Any]]) -> Any:
    """What `found` gives once it gives something; fails after a while."""
    async with asyncio.timeout(PATIENCE_S):
        while not (value := await found()):
            await asyncio.sleep(0.02)
    return value


@asynccontextmanager
async def a_gateway(servers: Servers) -> AsyncIterator[Gateway]:
    """The real application in a real uvicorn on a free port."""
    settings = Settings(
        database_dsn=servers.dsn("gateway"), nats_url=servers.nats_url("gateway"), http_port=0, database_connections=6
    )
    app = create_app(settings)
    listener = bind(settings)
    server = server_of(app, settings)
    async with AsyncExitStack() as stack:
        # Not `serve`: the test runner keeps its own signal handlers.
        serving = asyncio.create_task(server._serve([listener]))
        while not server.started:
            assert not serving.done(), "the gateway does not start"
            await asyncio.sleep(0.01)
        neighbours = {name: await connect(servers.nats_url(name), name) for name in NEIGHBOURS}
        for client in neighbours.values():
            stack.push_async_callback(client.close)
        connection = await asyncpg.connect(servers.dsn("gateway"))
        stack.push_async_callback(connection.close)
        await set_codecs(connection)
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=base_url, timeout=20))
        yield Gateway(app, base_url, servers, connection, neighbours, http)
        await http.aclose()
        server.should_exit = True
        await serving


@asynccontextmanager
async def played(
    gateway: Gateway, request: type[Request[Any]], answer: Any
) -> AsyncIterator[list[tuple[Any, dict[str, str]]]]:
    """Play the owner of a request: answer it so (an error is refused with); yields what was asked, with headers."""
    asked: list[tuple[Any, dict[str, str]]] = []
    owner = owner_of(request)
    client = gateway.neighbours[owner]
    subject = subject_of(request)
    if isinstance(answer, PasserelleError):
        body, headers = problem_reply(answer.problem)
    else:
        body, headers = msgspec.json.encode(answer), {"status": "ok"}

    async def reply(message: Msg) -> None:
        if message.subject == subject:
            asked.append((msgspec.json.decode(message.data, type=request), dict(message.headers or {})))
            await client.publish(message.reply, body, headers=headers)

    subscription = await client.subscribe(f"svc.{owner}.>", queue=owner, cb=reply)
    await client.flush()
    try:
        yield asked
    finally:
        await subscription.unsubscribe()


# ------------------------------------------------------------------------------------ resources


def a_company(**given: Any) -> Company:
    told: dict[str, Any] = {
        "id": uuid7(),
        "siren": "552081317",
        "name": "Ateliers d'essai",
        "state": "approved",
        "contact": Contact(name="Camille", email="camille@example.org"),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Company(**(told | given))


def a_site(company: Company, **given: Any) -> Site:
    return Site(**({"id": uuid7(), "company_id": company.id, "name": "Usine", "place": TOULOUSE} | given))


def an_offer(company: Company, **given: Any) -> VisitOffer:
    told: dict[str, Any] = {
        "id": uuid7(),
        "company_id": company.id,
        "company_name": company.name,
        "site_id": uuid7(),
        "site_name": "Usine",
        "place": TOULOUSE,
        "title": "L'atelier",
        "themes": (Theme.ROBOTICS,),
        "rome_codes": ("H2903",),
        "levels": (Level.QUATRIEME, Level.TROISIEME),
        "formats": (VisitFormat.ON_SITE,),
        "duration_minutes": 120,
        "pupils_min": 1,
        "pupils_max": 30,
        "pupils_per_adult": 15,
        "lead_time_days": 14,
        "accessibility": Accessibility(needs=(AccessNeed.MOTOR,)),
        "state": "published",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return VisitOffer(**(told | given))


def a_slot(offer: VisitOffer, days: int = 30, **given: Any) -> Slot:
    starts_at = NOW + timedelta(days=days)
    told: dict[str, Any] = {
        "id": uuid7(),
        "visit_offer_id": offer.id,
        "company_id": offer.company_id,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "groups": 2,
        "pupils_per_group": 30,
        "state": "open",
    }
    return Slot(**(told | given))


def a_booking(slot: Slot, school_uai: str, **given: Any) -> Booking:
    told: dict[str, Any] = {
        "id": uuid7(),
        "slot_id": slot.id,
        "visit_offer_id": slot.visit_offer_id,
        "company_id": slot.company_id,
        "school_uai": school_uai,
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "state": "requested",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Booking(**(told | given))


def a_job_need(company: Company, **given: Any) -> JobNeed:
    told: dict[str, Any] = {
        "id": uuid7(),
        "company_id": company.id,
        "company_name": company.name,
        "site_id": uuid7(),
        "place": TOULOUSE,
        "rome": "H2903",
        "title": "Fraiseuse ou fraiseur",
        "kind": JobNeedKind.ALTERNANCE,
        "openings": 1,
        "from_date": NOW.date(),
        "state": "published",
        "created_at": NOW,
    }
    return JobNeed(**(told | given))


def an_association(**given: Any) -> Association:
    told: dict[str, Any] = {
        "id": uuid7(),
        "name": "Sciences d'essai",
        "state": "approved",
        "place": AUCH,
        "rna": "W321000001",
        "themes": (Theme.ROBOTICS,),
        "contact": Contact(name="Dominique", email="dominique@example.org"),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Association(**(told | given))


def a_uai() -> str:
    digits = f"031{next(numbers):04d}"
    return digits + "ABCDEFGHJKLMNPRSTUVWXYZ"[int(digits) % 23]


def a_school(**given: Any) -> School:
    told: dict[str, Any] = {
        "id": uuid7(),
        "uai": a_uai(),
        "name": "Collège d'essai",
        "kind": SchoolKind.COLLEGE,
        "place": TOULOUSE,
    }
    return School(**(told | given))


def a_visit_proposal(slot: Slot, school: School, **given: Any) -> VisitProposal:
    told: dict[str, Any] = {
        "id": uuid7(),
        "class_request_id": uuid7(),
        "school_uai": school.uai,
        "school_name": school.name,
        "slot_id": slot.id,
        "visit_offer_id": slot.visit_offer_id,
        "visit_offer_title": "L'atelier",
        "company_id": slot.company_id,
        "company_name": "Ateliers d'essai",
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "place": TOULOUSE,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "travel_minutes": 20,
        "score": 0.8,
        "state": "proposed",
        "match_run_id": uuid7(),
        "expires_at": NOW + timedelta(days=21),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return VisitProposal(**(told | given))


def a_partnership_proposal(company: Company, association: Association, **given: Any) -> PartnershipProposal:
    told: dict[str, Any] = {
        "id": uuid7(),
        "company_id": company.id,
        "company_name": company.name,
        "association_id": association.id,
        "association_name": association.name,
        "distance_km": 12.0,
        "score": 0.7,
        "state": "agreed",
        "company_contact": company.contact,
        "association_contact": association.contact,
        "match_run_id": uuid7(),
        "expires_at": NOW + timedelta(days=21),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return PartnershipProposal(**(told | given))


def ids(items: list[Any]) -> list[UUID]:
    """The ids of the items of a list."""
    return [UUID(item["id"]) for item in items]


def next_version(resource: Any, **changed: Any) -> Any:
    """A resource after one more change."""
    return msgspec.structs.replace(resource, version=resource.version + 1, **changed)
