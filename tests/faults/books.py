"""The books of a whole region after a storm: what `passerelle verify` finds in them, and what is kept of a kind."""

from typing import Any

from deploy.permissions import SERVICES
from deploy.verify.audit import INVARIANTS, Audit, Outcome
from deploy.verify.books import Addresses, open_books
from deploy.verify.copies import OWNERS
from tests.conftest import Servers

QUIET_S = 90
AT_WORK_S = 5
NAMES = tuple(invariant.name for invariant in INVARIANTS)


def addresses_of(servers: Servers) -> Addresses:
    """Where a test's books are."""
    return Addresses({service: servers.dsn(service) for service in SERVICES}, servers.nats_url("operator"))


async def audited(servers: Servers) -> dict[str, Outcome]:
    """What holds and what does not once all that was on its way has arrived, by the names of the invariants."""
    async with open_books(addresses_of(servers)) as books:
        audit = Audit(books, QUIET_S)
        waiting = await audit.wait_quiet(lambda _: None)
        assert waiting == []
        return {outcome.name: outcome async for outcome in audit.outcomes()}


async def audited_at_work(servers: Servers) -> dict[str, Outcome]:
    """The same in the middle of the work, where nothing ever comes to rest, and some of it is late."""
    async with open_books(addresses_of(servers)) as books:
        return {outcome.name: outcome async for outcome in Audit(books, AT_WORK_S).outcomes()}


def wrong(outcome: Outcome) -> list[str]:
    """What an outcome complains of: nothing where the invariant holds. A warning is a complaint too."""
    found = [f"{finding.id} {finding.words}" for finding in outcome.findings]
    return [*found, outcome.why] if outcome.why else found


async def rows(servers: Servers, service: str, query: str, *arguments: object) -> list[Any]:
    """What a query finds in a service's schema."""
    async with open_books(addresses_of(servers)) as books:
        return await books.rows(service, query, *arguments)


async def versions(servers: Servers, kind: str, where: str = "true") -> dict[str, int]:
    """Every thing of a kind with its version, as its owner keeps it."""
    found = await rows(servers, OWNERS[kind], f"select id, version from {kind} where {where}")
    return {str(row["id"]): row["version"] for row in found}


def lost(answers: list[Any], kept: dict[str, int]) -> dict[str, int]:
    """The things that answers told of and that are not kept, or not as far as they told; by id, with that version."""
    promised: dict[str, int] = {}
    for answer in answers:
        promised[answer["id"]] = max(answer["version"], promised.get(answer["id"], 0))
    return {one: version for one, version in promised.items() if kept.get(one, 0) < version}
