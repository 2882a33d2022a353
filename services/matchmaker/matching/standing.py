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
    groups_taken: Counter[UUID] = Counter()
    interventions_taken: Counter[UUID] = Counter()
    for stands in standing:
        if stands.state is StandingState.PROPOSED:
            continue
        class_days[stands.wish_id].append(stands.day)
        uncounted = int(stands.state is StandingState.ACCEPTED)
        groups_taken[stands.slot_id] += uncounted
        if stands.mediation_id is not None:
            mediator_days[stands.mediation_id].append(stands.day)
            interventions_taken[stands.mediation_id] += uncounted
    held = (_with_visits(wish, class_days[wish.id]) if wish.id in class_days else wish for wish in wishes)
    return Settled(
        wishes=tuple(wish for wish in held if wish.visits_wanted > wish.visits_held),
        openings=tuple(_with_groups(opening, groups_taken[opening.slot_id]) for opening in openings),
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


def _with_groups(opening: Opening, taken: int) -> Opening:
    if not taken:
        return opening
    return msgspec.structs.replace(opening, groups_free=max(0, opening.groups_free - taken))


def _with_interventions(capacity: Mediation, taken: int, days: list[date]) -> Mediation:
    return msgspec.structs.replace(
        capacity,
        interventions_left=max(0, capacity.interventions_left - taken),
        taken_dates=capacity.taken_dates.union(days),
    )
