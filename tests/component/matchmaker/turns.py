"""The matchmaker's tables without its loops: told of events by hand, and matched by replicas in the order wanted."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from contracts.local_time import local_day
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.match_runs import MatchRun
from contracts.matchmaker.policies import PolicySettings
from contracts.matchmaker.proposals import AnswerVisitProposal, VisitProposal
from contracts.matchmaker.schools import School
from contracts.message import Event, decoder_of
from contracts.place import place_of
from contracts.vocabulary import Level, VisitFormat, Weekday
from deploy.embedded.postgres import RunningPostgres
from services.database import Pool, close_pool, open_pool, transaction
from services.matchmaker.matching.visits import match_visits
from services.matchmaker.policy.store import find_policy
from services.matchmaker.proposals import handlers as proposing
from services.matchmaker.requests.handlers import withdraw_of_request
from services.matchmaker.requests.store import insert_class_request, update_class_request
from services.matchmaker.runs.boards import load_board
from services.matchmaker.runs.changes import ChangeKind, note_change
from services.matchmaker.runs.event_runs import EventRuns
from services.matchmaker.runs.region import facts_of, load_region
from services.matchmaker.runs.triggers import MATCH_VISITS
from services.matchmaker.schools.store import upsert_schools
from services.matchmaker.service import service
from services.work import Work
from tests.component.matchmaker.given import NOW, UAI, an_id, school_day
from tests.unit.matching.checker import Visit, broken_constraints
from tests.unit.matchmaker.given import changed

names = (f"turns_{random.getrandbits(40):x}" for _ in iter(int, 1))

AUCH, TOULOUSE, ALBI = (place_of(commune, None, None) for commune in ("32013", "31555", "81004"))


class RolledBack(Exception):
    """A transaction came to nothing, after all that it should have done."""


@dataclass(frozen=True)
class Desk:
    """A database of the matchmaker's own."""

    pool: Pool

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One unit of work, committed at its end."""
        async with transaction(self.pool) as connection:
            work = Work(connection, datetime.now(UTC), "matchmaker")
            yield work
            await work.finish()

    async def tell(self, *events: Event) -> None:
        """Handle events together, as a batch of them is."""
        async with self.work() as work:
            for event in events:
                await service.follows[type(event)](event, work)

    async def know(self, *schools: School) -> None:
        """Keep schools as the directory tells of them."""
        async with self.work() as work:
            await upsert_schools(work.connection, schools)

    async def ask(self, *requests: ClassRequest) -> None:
        """Class requests with ids of the test's own, so that the same story is told twice."""
        async with self.work() as work:
            for request in requests:
                await insert_class_request(work.connection, request)
            note_change(work, ChangeKind.CLASS_REQUEST, *(request.id for request in requests))

    async def withdraw(self, request: ClassRequest) -> None:
        """The school no longer asks."""
        async with self.work() as work:
            await update_class_request(
                work.connection, changed(request, version=request.version + 1, state="withdrawn")
            )
            await withdraw_of_request(work, request.id, "request_withdrawn")
            note_change(work, ChangeKind.CLASS_REQUEST, request.id)

    async def answer(self, proposal: VisitProposal, action: str, reason: Any = None) -> None:
        """The school's answer."""
        async with self.work() as work:
            command = AnswerVisitProposal(proposal_id=proposal.id, action=action, reason=reason)
            await proposing.answer_visit(command, work)

    async def turn(self, replica: EventRuns, *, rolled_back: bool = False) -> None:
        """Let a replica take what is due; where `rolled_back`, its transaction fails at the very end."""
        try:
            async with self.work() as work:
                await work.cancel_timer(MATCH_VISITS, "occitanie")
                await replica.match_visits("occitanie", work)
                if rolled_back:
                    await work.finish()
                    raise RolledBack
        except RolledBack:
            return

    async def proposals(self, *states: str) -> list[VisitProposal]:
        """The proposals in these states, by class and slot."""
        async with self.work() as work:
            rows = await work.connection.fetch(
                "select document from visit_proposal where state = any($1) order by class_request_id, slot_id, id",
                list(states or ("proposed",)),
            )
        return [decoder_of(VisitProposal).decode(row["document"]) for row in rows]

    async def pairs(self, *states: str) -> set[tuple[Any, Any]]:
        """Their classes and slots."""
        return {(each.class_request_id, each.slot_id) for each in await self.proposals(*states)}

    async def worth(self) -> tuple[int, int]:
        """What all that is proposed is worth in points, and what a match of the whole region would make of it."""
        async with self.work() as work:
            policy = await find_policy(work.connection)
            facts = facts_of(await load_region(work.connection, work.now), policy.settings, local_day(work.now))
            board = await load_board(work, policy)
        return board.plan.value, match_visits(facts, policy.settings).value

    async def runs(self) -> list[MatchRun]:
        """The runs that moved something, the oldest first."""
        async with self.work() as work:
            rows = await work.connection.fetch("select document from match_run order by started_at, id")
        return [decoder_of(MatchRun).decode(row["document"]) for row in rows]

    async def rows(self, table: str) -> int:
        """How many rows a table has."""
        async with self.work() as work:
            number: int = await work.connection.fetchval(f"select count(*) from {table}")
        return number

    async def broken(self) -> list[str]:
        """What is wrong with what is proposed, in words."""
        async with self.work() as work:
            region = await load_region(work.connection, work.now)
            facts = facts_of(region, PolicySettings(), local_day(work.now))
        proposed = (
            Visit(proposal.class_request_id, proposal.slot_id, capacity_id)
            for proposal, capacity_id in region.waiting
            if proposal.state == "proposed"
        )
        return broken_constraints(facts, proposed)


@asynccontextmanager
async def a_desk(postgres: RunningPostgres, template: str) -> AsyncIterator[Desk]:
    """A fresh database, gone at the end."""
    name = next(names)
    connection = await asyncpg.connect(postgres.admin_dsn())
    await connection.execute(f"create database {name} template {template} strategy file_copy")
    pool = await open_pool(postgres.dsn("matchmaker", name), 4)
    yield Desk(pool)
    await close_pool(pool)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


def a_request(number: int, **given) -> ClassRequest:
    """A 3e of 24 of the school in Auch."""
    asked = {
        "id": an_id(number),
        "school_uai": UAI,
        "school_name": "Collège d'essai",
        "place": AUCH,
        "under_reached": False,
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "from_date": school_day(3),
        "until_date": school_day(30),
        "formats": (VisitFormat.ON_SITE,),
        "weekdays": tuple(Weekday),
        "max_travel_minutes": 60,
        "state": "open",
        "created_at": NOW,
    }
    return ClassRequest(**(asked | given))
