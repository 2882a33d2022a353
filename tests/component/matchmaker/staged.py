"""A match of the whole region taken step by step, each in its transaction, with nobody else at work.

So a test says in which order things come, what comes twice, and what happens in between.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts.companies.profiles import CompanyRegistered, SiteAdded
from contracts.companies.slots import Slot, SlotOpened
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.matchmaker.class_requests import ClassRequest, SubmitClassRequest
from contracts.matchmaker.match_runs import MatchRun, MatchShardWanted
from contracts.matchmaker.proposals import VisitProposal
from contracts.matchmaker.schools import ImportSchools
from contracts.message import Event, decoder_of, subject_of
from contracts.place import place_of
from services.database import Pool, close_pool, open_pool, transaction
from services.matchmaker.requests import handlers as requesting
from services.matchmaker.runs import run_store, shard_work, stages
from services.matchmaker.schools import handlers as schooling
from services.matchmaker.supply import handlers as supply
from services.work import Work
from tests.component.matchmaker.given import UAI, a_company, a_new_school, a_site, a_slot, a_wish, an_id, an_offer
from tests.conftest import Servers

NIMES = place_of("30189", None, None)
UAI_NIMES = "0300002P"


@dataclass(frozen=True)
class Staged:
    """The matchmaker's hands without its loops."""

    pool: Pool

    async def do(self, handler: Callable[[Any, Work], Awaitable[Any]], told: Any) -> Any:
        """One handler in its transaction; what it announces and sets is kept."""
        async with transaction(self.pool) as connection:
            work = Work(connection, datetime.now(UTC), "matchmaker")
            answer = await handler(told, work)
            await work.finish()
            return answer

    async def begin(self, trigger: str = "request") -> MatchRun:
        """A run is asked for."""

        async def ask(_told: None, work: Work) -> MatchRun:
            return await stages.ask_for_run(work, trigger)

        return await self.do(ask, None)

    async def run_until(self, state: str) -> MatchRun:
        """A run that has come that far."""
        run = await self.begin()
        await self.do(stages.take_facts, str(run.id))
        if state in {"sweeping", "completed"}:
            for event in await self.announced(MatchShardWanted):
                await self.do(shard_work.solve_wanted, event)
        if state == "completed":
            await self.do(stages.merge_run, str(run.id))
        return await self.run(run)

    async def run(self, run: MatchRun) -> MatchRun:
        """The run as it now is."""
        async with self.pool.acquire() as connection:
            found = await run_store.find_run(connection, run.id)
        assert found is not None
        return found

    async def announced(self, kind: type[Event]) -> list[Any]:
        """The events of that kind in the outbox, in order."""
        async with self.pool.acquire() as connection:
            rows = await connection.fetch(
                "select body from outbox where subject = $1 order by position", subject_of(kind)
            )
        return [decoder_of(kind).decode(row["body"]) for row in rows]

    async def proposals(self) -> list[VisitProposal]:
        """All visit proposals, by id."""
        async with self.pool.acquire() as connection:
            rows = await connection.fetch("select document from visit_proposal order by id")
        return [decoder_of(VisitProposal).decode(row["document"]) for row in rows]

    async def value(self, query: str, *arguments: Any) -> Any:
        """One value of the schema."""
        async with self.pool.acquire() as connection:
            return await connection.fetchval(query, *arguments)

    async def execute(self, query: str, *arguments: Any) -> None:
        """What no handler does."""
        async with self.pool.acquire() as connection:
            await connection.execute(query, *arguments)

    async def ask_for_a_visit(self, uai: str = UAI, **given: Any) -> ClassRequest:
        """A class of a school that is known asks."""
        return await self.do(requesting.submit, SubmitClassRequest(school_uai=uai, class_request=a_wish(**given)))

    async def open_slot(self, slot: Slot) -> None:
        """A slot is heard of."""
        await self.do(supply.follow_slot, SlotOpened(slot=slot))


@asynccontextmanager
async def two_academies(servers: Servers) -> AsyncIterator[Staged]:
    """A company in Auch (academy of Toulouse) and one in Nîmes (Montpellier), a slot of each, a class near each."""
    pool = await open_pool(servers.dsn("matchmaker"), 4)
    staged = Staged(pool)
    schools = (
        a_new_school(),
        a_new_school(uai=UAI_NIMES, name="Collège de Nîmes", commune="30189"),
    )
    await staged.do(schooling.import_schools, ImportSchools(schools=schools))
    for number, place in ((0, None), (1, NIMES)):
        at = {} if place is None else {"place": place}
        company = a_company(100 + number)
        owned = {"company_id": company.id}
        await staged.do(supply.follow_company, CompanyRegistered(company=company))
        await staged.do(supply.follow_site, SiteAdded(site=a_site(200 + number, **owned, **at)))
        offer = an_offer(300 + number, site_id=an_id(200 + number), **owned, **at)
        await staged.do(supply.follow_visit_offer, VisitOfferPublished(visit_offer=offer))
        await staged.open_slot(a_slot(400 + number, visit_offer_id=offer.id, **owned))
    await staged.ask_for_a_visit(UAI)
    await staged.ask_for_a_visit(UAI_NIMES)
    try:
        yield staged
    finally:
        await close_pool(pool)
