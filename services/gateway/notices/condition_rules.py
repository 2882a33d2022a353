"""When something is told: what a row of the choreography asks about an event."""

from collections.abc import Callable
from typing import Any

import msgspec

from contracts.caller import SYSTEM
from contracts.companies.bookings import BookingRescheduled, MediationState


class Happened(msgspec.Struct, frozen=True):
    """An event with who did it, and what its thing was before as far as it is known here."""

    event: Any
    actor: str
    before: Any

    @property
    def thing(self) -> Any:
        """What is told of: of a visit that moved, the new booking."""
        return self.event.successor if isinstance(self.event, BookingRescheduled) else self.event.resource


When = Callable[[Happened], bool]


def always(_happened: Happened) -> bool:
    """Whatever the state."""
    return True


def state_is(*states: str) -> When:
    """Where the thing is in one of these states now."""
    return lambda happened: happened.thing.state in states


def stage_was(*stages: str) -> When:
    """Where a booking expired at one of these stages."""
    return lambda happened: happened.thing.reason in stages


def state_was(*states: str) -> When:
    """Where the thing is known to have been in one of these states before."""
    return lambda happened: happened.before is not None and happened.before.state in states


def state_was_not(*states: str) -> When:
    """Where the thing was in another state before, or is not known from before."""
    return lambda happened: not state_was(*states)(happened)


def by_region(happened: Happened) -> bool:
    """Where a coordinator did it in somebody's stead."""
    return happened.actor == SYSTEM.party


def hours_changed(happened: Happened) -> bool:
    """Where a visit takes place at other hours than before."""
    before, now = happened.before, happened.thing
    return before is not None and (before.starts_at, before.ends_at) != (now.starts_at, now.ends_at)


def mediator_agreed(happened: Happened) -> bool:
    """Where an association has said yes to the visit."""
    return bool(happened.thing.mediation == MediationState.ACCEPTED)


def mediator_found(happened: Happened) -> bool:
    """Where an association has said yes to a visit that still waits for somebody else."""
    before = happened.before
    return before is not None and before.mediation != MediationState.ACCEPTED and mediator_agreed(happened)


def moved_offer_lapsed(happened: Happened) -> bool:
    """Where the school let the new date lapse that its company had proposed."""
    return happened.thing.reason == "offered" and happened.thing.rescheduled_from is not None


def withdrawn_by_match(happened: Happened) -> bool:
    """Where a visit proposal was withdrawn for its own sake: what became of a booking is told by the booking."""
    return happened.thing.state == "withdrawn" and not happened.thing.why.startswith("booking_")
