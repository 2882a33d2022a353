"""Writing a calendar as iCalendar (RFC 5545): the library knows how lines are folded and texts escaped."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from contracts.local_time import PARIS, local
from services.gateway.calendars.visit_rules import Shown

# How often a subscriber should look again; calendar programs know it by two names, the second of which is no standard.
REFRESH = timedelta(hours=1)
REFRESH_TEXT = "PT1H"


def tag_of(name: str, events: Sequence[Shown]) -> str:
    """The feed's entity tag: made of what it says, so that an unchanged feed need not be written at all."""
    return f'"{hashlib.sha256(msgspec.json.encode((name, events))).hexdigest()[:32]}"'


def feed_of(name: str, events: Sequence[Shown]) -> bytes:
    """The calendar, with the hours as clocks in Paris show them."""
    calendar = Calendar()
    calendar.add("prodid", "-//Passerelle//Passerelle//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Passerelle : {name}")
    calendar.add("x-wr-timezone", PARIS.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH_TEXT)
    calendar.add_component(_paris())
    for event in events:
        calendar.add_component(_event(event))
    written: bytes = calendar.to_ical()
    return written


def _event(shown: Shown) -> Event:
    event = Event()
    event.add("uid", f"{shown.uid}@passerelle")
    event.add("sequence", shown.sequence)
    event.add("dtstamp", shown.changed_at)
    event.add("last-modified", shown.changed_at)
    event.add("dtstart", local(shown.starts_at))
    event.add("dtend", local(shown.ends_at))
    event.add("summary", shown.summary)
    event.add("description", f"{shown.description}\n{shown.url}")
    event.add("status", shown.status.value)
    event.add("transp", "TRANSPARENT" if shown.free else "OPAQUE")
    if place := shown.place:
        commune = "" if place.commune_name in place.address else place.commune_name
        event.add("location", ", ".join(filter(None, (place.address, commune))))
        event.add("geo", (place.latitude, place.longitude))
    event.add("url", shown.url)
    return event


def _paris() -> Timezone:
    """Europe/Paris by the rule that holds since 1996; the library would list every change of the clocks up to 2038."""
    zone = Timezone()
    zone.add("tzid", PARIS.key)
    for kind, name, month, hour, before, after in (
        (TimezoneDaylight, "CEST", 3, 2, 1, 2),
        (TimezoneStandard, "CET", 10, 3, 2, 1),
    ):
        part = kind()
        part.add("tzname", name)
        part.add("dtstart", datetime(1996, month, 31 if month == 3 else 27, hour))  # noqa: DTZ001  a time by the clock
        part.add("rrule", vRecur(freq="YEARLY", bymonth=month, byday="-1SU"))
        part.add("tzoffsetfrom", timedelta(hours=before))
        part.add("tzoffsetto", timedelta(hours=after))
        zone.add_component(part)
    return zone
