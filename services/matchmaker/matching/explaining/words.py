"""Plain words for what the matcher found, in French and in English, with each language's own numbers and dates.

Only phrases live here; gates are put in words in `gate_words.py`, here and in `partners/`, whole explanations in
`sentences.py`.
A no-break space keeps a number with its unit, and French punctuation with its word.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from contracts.errors import Wording
from contracts.matchmaker.explanations import PartCode, UnderReachedReason
from contracts.vocabulary import LEVEL_LABELS, THEME_LABELS, AccessNeed, Level, Theme, VisitFormat
from services.matchmaker.matching.masks import WEEKDAYS

NBSP: Final = "\u00a0"
# French groups thousands with the narrow no-break space.
_THIN: Final = "\u202f"

_WEEKDAYS: Final = (
    ("lundi", "Monday"),
    ("mardi", "Tuesday"),
    ("mercredi", "Wednesday"),
    ("jeudi", "Thursday"),
    ("vendredi", "Friday"),
    ("samedi", "Saturday"),
    ("dimanche", "Sunday"),
)
_MONTHS: Final = (
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
)
_FORMATS: Final = {
    VisitFormat.ON_SITE: ("sur place", "on site"),
    VisitFormat.IN_CLASS: ("en classe", "in class"),
    VisitFormat.REMOTE: ("à distance", "remote"),
}
_ACCESS: Final = {
    AccessNeed.MOTOR: ("moteur", "motor"),
    AccessNeed.VISUAL: ("visuel", "visual"),
    AccessNeed.HEARING: ("auditif", "hearing"),
    AccessNeed.MENTAL: ("mental", "mental"),
}
PARTS: Final[Mapping[PartCode, Wording]] = {
    PartCode.THEME: Wording("theme", "thème"),
    PartCode.TRAVEL: Wording("short journey", "trajet court"),
    PartCode.FILL: Wording("well filled group", "groupe bien rempli"),
    PartCode.UNDER_REACHED: Wording("priority to under-reached classes", "priorité aux publics éloignés"),
    PartCode.ROLE_MODEL: Wording("role model wished", "modèle inspirant souhaité"),
    PartCode.FRESHNESS: Wording("recently confirmed offer", "offre confirmée récemment"),
    PartCode.FIRST_VISIT: Wording("first visit of the class", "première visite de la classe"),
    PartCode.STAY: Wording("already proposed", "déjà proposée"),
    PartCode.MEDIATOR_DISTANCE: Wording("mediator's journey", "trajet de la médiation"),
    PartCode.LEVEL: Wording("levels in common", "niveaux communs"),
    PartCode.CLOSENESS: Wording("closeness", "proximité"),
    PartCode.MEDIATION_NEED: Wording("visits that need mediation", "visites à accompagner"),
    PartCode.JOB_NEEDS: Wording("jobs to make known", "métiers à faire connaître"),
    PartCode.AVAILABILITY: Wording("interventions available", "interventions disponibles"),
    PartCode.ANSWERS: Wording("answers to proposals", "réponses aux propositions"),
    PartCode.FIRST_PARTNER_COMPANY: Wording("company's first partner", "premier partenaire de l'entreprise"),
    PartCode.FIRST_PARTNER_ASSOCIATION: Wording("association's first partner", "premier partenaire de l'association"),
}
UNDER_REACHED: Final[Mapping[UnderReachedReason, Wording]] = {
    UnderReachedReason.PRIORITY_EDUCATION: Wording("priority education", "éducation prioritaire"),
    UnderReachedReason.RURAL: Wording("rural area", "commune rurale"),
    UnderReachedReason.FAR_FROM_INDUSTRY: Wording("far from industry", "loin de l'industrie"),
}


def french_number(value: float, decimals: int = 0) -> str:
    """Write a number the French way: decimal comma, narrow no-break space between thousands, true minus."""
    return f"{value:,.{decimals}f}".replace(",", _THIN).replace(".", ",").replace("-", "−")


def english_number(value: float, decimals: int = 0) -> str:
    """Write a number the English way: decimal point, comma between thousands, true minus."""
    return f"{value:,.{decimals}f}".replace("-", "−")


def typeset_french(text: str) -> str:
    """Put a no-break space before the double signs of a French text, which is written here with plain spaces."""
    for sign in ":;?!":
        text = text.replace(f" {sign}", f"{NBSP}{sign}")
    return text


def count(number: int, english: str, french: str) -> Wording:
    """Write a number and its noun; the plural takes an s, in French from 2 on."""
    return Wording(
        f"{english_number(number)}{NBSP}{english}{'' if number == 1 else 's'}",
        f"{french_number(number)}{NBSP}{french}{'' if abs(number) < 2 else 's'}",
    )


def minutes(value: int) -> Wording:
    """Write a time in minutes."""
    return Wording(f"{english_number(value)}{NBSP}min", f"{french_number(value)}{NBSP}min")


def clock(value: str) -> Wording:
    """Write a time of the day from its ISO form: 09:05, 9 h 05."""
    hour, minute = value.split(":")
    return Wording(value, f"{int(hour)}{NBSP}h{NBSP}{minute}")


def clock_of(minute: int) -> Wording:
    """Write a time of the day from its minutes since midnight."""
    return clock(f"{minute // 60 % 24:02d}:{minute % 60:02d}")


def points(value: int) -> Wording:
    """Write a score."""
    return count(value, "point", "point")


def day(value: date | str) -> Wording:
    """Write a date with its weekday, from a date or its ISO form."""
    when = value if isinstance(value, date) else date.fromisoformat(value)
    french_day, english_day = _WEEKDAYS[when.weekday()]
    french_month, english_month = _MONTHS[when.month - 1]
    ordinal = "1er" if when.day == 1 else str(when.day)
    return Wording(
        f"{english_day} {when.day}{NBSP}{english_month} {when.year}",
        f"{french_day} {ordinal}{NBSP}{french_month} {when.year}",
    )


def weekday_code(value: date) -> str:
    """Return the code of the date's weekday; a Saturday or Sunday has one too, though no wish can name it."""
    return WEEKDAYS[value.weekday()].value if value.weekday() < len(WEEKDAYS) else _WEEKDAYS[value.weekday()][1].lower()


def listed(items: Iterable[Wording], *, empty: Wording) -> Wording:
    """Write several things as one enumeration, or `empty` where there is none."""
    found = tuple(items)
    if not found:
        return empty
    return Wording(
        _joined([item.en for item in found], " and "),
        typeset_french(_joined([item.fr for item in found], " et ").replace("; ", " ; ")),
    )


def _joined(items: list[str], last: str) -> str:
    # What has a comma or an "and" of its own ("BTS, first year", "Water and recycling") is set apart by semicolons.
    if any(", " in item or last in item for item in items):
        return "; ".join(items)
    return ", ".join(items[:-1]) + last + items[-1] if len(items) > 1 else items[0]


def level(value: Level | str) -> Wording:
    """Name a level."""
    french, english = LEVEL_LABELS[Level(value)]
    return Wording(english, french)


def theme(value: Theme | str) -> Wording:
    """Name a theme."""
    french, english = THEME_LABELS[Theme(value)]
    return Wording(english, french)


def visit_format(value: VisitFormat | str) -> Wording:
    """Name the way of meeting."""
    french, english = _FORMATS[VisitFormat(value)]
    return Wording(english, french)


def access(value: AccessNeed | str) -> Wording:
    """Name a kind of access."""
    french, english = _ACCESS[AccessNeed(value)]
    return Wording(english, french)


def weekday(value: str) -> Wording:
    """Name a day of the week from its code."""
    french, english = next(names for names in _WEEKDAYS if names[1].lower() == value)
    return Wording(english, french)
