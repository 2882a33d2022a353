"""What becomes of the figures of a place, and whether that is news."""

from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from msgspec.structs import replace

from contracts.matchmaker.unmet_demand import UnmetDemand

# As many as an answer carries; those left out are the least asked for.
ROWS = 126


def commune_id(commune: str) -> UUID:
    """The id under which the demand of a commune is kept: the same for the same commune."""
    return uuid5(NAMESPACE_OID, f"unmet demand of commune {commune}")


def news(known: UnmetDemand | None, told: UnmetDemand) -> UnmetDemand | None:
    """The next version of what is asked for in vain near a place; None where that is no news."""
    told = replace(told, rows=told.rows[:ROWS])
    if known is None:
        return told if told.classes else None
    same = replace(told, version=known.version, match_run_id=known.match_run_id, measured_at=known.measured_at)
    return None if same == known else replace(told, version=known.version + 1)


def emptied(known: UnmetDemand, run_id: UUID, now: datetime) -> UnmetDemand:
    """What is told of a place near which nobody asks in vain any more."""
    return replace(known, classes=0, under_reached=0, rows=(), match_run_id=run_id, measured_at=now)
