"""What would have to be different, in one plain sentence each, French and English."""

from collections.abc import Iterable
from datetime import date

from contracts.errors import Wording
from contracts.vocabulary import Theme, VisitFormat, Weekday
from services.matchmaker.matching.explaining import words
from services.matchmaker.matching.explaining.sentences import typeset

_NOTHING = Wording("", "")


def theme(shown: Iterable[Theme]) -> Wording:
    """Say which themes the class could also ask for."""
    told = words.listed((words.theme(one) for one in shown), empty=_NOTHING)
    return typeset(
        Wording(
            f"If the class also asked for what the visit shows (one of: {told.en}), the theme would suit.",
            f"Si la classe demandait aussi ce que montre la visite (au choix : {told.fr}), le thème conviendrait.",
        )
    )


def visit_format(ways: Iterable[VisitFormat]) -> Wording:
    """Say how the class could also agree to meet."""
    told = words.listed((words.visit_format(way) for way in ways), empty=_NOTHING)
    return typeset(
        Wording(
            f"If the class also agreed to meet in another way (one of: {told.en}), the format would suit.",
            f"Si la classe acceptait une autre forme de rencontre (au choix : {told.fr}), le format conviendrait.",
        )
    )


def begins(day: date) -> Wording:
    """Say how much earlier the period would have to begin."""
    when = words.day(day)
    return Wording(
        f"If the period asked for began on {when.en}, the date would suit.",
        f"Si la période demandée commençait le {when.fr}, la date conviendrait.",
    )


def lasts(day: date) -> Wording:
    """Say how much longer the period would have to last."""
    when = words.day(day)
    return Wording(
        f"If the period asked for lasted until {when.en}, the date would suit.",
        f"Si la période demandée durait jusqu'au {when.fr}, la date conviendrait.",
    )


def weekday(day: Weekday) -> Wording:
    """Say on which day the class would have to be free."""
    told = words.weekday(day)
    return Wording(
        f"If the class could also come on a {told.en}, the day would suit.",
        f"Si la classe pouvait aussi venir un {told.fr}, le jour conviendrait.",
    )


def places(missing: int, *, in_pupils: bool) -> Wording:
    """Say how many places would have to come free."""
    told = words.count(missing, "pupil", "élève") if in_pupils else words.count(missing, "group", "groupe")
    return Wording(
        f"If room for {told.en} more came free, the class could come.",
        f"Si de la place pour {told.fr} de plus se libérait, la classe pourrait venir.",
    )


def released() -> Wording:
    """Say that reserved places are released in time."""
    return Wording(
        "Once the places kept for under-reached classes are released, the class could come.",
        "Dès que les places gardées pour les publics éloignés seront ouvertes à tous, la classe pourrait venir.",
    )


def fewer_pupils(most: int) -> Wording:
    """Say how large the class may be."""
    told = words.count(most, "pupil", "élève")
    return Wording(f"With {told.en} at most, the size would suit.", f"Avec {told.fr} au plus, l'effectif conviendrait.")


def more_pupils(least: int) -> Wording:
    """Say how large the class has to be."""
    told = words.count(least, "pupil", "élève")
    return Wording(
        f"With {told.en} at least, the size would suit.", f"Avec {told.fr} au moins, l'effectif conviendrait."
    )


def adults(needed: int) -> Wording:
    """Say how many adults have to come along."""
    told = words.count(needed, "adult", "adulte")
    return Wording(f"With {told.en}, enough would come along.", f"Avec {told.fr}, l'accompagnement suffirait.")


def travel(minutes: int) -> Wording:
    """Say how long the journey may have to be."""
    told = words.minutes(minutes)
    return Wording(
        f"With a longest journey of {told.en}, the journey would suit.",
        f"Avec un trajet maximal de {told.fr}, le trajet conviendrait.",
    )


def hours(earliest: int, latest: int) -> Wording:
    """Say between which hours, in minutes of the day, the visit would have to take place."""
    first, last = words.clock_of(earliest), words.clock_of(latest)
    return Wording(
        f"If the visit took place between {first.en} and {last.en}, the coach would be back in time.",
        f"Si la visite avait lieu entre {first.fr} et {last.fr}, le car serait de retour à temps.",
    )


def day_free(day: date) -> Wording:
    """Say that another visit stands in the way."""
    when = words.day(day)
    return Wording(
        f"If the class had no other visit on {when.en}, that day would be free.",
        f"Si la classe n'avait pas d'autre visite le {when.fr}, ce jour serait libre.",
    )


def asked_again() -> Wording:
    """Say how a school takes a refusal back."""
    return Wording(
        "What the school declined is not proposed again; it can still book this visit itself.",
        f"Ce que l'école a décliné n'est plus proposé{words.NBSP}; elle peut encore réserver elle-même cette visite.",
    )


def without_mediation() -> Wording:
    """Say that the class could come without a mediator."""
    return Wording(
        "If the class did not wish for mediation, none would be needed.",
        "Si la classe ne souhaitait pas de médiation, il n'en faudrait pas.",
    )
