"""What a visit's sheet works out from its slot and its offer: the way there, what it costs, until when, what follows.

Pure. Nothing here decides whether a class may come: that is for the company's rules.
"""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import OtherFee, VisitOffer
from contracts.local_time import local, local_day
from contracts.matchmaker.schools import School
from contracts.reference.school_hours import Hours, hours_of
from contracts.vocabulary import LEVELS_OF_SCHOOL, Level, VisitFormat
from services.gateway.directory.search import LEAST_LEAD_TIME
from services.gateway.directory.travel import time_journey


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """The way there and back, by coach: one way in minutes and km, when to leave and when the class is back.

    `within` says whether all of it lies in the school day, from `begins` to `ends`.
    """

    school: School
    minutes: int
    km: float
    leave_at: datetime
    back_at: datetime
    begins: datetime
    ends: datetime

    @property
    def within(self) -> bool:
        """Whether nobody leaves before the school day begins, or is back after it ends."""
        return self.begins <= self.leave_at and self.back_at <= self.ends


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What the school pays for one class, but for the coach, of which only who pays is known."""

    entry_cents: int
    fees: tuple[OtherFee, ...]
    transport_paid: bool

    @property
    def total_cents(self) -> int:
        """Entry and all other fees."""
        return self.entry_cents + sum(fee.price_cents for fee in self.fees)

    def each_cents(self, pupils: int) -> int:
        """What that is for each pupil of a class, to the cent above."""
        return -(-self.total_cents // pupils)


def journey_of(slot: Slot, offer: VisitOffer, school: School, level: Level | None) -> Journey | None:
    """The way from a school to the visit; None for one that takes place elsewhere than on the site."""
    if VisitFormat.ON_SITE not in offer.formats:
        return None
    minutes, km = time_journey(school.place, offer.place)
    hours = hours_of(level or level_likely(offer, school))
    begins, ends = school_day_of(slot.starts_at, hours)
    away = timedelta(minutes=minutes)
    return Journey(
        school=school,
        minutes=minutes,
        km=km,
        leave_at=slot.starts_at - away,
        back_at=slot.ends_at + away,
        begins=begins,
        ends=ends,
    )


def level_likely(offer: VisitOffer, school: School) -> Level:
    """A level of the offer that the school teaches, any of the offer's where it teaches none."""
    taught = LEVELS_OF_SCHOOL[school.kind]
    return next((level for level in offer.levels if level in taught), offer.levels[0])


def school_day_of(instant: datetime, hours: Hours) -> tuple[datetime, datetime]:
    """When the school day around an instant begins and ends."""
    midnight = local(instant).replace(hour=0, minute=0, second=0, microsecond=0)
    begins, ends = (midnight.replace(hour=minute // 60, minute=minute % 60) for minute in (hours.begins, hours.ends))
    return begins, ends


def cost_of(offer: VisitOffer) -> Cost:
    """What a class pays."""
    return Cost(entry_cents=offer.price_cents, fees=offer.fees, transport_paid=offer.transport_paid_by_company)


def last_day_of(slot: Slot, offer: VisitOffer) -> date:
    """The last day on which the slot can be booked."""
    return local_day(slot.starts_at) - max(timedelta(days=offer.lead_time_days), LEAST_LEAD_TIME)


def adults_for(offer: VisitOffer, pupils: int) -> int:
    """How many adults come with so many pupils, at least."""
    return -(-pupils // offer.pupils_per_adult)


def is_over(slot: Slot, offer: VisitOffer) -> bool:
    """Whether nobody can book the visit or wait for it any more, whatever the day."""
    return offer.state != "published" or slot.state not in ("open", "full")


def event_of(slot: Slot, offer: VisitOffer, url: str) -> dict[str, Any]:
    """The visit as schema.org's `Event`."""
    place = offer.place
    online = VisitFormat.REMOTE in offer.formats
    here = set(offer.formats) != {VisitFormat.REMOTE}
    mode = "Mixed" if online and here else "Online" if online else "Offline"
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": offer.title,
        "description": offer.description or offer.aims or offer.title,
        "url": url,
        "startDate": local(slot.starts_at).isoformat(),
        "endDate": local(slot.ends_at).isoformat(),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if slot.state == 'cancelled' else 'Scheduled'}",
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        "inLanguage": list(offer.languages),
        "isAccessibleForFree": cost_of(offer).total_cents == 0,
        "maximumAttendeeCapacity": slot.places,
        "location": {
            "@type": "Place",
            "name": offer.site_name,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": place.address,
                "addressLocality": place.commune_name,
                "addressRegion": "Occitanie",
                "addressCountry": "FR",
            },
            "geo": {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude},
        },
        "organizer": {"@type": "Organization", "name": offer.company_name},
        "offers": {
            "@type": "Offer",
            "url": url,
            "price": f"{cost_of(offer).total_cents / 100:.2f}",
            "priceCurrency": "EUR",
            "availability": f"https://schema.org/{'InStock' if slot.state == 'open' else 'SoldOut'}",
            "validThrough": last_day_of(slot, offer).isoformat(),
        },
    }


def embedded(data: dict[str, Any]) -> str:
    """JSON that may stand inside a `<script>` whatever its texts say: nothing in it can end the element."""
    text = msgspec.json.encode(data).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
