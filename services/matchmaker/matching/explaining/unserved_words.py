"""Why a class gets nothing, in words, French and English: what stands between it and the slots, and what would help."""

from datetime import date
from typing import Final

from contracts.errors import Wording
from contracts.matchmaker.explanations import GateCode
from contracts.vocabulary import Theme, Weekday
from services.matchmaker.matching.explaining import sentences, words

OBSTACLES: Final[dict[GateCode, Wording]] = {
    GateCode.LEVEL: Wording("the level", "le niveau"),
    GateCode.THEME: Wording("the theme", "le thème"),
    GateCode.FORMAT: Wording("the format", "le format"),
    GateCode.DATE_WINDOW: Wording("the period asked for", "la période demandée"),
    GateCode.WEEKDAY: Wording("the weekday", "le jour de la semaine"),
    GateCode.SCHOOL_DAY: Wording("the school calendar", "le calendrier scolaire"),
    GateCode.LEAD_TIME: Wording("the time to prepare", "le délai de préparation"),
    GateCode.ONE_A_DAY: Wording("another visit on that day", "une autre visite ce jour-là"),
    GateCode.GROUP_MAX: Wording("too many pupils", "un effectif trop grand"),
    GateCode.GROUP_MIN: Wording("too few pupils", "un effectif trop petit"),
    GateCode.ADULTS: Wording("too few adults", "trop peu d'accompagnateurs"),
    GateCode.ACCESS: Wording("accessibility", "l'accessibilité"),
    GateCode.MINIMUM_AGE: Wording("the minimum age", "l'âge minimal"),
    GateCode.TRAVEL: Wording("the longest journey", "le trajet maximal"),
    GateCode.CAPACITY: Wording("no free place", "l'absence de place"),
    GateCode.RESERVED: Wording("places kept for under-reached classes", "les places gardées pour les publics éloignés"),
    GateCode.SCHOOL_HOURS: Wording("the hours of the school day", "les horaires de la journée de classe"),
    GateCode.NOT_DECLINED: Wording("an earlier refusal", "un refus antérieur"),
    GateCode.MEDIATION: Wording("no mediator available", "l'absence de médiation"),
}
_TAKEN: Final = Wording("a place given to another class", "une place donnée à une autre classe")


def obstacle(gate: GateCode | None, openings: int) -> Wording:
    """Say how many slots one gate alone keeps from a class; None: slots that suit it but went to others."""
    what, slots = _TAKEN if gate is None else OBSTACLES[gate], words.count(openings, "slot", "créneau").en
    return Wording(
        f"{slots}: the only obstacle is {what.en}.",
        words.typeset_french(f"{_french_slots(openings)} : le seul obstacle est {what.fr}."),
    )


def unserved(openings: int, obstacles: tuple[tuple[GateCode | None, int], ...]) -> Wording:
    """Say why a class gets nothing, the most frequent obstacle first."""
    if not openings:
        return Wording("No slot is open to classes yet.", "Aucun créneau n'est encore ouvert aux classes.")
    if not obstacles:
        return sentences.typeset(
            Wording(
                f"None of the {words.english_number(openings)} open slots suits this class:"
                " each misses several conditions.",
                f"Aucun des {words.french_number(openings)} créneaux ouverts ne convient à cette classe : à chacun"
                " manquent plusieurs conditions.",
            )
        )
    gate, number = obstacles[0]
    what = _TAKEN if gate is None else OBSTACLES[gate]
    return sentences.typeset(
        Wording(
            f"No visit for this class: most often the only obstacle is {what.en}"
            f" ({words.english_number(number)} of {words.english_number(openings)} slots).",
            f"Pas de visite pour cette classe : le plus souvent, le seul obstacle est {what.fr}"
            f" ({words.french_number(number)} des {words.french_number(openings)} créneaux).",
        )
    )


def farther(minutes: int, openings: int) -> Wording:
    """Say how many slots a longer journey would open."""
    told = words.minutes(minutes)
    return _opens(
        Wording(f"A longest journey of {told.en} would open", f"Un trajet maximal de {told.fr} ouvrirait"), openings
    )


def more_adults(adults: int, openings: int) -> Wording:
    """Say how many slots more adults would open."""
    told = words.count(adults, "adult", "adulte")
    return _opens(Wording(f"{told.en} would open", f"{told.fr} ouvriraient"), openings)


def another_weekday(weekday: Weekday, openings: int) -> Wording:
    """Say how many slots another weekday would open."""
    told = words.weekday(weekday)
    return _opens(Wording(f"Coming on a {told.en} too would open", f"Venir aussi le {told.fr} ouvrirait"), openings)


def another_theme(theme: Theme, openings: int) -> Wording:
    """Say how many slots another theme would open."""
    told = words.theme(theme)
    return _opens(
        Wording(f"Asking for the theme “{told.en}” too would open", f"Demander aussi le thème « {told.fr} » ouvrirait"),
        openings,
    )


def earlier(day: date, openings: int) -> Wording:
    """Say how many slots a period that begins earlier would open."""
    told = words.day(day)
    return _opens(
        Wording(f"A period that begins on {told.en} would open", f"Une période qui commence le {told.fr} ouvrirait"),
        openings,
    )


def later(day: date, openings: int) -> Wording:
    """Say how many slots a period that lasts longer would open."""
    told = words.day(day)
    return _opens(
        Wording(f"A period until {told.en} would open", f"Une période jusqu'au {told.fr} ouvrirait"), openings
    )


def _opens(what: Wording, openings: int) -> Wording:
    return Wording(
        f"{what.en} {words.count(openings, 'slot', '').en}.",
        words.typeset_french(f"{what.fr} {_french_slots(openings)}."),
    )


def _french_slots(number: int) -> str:
    return f"{words.french_number(number)}{words.NBSP}{'créneau' if number < 2 else 'créneaux'}"
