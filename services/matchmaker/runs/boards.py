"""The region as one replica holds it in memory between turns, and how it is brought up to date.

What is in memory is a copy that may be thrown away at any time: the tables are the truth. It is good as of one turn, on
one day, under one policy; a turn that was rolled back never was, and neither was what was made of it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import TypeVar
from uuid import UUID

from contracts.companies.profiles import Site
from contracts.local_time import local_day
from contracts.matchmaker.explanations import UnderReachedReason
from contracts.matchmaker.policies import Policy
from services.matchmaker.matching.board.board import Board
from services.matchmaker.matching.board.changes import BoardChange, BoardMoves
from services.matchmaker.matching.cells import Cell
from services.matchmaker.matching.inputs import Mediation, Opening, Standing, VisitFacts, Wish
from services.matchmaker.matching.visits import VisitPlan
from services.matchmaker.runs import part_store, run_store
from services.matchmaker.runs.reach import within_reach
from services.matchmaker.runs.region import Region, facts_of, load_region
from services.matchmaker.runs.region_parts import Touched, load_part, with_proposed, with_same_offers
from services.work import Work

ThingT = TypeVar("ThingT", Wish, Opening, Mediation)


class RegionBoard:
    """Owns one region in memory; `turn` is the last one that it knows of, `taken_at` the moment of that."""

    def __init__(self, region: Region, facts: VisitFacts, policy: Policy, cell_prices: Mapping[Cell, float]) -> None:
        self.turn = 0
        self.taken_at = datetime.min.replace(tzinfo=UTC)
        self.policy = policy
        self.day: date = facts.today
        self.wishes: dict[UUID, Wish] = {wish.id: wish for wish in facts.wishes}
        self.openings: dict[UUID, Opening] = {opening.slot_id: opening for opening in facts.openings}
        self.mediations: dict[UUID, Mediation] = {one.id: one for one in facts.mediations}
        self.slot_versions: dict[UUID, int] = {slot.id: slot.version for slot in region.slots.values()}
        self._sites: dict[UUID, Site] = {site.id: site for site in region.sites}
        self._board = Board(facts, policy.settings, cell_prices=cell_prices)
        # What was just read may hold proposals for what is gone, which no board takes in.
        self._is_fresh = True

    @property
    def size(self) -> tuple[int, int, int]:
        """How many class requests, slots and capacities it has."""
        return len(self.wishes), len(self.openings), len(self.mediations)

    @property
    def plan(self) -> VisitPlan:
        """The region as it stands, good until the next change; it takes a while to make."""
        return self._board.plan

    async def catch_up(self, work: Work, touched: Touched) -> Touched:
        """Take over what other replicas took up and moved; gives what they left to be looked at."""
        change = await self.look_at(work, touched)
        return Touched(requests=frozenset(await asyncio.to_thread(self._board.learn, change)))

    async def match(self, change: BoardChange) -> BoardMoves:
        """Match again around what was looked at."""
        return await asyncio.to_thread(self._board.change, change)

    async def look_at(self, work: Work, touched: Touched) -> BoardChange:
        """What the tables say now of what was touched, taken down here too.

        What might have changed along with it is looked at as well, and left out where it did not.
        """
        if self._is_fresh:
            touched, self._is_fresh = await with_proposed(work.connection, touched), False
        settings = self.policy.settings
        is_reserving = settings.reserved_share > 0
        requests = touched.requests | await self._near_changed_sites(work, touched.sites)
        slots = await with_same_offers(work.connection, touched.slots) if is_reserving else touched.slots
        looked_at = Touched(requests=requests, slots=slots, capacities=touched.capacities)
        part = await load_part(work.connection, looked_at, self._sites.values(), work.now, reserving=is_reserving)
        facts = await asyncio.to_thread(facts_of, part, settings, self.day)
        for slot_id in slots:
            self.slot_versions.pop(slot_id, None)
        self.slot_versions |= {slot.id: slot.version for slot in part.slots.values()}
        told, gone = _news(self.wishes, {wish.id: wish for wish in facts.wishes}, requests, touched.requests)
        opened, closed = _news(self.openings, {one.slot_id: one for one in facts.openings}, slots, touched.slots)
        given = {one.id: one for one in facts.mediations}
        mediations, over = _news(self.mediations, given, touched.capacities, touched.capacities)
        standing: dict[UUID, list[Standing]] = defaultdict(list)
        for stands in facts.standing:
            standing[stands.wish_id].append(stands)
        return BoardChange(
            wishes=told,
            gone_wishes=gone,
            openings=opened,
            gone_openings=closed,
            mediations=mediations,
            gone_mediations=over,
            standing={request_id: tuple(standing[request_id]) for request_id in sorted(touched.requests)},
        )

    async def _near_changed_sites(self, work: Work, ids: Collection[UUID]) -> frozenset[UUID]:
        """The classes that a new or moved site may bring nearer to industry, or leave farther from it."""
        if not ids:
            return frozenset()
        had_any = bool(self._sites)
        places = []
        for site in await part_store.list_sites(work.connection, ids):
            before = self._sites.get(site.id)
            self._sites[site.id] = site
            if before is None or before.place != site.place:
                places += [site.place, *([before.place] if before else [])]
        settings = self.policy.settings
        if not places or UnderReachedReason.FAR_FROM_INDUSTRY not in settings.under_reached_by:
            return frozenset()
        # While there is no site at all, nobody is called far from one.
        if not had_any:
            return frozenset(self.wishes)
        return await asyncio.to_thread(
            within_reach, tuple(self.wishes.values()), places, settings.far_from_industry_minutes
        )


async def load_board(work: Work, policy: Policy) -> RegionBoard:
    """The whole region, as the tables tell of it now, with what is proposed there."""
    region = await load_region(work.connection, work.now, reserving=policy.settings.reserved_share > 0)
    equity = await run_store.find_last_equity(work.connection)
    prices = {Cell(cell.territory, cell.under_reached): cell.price for cell in equity.cells} if equity else {}
    return await asyncio.to_thread(_make, region, policy, local_day(work.now), prices)


def _make(region: Region, policy: Policy, today: date, prices: dict[Cell, float]) -> RegionBoard:
    return RegionBoard(region, facts_of(region, policy.settings, today), policy, prices)


def _news(
    known: dict[UUID, ThingT], found: Mapping[UUID, ThingT], looked_at: Collection[UUID], touched: Collection[UUID]
) -> tuple[tuple[ThingT, ...], tuple[UUID, ...]]:
    """What is told of things, and which of them are gone; `known` is brought up to date."""
    told = tuple(thing for each, thing in found.items() if each in touched or known.get(each) != thing)
    gone = tuple(sorted(each for each in looked_at if each not in found and (each in known or each in touched)))
    known.update(found)
    for each in gone:
        known.pop(each, None)
    return told, gone
