"""Calendars: an organisation's visits as an iCalendar feed (RFC 5545), for whoever has its address."""

import msgspec

from contracts.message import Instant


class CalendarAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where an organisation's feed is: shown once. Whoever knows the address reads the feed; asking anew ends it."""

    url: str
    created_at: Instant
