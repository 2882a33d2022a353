"""Keeping the directory true: every event that carries a resource brings its whole present state.

Each row is guarded by the resource's version, and no row depends on another's being there first, so that repeated,
late and reordered events end in the same directory.
"""

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.message import Event, Resource
from services.gateway.directory.entries import entry_of
from services.gateway.directory.store import upsert_entry, upsert_search_offer, upsert_search_slot
from services.work import Work


async def keep(event: Event, work: Work) -> None:
    """Keep every resource that an event carries: a booking's event brings its slot too."""
    for field in event.__struct_fields__:
        resource = getattr(event, field)
        if isinstance(resource, Resource):
            await upsert_entry(work.connection, entry_of(resource))
        if isinstance(resource, VisitOffer):
            await upsert_search_offer(work.connection, resource)
        if isinstance(resource, Slot):
            await upsert_search_slot(work.connection, resource)
