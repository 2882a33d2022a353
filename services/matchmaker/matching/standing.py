"""What accepted and booked visits already hold, taken off the facts before anything is matched.

A frozen pair is never part of the choice: its group, its intervention, its day and its visit are gone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec

from services.matchmaker.matching.inputs import Mediation, Opening, Standing, StandingState, Wish


class Settled(msgspec.Struct, frozen=True):
    """The facts that are left: wishes that still want a visit, openings and mediations with what nobody holds."""

    wishes: tuple[Wish, ...]
    openings: tuple[Opening, ...]
    mediations: tuple[Mediation, ...]


def settle(
    wishes: Iterable[Wish],
    openings: Iterable[Opening],
    mediations: Iterable[Mediation],
    standing: Iterable[Standing],
) -> Settled:
    """Return the facts without what frozen visits hold; a class that has all its visits is left out."""
    class_days: dict[UUID, list[date]] = defaultdict(list)
    mediator_days: dict[UUID, list[date]] = defaultdict(list)
    accepted_by: dict[UUID, list[UUID]] = defaultdict(list)
    interventions_taken: Counter[UUID] = Counter()
    for stands in standing:
        if stands.state is StandingState.PROPOSED:
            continue
        class_days[stands.wish_id].append(stands.day)
        uncounted = int(stands.state is StandingState.ACCEPTED)
        if uncounted:
            accepted_by[stands.slot_id].append(stands.wish_id)
        if stands.mediation_id is not None:
            mediator_days[stands.mediation_id].append(stands.day)
            interventions_taken[stands.mediation_id] += uncounted
    told = tuple(wishes)
    held = (_with_visits(wish, class_days[wish.id]) if wish.id in class_days else wish for wish in told)
    holders = {wish.id: wish for wish in told} if accepted_by else {}
    return Settled(
        wishes=tuple(wish for wish in held if wish.visits_wanted > wish.visits_held),
        openings=tuple(
            _with_places(opening, [holders.get(wish_id) for wish_id in accepted_by[opening.slot_id]])
            if opening.slot_id in accepted_by
            else opening
            for opening in openings
        ),
        mediations=tuple(
            _with_interventions(capacity, interventions_taken[capacity.id], mediator_days[capacity.id])
            if capacity.id in mediator_days
            else capacity
            for capacity in mediations
        ),
    )


def _with_visits(wish: Wish, days: list[date]) -> Wish:
    return msgspec.structs.replace(
        wish, visits_held=wish.visits_held + len(days), taken_dates=wish.taken_dates.union(days)
    )


def _with_places(opening: Opening, holders: list[Wish | None]) -> Opening:
    """Return the opening without what these classes take; None is one that nothing is known of but that it comes."""
    taken = sum(_places_of(opening, wish) for wish in holders)
    # Places that are kept for under-reached classes are taken by these first.
    kept = sum(_places_of(opening, wish) for wish in holders if wish is not None and wish.under_reached)
    left = {"groups_free": max(0, opening.groups_free - (len(holders) if opening.pooled else taken))}
    if opening.pooled:
        left["pupils_free"] = max(0, opening.pupils_free - taken)
    return msgspec.structs.replace(opening, **left, reserved=max(0, opening.reserved - kept))


def _places_of(opening: Opening, wish: Wish | None) -> int:
    """`gates.places_needed` of one class; of a pooled slot, who is not known takes as much as anybody may."""
    if opening.pooled:
        return wish.pupils if wish is not None else opening.pupils_per_group
    return 1 + (opening.splitting and wish is not None and wish.pupils > opening.pupils_per_group)


def _with_interventions(capacity: Mediation, taken: int, days: list[date]) -> Mediation:
    return msgspec.structs.replace(
        capacity,
        interventions_left=max(0, capacity.interventions_left - taken),
        taken_dates=capacity.taken_dates.union(days),
    )
