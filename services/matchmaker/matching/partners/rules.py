"""How much an actor may be proposed: less where it leaves proposals unanswered, and never too much at once.

Companies and associations are treated alike. Only new proposals are held back; those that are open stay.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

# So far back an answer, or its absence, counts.
ANSWERS_COUNT = timedelta(days=180)
# After so long without any proposal even an actor that never answered gets one.
SECOND_CHANCE = timedelta(days=90)
# How many new proposals an actor gets in 30 days unless the Region decides otherwise.
MONTHLY_CONTACTS: Final = 8
_MONTH_DAYS: Final = 30
_WEEK_DAYS: Final = 7
# The three weeks before the current one, whose unused share it may take over.
_EARLIER_DAYS: Final = 21


class PartnerHistory(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an actor's proposals of the last 180 days.

    `answered` it accepted or declined, `unanswered` expired without its yes; those open or withdrawn are neither.
    `contacts` are the days of the last 90 on which it was proposed something, one for each proposal.
    """

    answered: int = 0
    unanswered: int = 0
    contacts: tuple[date, ...] = ()

    @property
    def responsiveness(self) -> float:
        """The share of proposals that it answers, 0 to 1, smoothed: one answer is assumed to come beside those seen."""
        return (self.answered + 1) / (self.answered + self.unanswered + 1)


class Window(msgspec.Struct, frozen=True):
    """How many new proposals an actor got in the last `days`, today included, and how many it may get at most."""

    days: int
    used: int
    limit: int

    @property
    def left(self) -> int:
        """How many more it may get today."""
        return max(0, self.limit - self.used)


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How many proposals an actor may hold and get today, and why.

    `wanted` counts the partners that it still looks for, `open` the proposals that wait, `open_at_most` those that may
    wait at a time given how it answers. Where that is none, `second_chance` says that one is due all the same.
    """

    wanted: int
    open: int
    open_at_most: int
    second_chance: bool
    week: Window
    month: Window

    @property
    def slowed(self) -> bool:
        """Whether it is proposed less because it does not answer."""
        return self.open_at_most < self.wanted

    @property
    def places(self) -> int:
        """How many more proposals may wait for it, contacts apart."""
        return max(0, max(self.open_at_most, int(self.second_chance)) - self.open)

    @property
    def contacts(self) -> Window:
        """The window that leaves less; the week's where both leave as much."""
        return min(self.week, self.month, key=lambda window: window.left)

    @property
    def new(self) -> int:
        """How many new proposals it may get today."""
        return min(self.places, self.contacts.left)


def room_of(wanted: int, opened: int, history: PartnerHistory, today: date, monthly_contacts: int) -> Room:
    """Return an actor's room; `wanted` is how many partners it looks for, `opened` how many proposals wait."""
    partners = max(0, wanted)
    at_most = _nearest(partners * (history.answered + 1), history.answered + history.unanswered + 1)
    return Room(
        wanted=partners,
        open=opened,
        open_at_most=at_most,
        second_chance=partners > at_most == 0 and _count(history.contacts, today, SECOND_CHANCE.days) == 0,
        week=_week(history.contacts, today, monthly_contacts),
        month=Window(_MONTH_DAYS, _count(history.contacts, today, _MONTH_DAYS), monthly_contacts),
    )


def _week(contacts: Sequence[date], today: date, monthly: int) -> Window:
    """Return the week's window: a quarter of the month's, up to half of it where earlier weeks left their share."""
    quarter, half = -(-monthly // 4), -(-monthly // 2)
    week_ago = today - timedelta(days=_WEEK_DAYS)
    left = max(0, 3 * quarter - _count(contacts, week_ago, _EARLIER_DAYS))
    used = _count(contacts, today, _WEEK_DAYS)
    return Window(_WEEK_DAYS, used, quarter + min(left, half - quarter))


def _count(contacts: Sequence[date], last: date, days: int) -> int:
    """Return how many contacts fell on the `days` that end with `last`."""
    return sum(last - timedelta(days=days) < day <= last for day in contacts)


def _nearest(number: int, parts: int) -> int:
    """Return the whole number nearest to `number / parts`, the higher one of two."""
    return (2 * number + parts) // (2 * parts)
