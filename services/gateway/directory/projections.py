"""Keeping the directory true: every event that carries a resource brings its whole present state.

Each row is guarded by the resource's version, and no row depends on another's being there first, so that repeated,
late and reordered events end in the same directory. The rows of a batch of events are written together.
"""

from contracts.message import Event, Resource
from services.gateway.directory.upserts import upsert_resources
from services.work import Work


async def keep(event: Event, work: Work) -> None:
    """Keep every resource that an event carries: a booking's event brings its slot too."""
    carried = (getattr(event, field) for field in event.__struct_fields__)
    work.gather(write, *(resource for resource in carried if isinstance(resource, Resource)))


async def write(resources: list[Resource], work: Work) -> None:
    """Write what a batch of events brought."""
    await upsert_resources(work.connection, resources)
