"""The plans that one replica answers questions from: made once for what the tables say, and kept until they say more.

A plan of a large region takes seconds, in which its process does little else. So nobody has one made while another is
in the making, and what was made for one question serves all others about the same region. What is kept is a copy that
may be thrown away at any time.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from contracts.errors import TooManyRequests
from contracts.local_time import local_day
from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.explaining.store import RegionState, find_region_state
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.visits import VisitPlan, match_visits
from services.matchmaker.policy.store import find_policy
from services.matchmaker.runs.region import Region, facts_of, load_region
from services.work import Work

# The region as it is, which most questions are about, and as it was last supposed for a pair that cannot be proposed.
_KEPT: Final = 2
# Whoever waits for a plan holds one of the process's connections, which all else that it does needs as well.
AT_ONCE: Final = 6

Suppose: TypeAlias = Callable[[Region], Region]


class _Made(msgspec.Struct, frozen=True, eq=False):
    """A plan, there or still in the making, and what it is of."""

    state: RegionState
    region: Region
    facts: VisitFacts
    settings: PolicySettings
    plan: "asyncio.Task[VisitPlan]"

    @property
    def has_failed(self) -> bool:
        """Whether there is no plan and will be none."""
        return self.plan.done() and (self.plan.cancelled() or self.plan.exception() is not None)


class Plans:
    """Owns the last plans and the region as it was last read; `number` of plans were made so far."""

    def __init__(self) -> None:
        self.number = 0
        self._asking = 0
        self._one_at_a_time = asyncio.Lock()
        self._read: tuple[RegionState, Region] | None = None
        self._made: tuple[_Made, ...] = ()

    async def plan_for(self, work: Work, suppose: Suppose) -> VisitPlan:
        """The region matched as by a run of now, were it as is supposed; `work` sees one moment of the tables.

        Raises TooManyRequests while so many wait already that others would be held up.
        """
        if self._asking >= AT_ONCE:
            raise TooManyRequests()
        self._asking += 1
        try:
            return await self._in_turn(work, suppose)
        finally:
            self._asking -= 1

    async def _in_turn(self, work: Work, suppose: Suppose) -> VisitPlan:
        state = await find_region_state(work.connection, local_day(work.now))
        async with self._one_at_a_time:
            region = suppose(await self._load(work, state))
            made = self._of_state(state, region) or await self._of_facts(work, state, region)
            # Whoever asks may give up waiting; no solver ends by that, and what it finds is there for the next one.
            return await asyncio.shield(made.plan)

    async def _load(self, work: Work, state: RegionState) -> Region:
        """The region as the tables tell of it, read again only where they tell something else than before."""
        if self._read is None or self._read[0] != state:
            self._read = state, await load_region(work.connection, work.now)
        return self._read[1]

    def _of_state(self, state: RegionState, region: Region) -> _Made | None:
        """What was made of this very region."""
        kept = (made for made in self._made if made.state == state and made.region == region)
        return next((made for made in kept if not made.has_failed), None)

    async def _of_facts(self, work: Work, state: RegionState, region: Region) -> _Made:
        """What was made of a region that means the same to a match, or is made of this one now."""
        settings = (await find_policy(work.connection)).settings
        facts = await asyncio.to_thread(facts_of, region, settings, state.day)
        same = (made for made in self._made if (made.facts, made.settings) == (facts, settings))
        known = next((made for made in same if not made.has_failed), None)
        plan = known.plan if known else await self._make(facts, settings)
        made = _Made(state, region, facts, settings, plan)
        self._made = (made, *(other for other in self._made if other.plan is not plan))[:_KEPT]
        return made

    async def _make(self, facts: VisitFacts, settings: PolicySettings) -> "asyncio.Task[VisitPlan]":
        """Begin a plan, once no other is in the making: whoever gave up on one left it behind."""
        if unfinished := [made.plan for made in self._made if not made.plan.done()]:
            await asyncio.wait(unfinished)
        self.number += 1
        return asyncio.create_task(asyncio.to_thread(match_visits, facts, settings), name="a plan to answer from")
