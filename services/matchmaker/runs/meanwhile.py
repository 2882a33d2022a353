"""What changed while a run was solving: pairs that it decided on facts which no longer hold are left as they are.

Pure. A class, slot or mediator has moved on where anything that matching is told of it differs, what stands of it
included. A class whose new pair cannot be had keeps the proposal that it has, and so the place of that is not given to
another; what is left out is matched again by the next event.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from services.matchmaker.matching.inputs import Standing, VisitFacts
from services.matchmaker.runs.visit_changes import Moves


class MovedOn(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of what is not as the run was told."""

    wishes: frozenset[UUID] = frozenset()
    slots: frozenset[UUID] = frozenset()
    mediations: frozenset[UUID] = frozenset()


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """The moves that still can be made, and the classes for which some cannot."""

    moves: Moves
    left_out: frozenset[UUID]


def moved_on(then: VisitFacts, now: VisitFacts) -> MovedOn:
    """What differs between the facts that a run was told and those that hold now."""
    stood, stands = set(then.standing), set(now.standing)
    changed = stood ^ stands
    return MovedOn(
        wishes=_differing({wish.id: wish for wish in then.wishes}, {wish.id: wish for wish in now.wishes})
        | {one.wish_id for one in changed},
        slots=_differing({one.slot_id: one for one in then.openings}, {one.slot_id: one for one in now.openings})
        | {one.slot_id for one in changed},
        mediations=_differing({one.id: one for one in then.mediations}, {one.id: one for one in now.mediations})
        | {one.mediation_id for one in changed if one.mediation_id is not None},
    )


def _differing(then: Mapping[UUID, Any], now: Mapping[UUID, Any]) -> frozenset[UUID]:
    return frozenset(each for each in then.keys() | now.keys() if then.get(each) != now.get(each))


def possible(moves: Moves, moved: MovedOn, stood: Iterable[Standing]) -> Possible:
    """The moves without those of classes that moved on or need what did, or a place that so is not given up.

    `stood` is what the run was told of proposals. One made meanwhile makes its class one that moved on.
    """
    mediators = {(stands.wish_id, stands.slot_id): stands.mediation_id for stands in stood}
    needed: dict[UUID, list[tuple[UUID, UUID | None]]] = defaultdict(list)
    given_up: dict[UUID, list[UUID]] = defaultdict(list)
    for match in moves.made:
        needed[match.wish_id].append((match.slot_id, match.mediation_id))
    for proposal, match in moves.mediators:
        needed[proposal.class_request_id].append((proposal.slot_id, match.mediation_id))
        given_up[proposal.class_request_id].append(proposal.slot_id)
    for proposal, _ in moves.withdrawn:
        given_up[proposal.class_request_id].append(proposal.slot_id)

    left_out: set[UUID] = set()
    slots, mediations = set(moved.slots), set(moved.mediations)
    while fresh := {
        wish
        for wish in moved.wishes | needed.keys()
        if wish not in left_out
        and (wish in moved.wishes or any(slot in slots or mediator in mediations for slot, mediator in needed[wish]))
    }:
        left_out |= fresh
        for wish in fresh:
            slots.update(given_up[wish])
            mediations.update(mediator for slot in given_up[wish] if (mediator := mediators.get((wish, slot))))
    return Possible(
        moves=Moves(
            made=tuple(match for match in moves.made if match.wish_id not in left_out),
            withdrawn=tuple(each for each in moves.withdrawn if each[0].class_request_id not in left_out),
            mediators=tuple(each for each in moves.mediators if each[0].class_request_id not in left_out),
        ),
        left_out=frozenset(wish for wish in left_out if needed.get(wish) or given_up.get(wish)),
    )
