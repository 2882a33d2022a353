"""When a class may come, as `services/companies/bookings/rules.py` says it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from contracts.local_time import local_day
from contracts.vocabulary import LEVEL_AGES, VisitFormat
from tests.benchmarks.peer.bodies import NewBooking
from tests.benchmarks.peer.tables import Slot, VisitOffer

SHORTEST_LEAD_DAYS = 7


class Refused(Exception):
    """A rule stands against the booking: its status, and a word and sentence for who asked."""

    def __init__(self, status: int, slug: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug


def check_bookable(new: NewBooking, slot: Slot, offer: VisitOffer, now: datetime) -> None:
    """Raise Refused for the first thing that lies in the slot, or everything that lies in the class."""
    if slot.state == "full":
        raise Refused(409, "slot-full", "Every group of the slot is taken.")
    if slot.state != "open":
        raise Refused(409, "transition-refused", f"The slot is {slot.state}.")
    if offer.state != "published":
        raise Refused(409, "transition-refused", "The visit offer is not published.")
    lead = timedelta(days=max(offer.lead_time_days, SHORTEST_LEAD_DAYS))
    deadline = local_day(slot.starts_at) - lead
    if slot.starts_at <= now or local_day(now) > deadline:
        raise Refused(409, "too-late", f"The last day to book was {deadline}.")
    if faults := [*class_faults(new, slot, offer), *site_faults(new, offer)]:
        raise Refused(422, "invalid", " ".join(faults))


def class_faults(new: NewBooking, slot: Slot, offer: VisitOffer) -> Iterator[str]:
    """What lies in the class."""
    if new.level not in offer.levels:
        yield f"level: the visit is for {', '.join(offer.levels)}."
    if new.pupils > slot.pupils_per_group:
        yield f"pupils: a group of this slot holds {slot.pupils_per_group} at most."
    if new.pupils < offer.pupils_min:
        yield f"pupils: the visit takes groups of {offer.pupils_min} or more."
    if new.girls is not None and new.girls > new.pupils:
        yield "girls: there are more girls than pupils."
    for need, count in new.needs:
        if count > new.pupils:
            yield f"needs.{need}: these are more than the pupils of the class."


def site_faults(new: NewBooking, offer: VisitOffer) -> Iterator[str]:
    """What the site asks of those who come."""
    if offer.formats != [VisitFormat.ON_SITE]:
        return
    adults = -(-new.pupils // offer.pupils_per_adult)
    if new.adults < adults:
        yield f"adults: {new.pupils} pupils need {adults} adults."
    for need, count in new.needs:
        if count and need not in offer.access_needs and not (need == "motor" and offer.alternative_route):
            yield f"needs.{need}: the site cannot receive this need."
    if LEVEL_AGES[new.level] < offer.minimum_age:
        yield f"level: the site takes nobody under {offer.minimum_age}."
