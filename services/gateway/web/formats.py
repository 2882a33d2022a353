"""Days, hours, money and numbers as the reader writes them; times are those of Europe/Paris."""

from datetime import UTC, date, datetime, time, timedelta

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent

from contracts.local_time import local
from services.gateway.web.language import FRENCH, _, language, ngettext

# English as it is written in Europe: the day before the month.
_LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}
_CLOCKS = {"fr": "H 'h' mm", "en": "HH:mm"}
_WHOLE_EUROS = {"fr": "#,##0\N{NO-BREAK SPACE}¤", "en": "¤#,##0"}
_PERCENTS = {"fr": "#,##0.#\N{NO-BREAK SPACE}%", "en": "#,##0.#%"}
_FINE_PERCENTS = {"fr": "#,##0.###\N{NO-BREAK SPACE}%", "en": "#,##0.###%"}


def locale() -> Locale:
    """The reader's manner of writing."""
    return _LOCALES[language()]


def day(when: date | datetime) -> str:
    """`jeudi 12 novembre 2026`."""
    return format_date(_day_of(when), "full", locale=locale()).replace(",", "")


def short_day(when: date | datetime) -> str:
    """`jeu. 12 nov.`, with the year where it is not this one."""
    here = _day_of(when)
    pattern = "EEE d MMM" if here.year == local(datetime.now(UTC)).year else "EEE d MMM y"
    return format_date(here, pattern, locale=locale())


def month(when: date) -> str:
    """`novembre 2026`."""
    return format_date(when, "LLLL y", locale=locale())


def weekday(when: date) -> str:
    """`jeudi`."""
    return format_date(when, "EEEE", locale=locale())


def clock(when: datetime | time) -> str:
    """`14 h 30`, or `14:30` in English."""
    at = local(when).time() if isinstance(when, datetime) else when
    return format_time(at, _CLOCKS[language()], locale=locale()).replace(" ", "\N{NO-BREAK SPACE}")


def moment(when: datetime) -> str:
    """`jeudi 12 novembre 2026, 14 h 30`."""
    return f"{day(when)}, {clock(when)}"


def span(begins: datetime, ends: datetime) -> str:
    """`jeudi 12 novembre 2026, de 9 h 00 à 11 h 00`."""
    return _(
        "%(day)s, de %(begins)s à %(ends)s",
        day=day(begins),
        begins=clock(begins),
        ends=clock(ends),
    )


def deadline(when: datetime | date, now: datetime | None = None) -> str:
    """`avant le jeudi 12 novembre 2026 (dans 3 jours)`: the last day, and how far it is."""
    last = _last_day(when)
    left = (last - local(now or datetime.now(UTC)).date()).days
    if left < 0:
        return _("délai dépassé depuis le %(day)s", day=day(last))
    if left == 0:
        return _("aujourd\N{RIGHT SINGLE QUOTATION MARK}hui au plus tard")
    near = ngettext("demain", "dans %(num)s jours", left)
    return _("jusqu\N{RIGHT SINGLE QUOTATION MARK}au %(day)s (%(near)s)", day=day(last), near=near)


def ago(when: datetime, now: datetime | None = None) -> str:
    """`il y a 2 heures`."""
    return format_timedelta(when - (now or datetime.now(UTC)), add_direction=True, locale=locale())


def euros(cents: int) -> str:
    """`12,50 €`; whole euros without cents; nothing to pay is said so."""
    if cents == 0:
        return _("gratuit")
    if cents % 100 == 0:
        pattern = _WHOLE_EUROS[language()]
        return format_currency(cents // 100, "EUR", format=pattern, locale=locale(), currency_digits=False)
    return format_currency(cents / 100, "EUR", locale=locale())


def minutes(length: int) -> str:
    """`1 h 20`, or `45 min`."""
    hours, rest = divmod(int(length), 60)
    gap = "\N{NO-BREAK SPACE}"
    if not hours:
        return f"{rest}{gap}min"
    if language() == FRENCH:
        return f"{hours}{gap}h{gap}{rest:02d}" if rest else f"{hours}{gap}h"
    return f"{hours}{gap}h{gap}{rest}{gap}min" if rest else f"{hours}{gap}h"


def number(value: float) -> str:
    """`4 500`; two digits after the point at most."""
    return format_decimal(value, format="#,##0.##", locale=locale())


def percent(share: float) -> str:
    """`82 %`; one digit after the point at most."""
    return format_percent(share, format=_PERCENTS[language()], locale=locale())


def fine_percent(share: float) -> str:
    """`0,02 %`: a small share, three digits after the point at most."""
    return format_percent(share, format=_FINE_PERCENTS[language()], locale=locale())


def seconds(milliseconds: float) -> str:
    """`1,3 s`."""
    return f"{format_decimal(milliseconds / 1000, format='#,##0.##', locale=locale())}\N{NO-BREAK SPACE}s"


def _day_of(when: date | datetime) -> date:
    return local(when).date() if isinstance(when, datetime) else when


def _last_day(when: date | datetime) -> date:
    # A deadline at midnight ends the day before.
    return local(when - timedelta(microseconds=1)).date() if isinstance(when, datetime) else when
