"""Facts and outcomes as bytes to keep: the same content gives the same bytes, in whatever process.

Sets and mappings are written in the order of their members; a list is compressed as a whole.
"""

import hashlib
import zlib
from typing import Any, TypeVar

import msgspec

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.visits import VisitPlan

KeptT = TypeVar("KeptT")
# Facts of a region are some megabytes of very repetitive text; more effort costs seconds and gains little.
_EFFORT = 3


def canonical(kept: Any) -> bytes:
    """Anything that msgspec encodes, with what has no order in that of its members."""
    return msgspec.json.encode(msgspec.to_builtins(kept, str_keys=True, order="deterministic"))


def pack(kept: Any) -> bytes:
    """The same, compressed."""
    return zlib.compress(canonical(kept), _EFFORT)


def unpack(packed: bytes, kind: type[KeptT]) -> KeptT:
    """What `pack` made into bytes."""
    return msgspec.json.decode(zlib.decompress(packed), type=kind)


def digest_of(facts: VisitFacts, settings: PolicySettings) -> str:
    """The name of what a run was told: other facts or settings have another."""
    return hashlib.sha256(canonical([facts, settings])).hexdigest()


def told_by_plan(plan: VisitPlan) -> dict[str, Any]:
    """What a run found: every match with its points and reasons, and the certificate."""
    return {
        "value": plan.value,
        "bound": plan.bound,
        "limited": plan.limited,
        "equity": plan.equity,
        "matches": plan.matches,
    }
