"""A run once more, from what it was told, without a server: the same facts and settings give the same, byte for byte.

Pure. What is compared are the solutions of all territories and the whole plan, in their canonical form; the first
difference is named by where it is.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import msgspec

from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.shards import ShardSolution, merge, solve_shard, split
from services.matchmaker.matching.visits import VisitPlan
from services.matchmaker.runs.keeping import digest_of, pack, told_by_plan, unpack
from services.matchmaker.runs.run_store import Kept

_NOTHING = object()


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What a repetition gave: the name of its facts, and the first difference; empty where there is none."""

    digest: str
    plan: VisitPlan
    difference: str

    @property
    def same(self) -> bool:
        """Whether it gave the same bytes."""
        return not self.difference


def replay(kept: Kept) -> Replay:
    """Solve a run again and compare."""
    facts, settings = unpack(kept.facts.packed, VisitFacts), kept.facts.settings
    # Packed and unpacked, as those that the run merged were.
    solutions = {
        shard: unpack(pack(solve_shard(each, settings)), ShardSolution) for shard, each in split(facts).items()
    }
    before = {shard: unpack(packed, ShardSolution) for shard, packed in kept.solutions.items()}
    plan = merge(facts, settings, solutions)
    then, now = msgspec.to_builtins(before, str_keys=True), msgspec.to_builtins(solutions, str_keys=True)
    difference = first_difference(then, now, "shards")
    packed = pack(told_by_plan(plan))
    if not difference and packed != kept.outcome:
        then, now = unpack(kept.outcome, dict[str, Any]), unpack(packed, dict[str, Any])
        # Bytes may differ where nothing that they say does: then they were written by another version.
        difference = first_difference(then, now, "plan") or "the same plan, written otherwise"
    return Replay(digest=digest_of(facts, settings), plan=plan, difference=difference)


def first_difference(then: Any, now: Any, at: str) -> str:
    """Where two values differ first and how, in words; empty where they are equal."""
    return next(_differences(then, now, at), "")


def _differences(then: Any, now: Any, at: str) -> Iterator[str]:
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted({*then, *now}):
            yield from _differences(then.get(key, _NOTHING), now.get(key, _NOTHING), f"{at}.{key}")
    elif isinstance(then, list | tuple) and isinstance(now, list | tuple):
        for place, (one, other) in enumerate(zip_longest(then, now, fillvalue=_NOTHING)):
            yield from _differences(one, other, f"{at}[{place}]")
    elif then != now:
        yield f"{at} was {_shown(then)} and is {_shown(now)}"


def _shown(value: Any) -> str:
    return "nothing" if value is _NOTHING else str(value)
