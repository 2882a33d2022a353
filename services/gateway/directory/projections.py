"""Keeping the directory true: every event that carries a resource brings its whole present state.

Each row is guarded by the resource's version, and no row depends on another's being there first, so that repeated,
late and reordered events end in the same directory. The rows of a batch of events are written together, and what they
changed is noted for whoever listens (live/).
"""

from datetime import timedelta

from contracts.message import Event, Resource
from services.gateway.directory.live_store import delete_changes, insert_changes
from services.gateway.directory.upserts import upsert_resources
from services.gateway.live.hearing_rules import Change
from services.work import Work

# Whoever was away for longer reads anew what they show.
CHANGES_KEPT = timedelta(days=1)


async def keep(event: Event, work: Work) -> None:
    """Keep every resource that an event carries: a booking's event brings its slot too."""
    carried = (getattr(event, field) for field in event.__struct_fields__)
    work.gather(write, *(resource for resource in carried if isinstance(resource, Resource)))


async def write(resources: list[Resource], work: Work) -> None:
    """Write what a batch of events brought."""
    note_changes(await upsert_resources(work.connection, resources), work)


def note_changes(changes: list[Change], work: Work) -> None:
    """Have changes heard once they are committed.

    They are written after all else: from then on other writers of changes wait, who may hold what this one still wants.
    """
    if changes:
        work.gather(_write_changes, *changes)


async def _write_changes(changes: list[Change], work: Work) -> None:
    await insert_changes(work.connection, changes)


async def forget_old_changes(work: Work) -> None:
    """Drop what changed long ago."""
    await delete_changes(work.connection, work.now - CHANGES_KEPT)
