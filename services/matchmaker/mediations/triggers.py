"""What makes the matchmaker look for a mediator: durable timers, so that whatever is heard first, all of it counts."""

from uuid import UUID

from services.matchmaker.runs.triggers import REGION
from services.work import Work

NAME_MEDIATOR = "name_mediator"
SEEK_AGAIN = "seek_mediators_again"


def seek_mediator(work: Work, booking_id: UUID) -> None:
    """Have the mediation of a booking looked at as soon as this commits."""
    _set_once(work, NAME_MEDIATOR, str(booking_id))


def seek_again(work: Work) -> None:
    """Have mediators looked for once more for the visits that found none: more can be given than before."""
    _set_once(work, SEEK_AGAIN, REGION)


def _set_once(work: Work, kind: str, key: str) -> None:
    # A batch of events is one unit of work, and says the same many times.
    if not any(timer[:2] == (kind, key) for timer in work.timers):
        work.set_timer(kind, key, work.now)
