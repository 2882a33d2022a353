"""Associations: registering, importing, changing, approving, suspending, showing."""

from uuid import UUID

from contracts.associations.profiles import (
    Association,
    AssociationChanged,
    AssociationRegistered,
    ChangeAssociation,
    GetAssociation,
    ImportAssociations,
    MoveAssociation,
    NewAssociation,
    RegisterAssociation,
)
from contracts.errors import AlreadyExists, Invalid, NotFound
from contracts.message import ImportReport, RefusedRow
from services.associations.actors import actors_of, require_coordinator, require_owner
from services.associations.capacities.handlers import refresh_capacities
from services.associations.profiles import identity_rules, rules, store
from services.work import Work


async def register(request: RegisterAssociation, work: Work) -> Association:
    """Register an association, approved at once; raises Forbidden, Invalid, AlreadyExists with the id of the other."""
    require_coordinator(work.caller)
    rules.check_registrable(request.association)
    association = rules.new_association(request.association, work.new_id(), "approved", work.now)
    key = identity_rules.name_key(association.name)
    await store.lock_identities(work.connection)
    candidates = await store.list_candidates(work.connection, association, key)
    if same := identity_rules.find_same(association, (known.association for known in candidates)):
        number = f"RNA {association.rna}" if association.rna else f"SIREN {association.siren}"
        raise AlreadyExists(thing="association", key=number, id=str(same.id))
    await store.insert_association(work.connection, association, key)
    work.announce(AssociationRegistered(association=association))
    return rules.shown_to(association, actors_of(work.caller, association.id))


async def import_rows(request: ImportAssociations, work: Work) -> ImportReport:
    """Load the good rows as shadow associations and name the bad ones; raises Forbidden."""
    require_coordinator(work.caller)
    await store.lock_identities(work.connection)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    refused: list[RefusedRow] = []
    seen: set[UUID] = set()
    for number, row in enumerate(request.rows):
        try:
            counts[await _load(row, seen, work)] += 1
        except Invalid as error:
            reason = "; ".join(f"{wrong.field}: {wrong.message.en}" for wrong in error.fields)
            refused.append(RefusedRow(row=number, reason=reason))
    return ImportReport(**counts, refused=tuple(refused))


async def _load(row: NewAssociation, seen: set[UUID], work: Work) -> str:
    """Load one row, of an association not yet `seen` in this import; returns what became of it."""
    described = rules.new_association(row, work.new_id(), "shadow", work.now)
    key = identity_rules.name_key(described.name)
    candidates = await store.list_candidates(work.connection, described, key)
    associations = [known.association for known in candidates]
    same = identity_rules.find_same(described, associations)
    if same is None:
        seen.add(described.id)
        await store.insert_association(work.connection, described, key, row)
        work.announce(AssociationRegistered(association=described))
        return "created"
    identity_rules.check_single(same, seen)
    renewed = identity_rules.renewed_association(same, described, associations)
    seen.add(same.id)
    imported = next(known.imported for known in candidates if known.association.id == same.id)
    if same.state != "shadow" or imported == row:
        # What an association or a coordinator wrote since stands until the source itself says something new.
        return "unchanged"
    await store.update_imported(work.connection, renewed, key, row)
    work.announce(AssociationChanged(association=renewed))
    await refresh_capacities(renewed, work)
    return "changed"


async def change(request: ChangeAssociation, work: Work) -> Association:
    """Change some fields of an association; raises NotFound, NotYours, Outdated, TransitionRefused, Invalid."""
    association = await _find(request.association_id, work)
    actors = require_owner(work.caller, association.id)
    work.expect(association)
    changed = rules.changed_association(association, request.change, actors, work.now)
    if changed is not association:
        await store.update_association(work.connection, changed)
        work.announce(AssociationChanged(association=changed))
        await refresh_capacities(changed, work)
    return rules.shown_to(changed, actors)


async def move(request: MoveAssociation, work: Work) -> Association:
    """Approve or suspend an association; raises NotFound, NotYours, Outdated, TransitionRefused, Invalid."""
    association = await _find(request.association_id, work)
    actors = require_owner(work.caller, association.id)
    work.expect(association)
    moved = rules.moved_association(association, request.action, request.reason, actors, work.now)
    await store.update_association(work.connection, moved)
    work.announce(rules.MOVES[request.action](association=moved))
    return rules.shown_to(moved, actors)


async def get(request: GetAssociation, work: Work) -> Association:
    """One association as the caller may see it; raises NotFound."""
    association = await store.find_association(work.connection, request.association_id)
    if association is None:
        raise NotFound(thing="association", id=str(request.association_id))
    return rules.shown_to(association, actors_of(work.caller, association.id))


async def _find(association_id: UUID, work: Work) -> Association:
    """The association, locked, where the caller may see it at all."""
    association = await store.find_association(work.connection, association_id, lock=True)
    if association is None:
        raise NotFound(thing="association", id=str(association_id))
    rules.shown_to(association, actors_of(work.caller, association_id))
    return association
