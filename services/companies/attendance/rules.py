"""What is reported after a visit: who came, or which side did not."""

from datetime import datetime

from msgspec.structs import replace

from contracts.companies.bookings import Absent, Attendance, Booking
from contracts.errors import TransitionRefused, Wording
from contracts.faults import fault, refuse
from contracts.local_time import local, local_day
from contracts.machines import BOOKING
from services.companies.bookings.rules import in_state, side_of


def completed(booking: Booking, attendance: Attendance, actors: frozenset[str], now: datetime) -> Booking:
    """The booking of a visit that took place; raises NotYours, TransitionRefused, Invalid."""
    BOOKING.step(booking.state, "complete", actors)
    _check_over(booking, "complete", actors, now)
    if attendance.girls is not None and attendance.girls > attendance.pupils:
        refuse(
            [
                fault(
                    "girls",
                    f"There are more girls than the {attendance.pupils} pupils: check both numbers.",
                    f"Il y a plus de filles que d'élèves ({attendance.pupils}) : vérifiez ces nombres.",
                )
            ]
        )
    return replace(in_state(booking, "completed", local_day(now), now), attendance=attendance)


def missed(booking: Booking, absent: Absent, reason: str, actors: frozenset[str], now: datetime) -> Booking:
    """The booking of a visit to which one side did not come; raises NotYours, TransitionRefused."""
    BOOKING.step(booking.state, "no-show", actors)
    _check_over(booking, "no-show", actors, now)
    return replace(in_state(booking, "no_show", local_day(now), now, reason, side_of(actors)), absent=absent)


def _check_over(booking: Booking, action: str, actors: frozenset[str], now: datetime) -> None:
    if now < booking.ends_at:
        allowed = tuple(one for one in BOOKING.allowed(booking.state, actors) if one not in {"complete", "no-show"})
        since = local(booking.ends_at).isoformat(timespec="minutes")
        rule = Wording(f"it is possible from {since} on", f"c'est possible à partir du {since}")
        raise TransitionRefused(action=action, state=booking.state, rule=rule, allowed_actions=allowed)
