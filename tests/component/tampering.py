"""A region whose books are to be looked into: how it worked, and what can be done to them behind its back."""

from typing import Any

import asyncpg

from contracts.vocabulary import Role
from deploy.permissions import SERVICES
from deploy.verify.audit import INVARIANTS, Audit, Outcome
from deploy.verify.books import Addresses, open_books
from tests.conftest import Servers
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
    until,
)

COPY_OF_A_BOOKING = (
    "insert into booking (id, version, slot_id, company_id, school_uai, class_key, visit_day, state, due_at, document)"
    " select gen_random_uuid(), version, slot_id, company_id, school_uai, class_key, visit_day, state, due_at, document"
    " from booking where state = 'approved'"
)
# What is done to the books of which service, what it breaks, and how it is mended again.
WRONGS = {
    "capacity": (
        "companies",
        "alter table slot drop constraint slot_never_over; alter table slot drop constraint slot_full;"
        " update slot set groups_taken = groups_taken + 1 where state = 'full'",
        "update slot set groups_taken = groups_taken - 1 where state = 'full'",
        "2 groups for 1",
    ),
    "taken": (
        "companies",
        "update slot set pupils_taken = pupils_taken + 1",
        "update slot set pupils_taken = pupils_taken - 1",
        "counts 1 groups and 25 pupils, its bookings hold 1 and 24",
    ),
    "once": (
        "companies",
        f"drop index booking_live_slot; drop index booking_live_day; {COPY_OF_A_BOOKING}",
        "delete from booking where id::text <> document ->> 'id'",
        "2 bookings of the class",
    ),
    "documents": (
        "companies",
        "update booking set version = version + 1 where state = 'approved'",
        "update booking set version = version - 1 where state = 'approved'",
        "approved at version 2, its document approved at version 1",
    ),
    "ready": (
        "companies",
        "update booking set document = document || '{\"ready\": true}' where state = 'approved'",
        "update booking set document = document || '{\"ready\": false}' where state = 'approved'",
        "ready is true, though it is approved",
    ),
    "match_runs": (
        "matchmaker",
        "update match_run set state = 'sweeping' where id ="
        " (select (document ->> 'match_run_id')::uuid from visit_proposal limit 1)",
        "update match_run set state = 'completed' where state = 'sweeping'",
        ", which is sweeping",
    ),
    "idempotency": (
        "associations",
        "insert into idempotency (caller, key, request_hash, answer) values ('company:1', 'lost', '', '')",
        "delete from idempotency where key = 'lost'",
        "of company:1",
    ),
    "acknowledged": (
        "companies",
        "update booking set version = 0 where state = 'waitlisted'",
        "update booking set version = 1 where state = 'waitlisted'",
        "answered at version 1, held at version 0",
    ),
    "deadlines": (
        "companies",
        "update booking set due_at = null where state = 'waitlisted'",
        "update booking set due_at = now() + interval '1 day' where state = 'waitlisted'",
        "waitlisted, due ",
    ),
    "timers": (
        "gateway",
        "insert into timer (kind, key, due_at) values ('ring', 'late', now() - interval '1 minute')",
        "delete from timer where key = 'late'",
        "ring of gateway",
    ),
    "proposals": (
        "matchmaker",
        "update visit_proposal set state = 'accepted' where state = 'booked'",
        "update visit_proposal set state = 'booked' where state = 'accepted'",
        "neither booked nor withdrawn",
    ),
    "partnerships": (
        "associations",
        "insert into partnership (id, version, proposal_id, state, document)"
        " values (gen_random_uuid(), 1, gen_random_uuid(), 'agreed', '{}')",
        "delete from partnership where document = '{}'",
        "a partnership, and not agreed",
    ),
    "interventions": (
        "associations",
        "update capacity set document = document || '{\"interventions\": 0}'",
        "update capacity set document = document || '{\"interventions\": 10}'",
        "1 interventions for 0",
    ),
    "mediators": (
        "associations",
        "update intervention set state = 'accepted' where state = 'requested'",
        "update intervention set state = 'requested' where state = 'accepted'",
        "the company says",
    ),
    "stream": (
        "companies",
        "insert into outbox (id, aggregate_id, subject, headers, body, occurred_at, published_at)"
        " values (gen_random_uuid(), 'x', 'evt.companies.x', '{}', '', now(), now())",
        "delete from outbox where aggregate_id = 'x'",
        "was published by companies, and is not in its stream",
    ),
    "relay": (
        "matchmaker",
        "insert into outbox (id, aggregate_id, subject, headers, body, occurred_at)"
        " values (gen_random_uuid(), 'x', 'evt.matchmaker.x', '{}', '', now() - interval '1 minute')",
        "delete from outbox where aggregate_id = 'x'",
        "evt.matchmaker.x, since",
    ),
    "directory": (
        "gateway",
        "update entry set version = version - 1 where kind = 'slot'",
        "update entry set version = version + 1 where kind = 'slot'",
        "with gateway",
    ),
    "copies": (
        "matchmaker",
        "create table kept as select * from site; delete from site",
        "insert into site select * from kept; drop table kept",
        "site at version missing with matchmaker, 1 with companies",
    ),
}


def addresses_of(servers: Servers) -> Addresses:
    return Addresses({service: servers.dsn(service) for service in SERVICES}, servers.nats_url("operator"))


def variables_of(servers: Servers) -> dict[str, str]:
    """As an operator of servers that are not embedded gives them."""
    dsns = {f"PASSERELLE_DATABASE_DSN_{service.upper()}": servers.dsn(service) for service in SERVICES}
    return {**dsns, "PASSERELLE_NATS_URL": servers.nats_url("operator"), "COLUMNS": "400"}


async def work(region: Region) -> None:
    """A visit with a mediator from proposal to booking, one booked by hand, one waited for, a partnership."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    association = await an_association(coordinator)
    mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
    await a_capacity(mediator, association)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(industrialist, company)
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)

    mediated = await an_offer(industrialist, company, site, needs_mediation=True, instant_confirmation=True)
    await a_slot(industrialist, mediated)
    await a_class_request(teacher, uai)
    [proposal] = await proposals(teacher)
    body(await teacher.post(f"/v1/visit-proposals/{proposal['id']}/accept"))

    plain = await a_slot(industrialist, await an_offer(industrialist, company, site, levels=["5E"]), weeks=10)
    asked = {"level": "5E", "pupils": 20, "adults": 2}
    body(await teacher.post(f"/v1/slots/{plain['id']}/bookings", json=asked | {"class_name": "A"}), 201)
    wait = {"Idempotency-Key": "wait"}
    path = f"/v1/slots/{plain['id']}/waiting-list"
    body(await teacher.post(path, json=asked | {"class_name": "B"}, headers=wait), 201)

    async def interventions() -> Any:
        return body(await mediator.get("/v1/interventions"))["items"]

    await until(interventions)


async def tamper(servers: Servers, service: str, *statements: str) -> None:
    """Change a service's books behind its back."""
    connection = await asyncpg.connect(servers.dsn(service))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def outcome_of(servers: Servers, name: str, patience_s: float = 0) -> Outcome:
    """What an audit says of one invariant."""
    [invariant] = [one for one in INVARIANTS if one.name == name]
    async with open_books(addresses_of(servers)) as books:
        return await Audit(books, patience_s).outcome(invariant)
