"""What a match of visits changes: proposals withdrawn, moved to another mediator, made; all in the run's transaction.

Slots and class requests concerned are locked before anything is written, in that order: events of bookings lock the
slot first, and an answer locks its class request before it looks at its proposal. A pair whose class or slot has moved
on since the match began is left to the next one, which that very change has already called.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

import msgspec

from contracts.companies.slots import Slot
from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.proposals import (
    VisitProposal,
    VisitProposalChanged,
    VisitProposalClosed,
    VisitProposalMade,
)
from services.matchmaker.matching.visits import VisitMatch, VisitPlan
from services.matchmaker.proposals.handlers import EXPIRE_VISIT
from services.matchmaker.proposals.rules import withdraw_visit
from services.matchmaker.proposals.store import insert_visit_proposal, update_visit_proposal
from services.matchmaker.runs import store
from services.matchmaker.runs.new_proposals import Origin, association_name, new_proposal
from services.matchmaker.runs.place_rules import has_room
from services.matchmaker.runs.region import Region
from services.work import Work


class Moves(msgspec.Struct, frozen=True, kw_only=True):
    """What a match would change of the proposals that wait for an answer; each withdrawal says why."""

    made: tuple[VisitMatch, ...] = ()
    withdrawn: tuple[tuple[VisitProposal, str], ...] = ()
    mediators: tuple[tuple[VisitProposal, VisitMatch], ...] = ()


class Written(NamedTuple):
    """What of it was written."""

    made: tuple[VisitProposal, ...]
    withdrawn: tuple[VisitProposal, ...]
    changed: tuple[VisitProposal, ...]

    @property
    def classes(self) -> frozenset[UUID]:
        """The class requests that have other proposals than before."""
        return frozenset(proposal.class_request_id for each in self for proposal in each)


def moves_of(plan: VisitPlan, waiting: Iterable[tuple[VisitProposal, UUID | None]]) -> Moves:
    """What the plan changes of the proposals that wait, each given with its capacity."""
    chosen = {(match.wish_id, match.slot_id): match for match in plan.matches}
    withdrawn, mediators = [], []
    for proposal, capacity_id in waiting:
        match = chosen.pop((proposal.class_request_id, proposal.slot_id), None)
        if proposal.state != "proposed":
            continue
        if match is None:
            why = "better_match" if proposal.slot_id in plan.slot_rows else "slot_unavailable"
            withdrawn.append((proposal, why))
        elif match.mediation_id != capacity_id:
            mediators.append((proposal, match))
    return Moves(made=tuple(chosen.values()), withdrawn=tuple(withdrawn), mediators=tuple(mediators))


async def write_moves(
    work: Work, region: Region, moves: Moves, explain: Callable[[VisitMatch], Explanation], origin: Origin
) -> Written:
    """Write the moves, each new proposal with its explanation; `region` has all that they speak of."""
    slots = await store.lock_slots(work.connection, sorted({match.slot_id for match in moves.made}))
    concerned = {match.wish_id for match in moves.made}
    concerned |= {proposal.class_request_id for proposal, _ in (*moves.withdrawn, *moves.mediators)}
    versions = await store.lock_requests(work.connection, sorted(concerned))
    withdrawn = [each for proposal, why in moves.withdrawn if (each := await _withdraw(work, proposal, why))]
    changed = [each for pair in moves.mediators if (each := await _change_mediator(work, region, *pair))]
    made = await _make(work, region, moves.made, explain, origin, slots, versions, withdrawn)
    return Written(tuple(made), tuple(withdrawn), tuple(changed))


async def _withdraw(work: Work, proposal: VisitProposal, why: str) -> VisitProposal | None:
    closed = withdraw_visit(proposal, why, work.now)
    if closed is None or not await update_visit_proposal(work.connection, closed):
        return None
    await work.cancel_timer(EXPIRE_VISIT, closed.id)
    work.announce(VisitProposalClosed(visit_proposal=closed))
    return closed


async def _change_mediator(
    work: Work, region: Region, proposal: VisitProposal, match: VisitMatch
) -> VisitProposal | None:
    changed = msgspec.structs.replace(
        proposal,
        version=proposal.version + 1,
        association_id=match.association_id,
        association_name=association_name(region, match),
        changed_at=work.now,
    )
    if not await update_visit_proposal(work.connection, changed, match.mediation_id):
        return None
    work.announce(VisitProposalChanged(visit_proposal=changed))
    return changed


async def _make(
    work: Work,
    region: Region,
    new: Iterable[VisitMatch],
    explain: Callable[[VisitMatch], Explanation],
    origin: Origin,
    slots: dict[UUID, Slot],
    versions: dict[UUID, int],
    withdrawn: list[VisitProposal],
) -> list[VisitProposal]:
    """Write the proposals that are new and still possible."""
    claims = await store.count_claims(work.connection, sorted(versions))
    proposed = defaultdict(list, await store.list_proposed_pupils(work.connection, sorted(slots)))
    replaced = {proposal.class_request_id: proposal.id for proposal in withdrawn}
    made = []
    for match in new:
        request, slot = region.requests[match.wish_id], region.slots[match.slot_id]
        offer = region.offers[slot.visit_offer_id]
        locked = slots.get(slot.id)
        if locked is None or locked.version != slot.version or versions.get(request.id) != request.version:
            continue
        if claims.get(request.id, 0) >= request.visits_wanted:
            continue
        if not has_room(locked, offer, proposed[slot.id], request.pupils):
            continue
        explanation = explain(match)
        proposal = new_proposal(work, region, match, explanation, origin, replaced.get(request.id))
        if proposal.expires_at <= work.now:
            continue
        claims[request.id] = claims.get(request.id, 0) + 1
        proposed[slot.id].append(request.pupils)
        await insert_visit_proposal(work.connection, proposal, match.mediation_id, explanation)
        work.set_timer(EXPIRE_VISIT, proposal.id, proposal.expires_at)
        work.announce(VisitProposalMade(visit_proposal=proposal))
        made.append(proposal)
    return made
