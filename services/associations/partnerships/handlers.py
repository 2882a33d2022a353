"""Partnerships: made of agreed proposals, started, closed and shown to their two parties and the Region."""

from uuid import UUID

from contracts.associations.partnerships import (
    GetPartnership,
    MovePartnership,
    Partnership,
    PartnershipAgreed,
    PartnershipMoved,
)
from contracts.errors import NotFound
from contracts.matchmaker.proposals import PartnershipProposalAgreed
from services.associations.actors import actors_of
from services.associations.partnerships import rules, store
from services.work import Work


async def make(event: PartnershipProposalAgreed, work: Work) -> None:
    """Make the partnership of an agreed proposal, once however often the event comes."""
    partnership = rules.new_partnership(event.partnership_proposal, work.new_id())
    if await store.insert_partnership(work.connection, partnership):
        work.announce(PartnershipAgreed(partnership=partnership))


async def move(request: MovePartnership, work: Work) -> Partnership:
    """Start or close a partnership; raises NotFound, Outdated, TransitionRefused, Invalid."""
    partnership, actors = await _find(request.partnership_id, work, lock=True)
    work.expect(partnership)
    moved = rules.moved_partnership(partnership, request, actors)
    await store.update_partnership(work.connection, moved)
    work.announce(PartnershipMoved(partnership=moved))
    return rules.shown_to(moved, actors)


async def get(request: GetPartnership, work: Work) -> Partnership:
    """One partnership; raises NotFound for all but its parties and the Region."""
    partnership, actors = await _find(request.partnership_id, work, lock=False)
    return rules.shown_to(partnership, actors)


async def _find(partnership_id: UUID, work: Work, *, lock: bool) -> tuple[Partnership, frozenset[str]]:
    partnership = await store.find_partnership(work.connection, partnership_id, lock=lock)
    if partnership is not None:
        actors = actors_of(work.caller, partnership.association_id, partnership.company_id)
        if actors:
            return partnership, actors
    raise NotFound(thing="partnership", id=str(partnership_id))
