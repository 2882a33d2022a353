"""Capacities: publishing, changing, withdrawing, showing, and closing what has passed."""

from uuid import UUID

from contracts.associations.capacities import (
    Capacity,
    CapacityChanged,
    CapacityPublished,
    CapacityWithdrawn,
    ChangeCapacity,
    GetCapacity,
    MoveCapacity,
    PublishCapacity,
)
from contracts.associations.profiles import Association
from contracts.errors import NotFound
from services.associations.actors import actors_of, require_owner
from services.associations.capacities import rules, store
from services.associations.interventions.store import list_live_days
from services.associations.profiles.store import find_association
from services.work import Work

PERIOD_OVER = "capacity-period-over"


async def publish(request: PublishCapacity, work: Work) -> Capacity:
    """Publish a capacity; raises NotFound, NotYours, TransitionRefused, Invalid."""
    # Locked, so that no suspension or new name comes between its reading and the capacity's commit.
    association = await find_association(work.connection, request.association_id, lock=True)
    actors = actors_of(work.caller, request.association_id)
    if association is None or (association.state == "suspended" and not actors):
        raise NotFound(thing="association", id=str(request.association_id))
    require_owner(work.caller, association.id)
    capacity = rules.new_capacity(request.capacity, association, actors, work.new_id(), work.now)
    await store.insert_capacity(work.connection, capacity)
    work.announce(CapacityPublished(capacity=capacity))
    work.set_timer(PERIOD_OVER, capacity.id, rules.end_of(capacity))
    return rules.shown_to(capacity, association.state, actors)


async def change(request: ChangeCapacity, work: Work) -> Capacity:
    """Change some fields of a capacity; raises NotFound, NotYours, Outdated, TransitionRefused, Invalid."""
    capacity, association_state = await _find(request.capacity_id, work, lock=True)
    actors = require_owner(work.caller, capacity.association_id)
    work.expect(capacity)
    promised = len(await list_live_days(work.connection, capacity.id))
    changed = rules.changed_capacity(capacity, request.change, actors, work.now, promised)
    if changed is not capacity:
        await store.update_capacity(work.connection, changed)
        work.announce(CapacityChanged(capacity=changed))
        await work.cancel_timer(PERIOD_OVER, changed.id)
        work.set_timer(PERIOD_OVER, changed.id, rules.end_of(changed))
    return rules.shown_to(changed, association_state, actors)


async def move(request: MoveCapacity, work: Work) -> Capacity:
    """Withdraw a capacity; raises NotFound, NotYours, Outdated, TransitionRefused, Invalid."""
    capacity, association_state = await _find(request.capacity_id, work, lock=True)
    actors = require_owner(work.caller, capacity.association_id)
    work.expect(capacity)
    withdrawn = rules.withdrawn_capacity(capacity, request.action, request.reason, actors)
    await store.update_capacity(work.connection, withdrawn)
    work.announce(CapacityWithdrawn(capacity=withdrawn))
    await work.cancel_timer(PERIOD_OVER, withdrawn.id)
    return rules.shown_to(withdrawn, association_state, actors)


async def get(request: GetCapacity, work: Work) -> Capacity:
    """One capacity; raises NotFound."""
    capacity, association_state = await _find(request.capacity_id, work, lock=False)
    return rules.shown_to(capacity, association_state, actors_of(work.caller, capacity.association_id))


async def expire(key: str, work: Work) -> None:
    """Close the capacity whose period has passed; harmless where it was withdrawn or prolonged meanwhile."""
    found = await store.find_capacity(work.connection, UUID(key), lock=True)
    if found and (expired := rules.expired_capacity(found[0], work.now)):
        await store.update_capacity(work.connection, expired)
        work.announce(CapacityWithdrawn(capacity=expired))


async def refresh_capacities(association: Association, work: Work) -> None:
    """Bring an association's new name or place into what it gives now."""
    for capacity in await store.list_published(work.connection, association.id):
        fresh = rules.refreshed_capacity(capacity, association)
        if fresh is not capacity:
            await store.update_capacity(work.connection, fresh)
            work.announce(CapacityChanged(capacity=fresh))


async def _find(capacity_id: UUID, work: Work, *, lock: bool) -> tuple[Capacity, str]:
    """The capacity and its association's state, where the caller may see it."""
    found = await store.find_capacity(work.connection, capacity_id, lock=lock)
    if found is None:
        raise NotFound(thing="capacity", id=str(capacity_id))
    rules.shown_to(*found, actors_of(work.caller, found[0].association_id))
    return found
