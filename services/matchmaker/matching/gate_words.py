"""Each gate in one plain sentence, French and English, that shows what was found beside what was allowed."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from contracts.errors import Wording
from contracts.matchmaker.explanations import GateCode, GateValue
from services.matchmaker.matching import words

# Writes a gate's value or limit, whose type is the one that its check gives.
Writer = Callable[[Any], Wording]


class Phrase(msgspec.Struct, frozen=True):
    """A gate's sentence with `{value}` and `{limit}`, how to write these two, and a sentence for some failures."""

    said: Wording
    value: Writer
    limit: Writer
    said_failed: Wording | None = None


def of_gate(code: GateCode, value: GateValue, limit: GateValue, *, passed: bool) -> Wording:
    """Return the gate's sentence in both languages."""
    phrase = PHRASES[code]
    said = phrase.said if passed or phrase.said_failed is None else phrase.said_failed
    found, allowed = phrase.value(value), phrase.limit(limit)
    return Wording(
        said.en.format(value=found.en, limit=allowed.en),
        words.typeset_french(said.fr.format(value=found.fr, limit=allowed.fr)),
    )


def _each(writer: Writer, *, empty: Wording) -> Writer:
    return lambda values: words.listed((writer(value) for value in values), empty=empty)


def _window(days: tuple[str, str]) -> Wording:
    first, last = (words.day(value) for value in days)
    return Wording(f"{first.en} to {last.en}", f"du {first.fr} au {last.fr}")


def _number(value: int) -> Wording:
    return Wording(words.english_number(value), words.french_number(value))


def _silent(_: GateValue) -> Wording:
    return Wording("", "")


def _pupils(value: int) -> Wording:
    return words.count(value, "pupil", "élève")


def _adults(value: int) -> Wording:
    return words.count(value, "adult", "adulte")


def _groups(value: int) -> Wording:
    return words.count(value, "group", "groupe")


def _km(value: int) -> Wording:
    return Wording(f"{words.english_number(value)}{words.NBSP}km", f"{words.french_number(value)}{words.NBSP}km")


def _years(value: int) -> Wording:
    return words.count(value, "year", "an")


def _proposals(value: int) -> Wording:
    return words.count(value, "proposal", "proposition")


_ANY_LEVEL: Final = Wording("any level", "tous les niveaux")
_ANY_THEME: Final = Wording("any theme", "tous les thèmes")
_ANY_FORMAT: Final = Wording("any format", "tous les formats")
_ANY_DAY: Final = Wording("any day of the school week", "tous les jours de classe")
_LEVELS: Final = _each(words.level, empty=_ANY_LEVEL)
_THEMES: Final = _each(words.theme, empty=_ANY_THEME)

PHRASES: Final[dict[GateCode, Phrase]] = {
    GateCode.LEVEL: Phrase(
        Wording(
            "Level: the class is {value}, the offer takes {limit}.",
            "Niveau : la classe est en {value}, l'offre accueille {limit}.",
        ),
        words.level,
        _LEVELS,
    ),
    GateCode.THEME: Phrase(
        Wording(
            "Themes: the class asks for {value}, the visit shows {limit}.",
            "Thèmes : la classe demande {value}, la visite montre {limit}.",
        ),
        _THEMES,
        _THEMES,
    ),
    GateCode.FORMAT: Phrase(
        Wording(
            "Format: the class asks for {value}, the offer is {limit}.",
            "Format : la classe demande {value}, l'offre est {limit}.",
        ),
        _each(words.visit_format, empty=_ANY_FORMAT),
        _each(words.visit_format, empty=_ANY_FORMAT),
    ),
    GateCode.DATE_WINDOW: Phrase(
        Wording(
            "Date: {value}, within the period asked for ({limit}).",
            "Date : {value}, dans la période demandée ({limit}).",
        ),
        words.day,
        _window,
        Wording(
            "Date: {value}, outside the period asked for ({limit}).",
            "Date : {value}, hors de la période demandée ({limit}).",
        ),
    ),
    GateCode.WEEKDAY: Phrase(
        Wording(
            "Weekday: the visit is on a {value}, the class can come on {limit}.",
            "Jour : la visite est un {value}, la classe peut venir : {limit}.",
        ),
        words.weekday,
        _each(words.weekday, empty=_ANY_DAY),
    ),
    GateCode.SCHOOL_DAY: Phrase(
        Wording("{value} is a school day.", "Le {value} est un jour de classe."),
        words.day,
        _silent,
        Wording(
            "{value} is no school day (holidays, public holiday or week-end).",
            "Le {value} n'est pas un jour de classe (vacances, jour férié ou fin de semaine).",
        ),
    ),
    GateCode.LEAD_TIME: Phrase(
        Wording(
            "Time to prepare: the visit is on {value}, possible from {limit} on.",
            "Délai : la visite est le {value}, possible à partir du {limit}.",
        ),
        words.day,
        words.day,
    ),
    GateCode.CAPACITY: Phrase(
        Wording("Places: {value} left, {limit} needed.", "Places : il reste {value}, il en faut {limit}."),
        _groups,
        _number,
    ),
    GateCode.GROUP_MAX: Phrase(
        Wording("Size: {value}, at most {limit} in a group.", "Effectif : {value}, {limit} au plus par groupe."),
        _pupils,
        _number,
    ),
    GateCode.GROUP_MIN: Phrase(
        Wording("Size: {value}, at least {limit} in a group.", "Effectif : {value}, {limit} au moins par groupe."),
        _pupils,
        _number,
    ),
    GateCode.ADULTS: Phrase(
        Wording("Adults: {value}, {limit} required.", "Accompagnement : {value}, il en faut {limit}."),
        _adults,
        _number,
    ),
    GateCode.ACCESS: Phrase(
        Wording(
            "Access: the class needs {value}, the site offers {limit}.",
            "Accessibilité : besoins de la classe : {value} ; le site offre : {limit}.",
        ),
        _each(words.access, empty=Wording("nothing particular", "aucun")),
        _each(words.access, empty=Wording("nothing particular", "rien de particulier")),
    ),
    GateCode.MINIMUM_AGE: Phrase(
        Wording(
            "Age: usually {value} in this level, at least {limit} for safety.",
            "Âge : {value} d'ordinaire à ce niveau, {limit} au moins pour la sécurité.",
        ),
        _years,
        _number,
    ),
    GateCode.TRAVEL: Phrase(
        Wording(
            "Journey: {value} by coach one way, at most {limit}.", "Trajet : {value} de car à l'aller, {limit} au plus."
        ),
        words.minutes,
        words.minutes,
    ),
    GateCode.ONE_A_DAY: Phrase(
        Wording("The class has no other visit on {value}.", "La classe n'a pas d'autre visite le {value}."),
        words.day,
        _silent,
        Wording("The class already has a visit on {value}.", "La classe a déjà une visite le {value}."),
    ),
    GateCode.NOT_DECLINED: Phrase(
        Wording("The school has not declined this visit.", "L'école n'a pas décliné cette visite."),
        _silent,
        _silent,
        Wording("The school has already declined this visit.", "L'école a déjà décliné cette visite."),
    ),
    GateCode.MEDIATION: Phrase(
        Wording(
            "Mediation: {value} to choose from, {limit} needed.",
            "Médiation : {value} au choix, il en faut {limit}.",
        ),
        lambda value: words.count(value, "mediator", "intervenant"),
        _number,
    ),
    GateCode.SHARED_THEME: Phrase(
        Wording(
            "Themes: the company shows {value}, the association knows {limit}.",
            "Thèmes : l'entreprise montre {value}, l'association connaît {limit}.",
        ),
        _THEMES,
        _THEMES,
    ),
    GateCode.SHARED_LEVEL: Phrase(
        Wording(
            "Levels: the company takes {value}, the association works with {limit}.",
            "Niveaux : l'entreprise accueille {value}, l'association intervient en {limit}.",
        ),
        _LEVELS,
        _LEVELS,
    ),
    GateCode.TERRITORY: Phrase(
        Wording(
            "Territory: the nearest site is {value} away, the association comes to it.",
            "Territoire : le site le plus proche est à {value}, l'association y intervient.",
        ),
        _km,
        _silent,
        Wording(
            "Territory: the nearest site is {value} away, the association does not come so far.",
            "Territoire : le site le plus proche est à {value}, l'association n'y intervient pas.",
        ),
    ),
    GateCode.PERIOD: Phrase(
        Wording(
            "Period: the association gives mediation until {value}.",
            "Période : l'association intervient jusqu'au {value}.",
        ),
        words.day,
        _silent,
        Wording(
            "Period: the association gave mediation until {value}, which is over.",
            "Période : l'association intervenait jusqu'au {value}, c'est terminé.",
        ),
    ),
    GateCode.INTERVENTIONS: Phrase(
        Wording(
            "Interventions: {value} left, at least {limit} needed.",
            "Interventions : il en reste {value}, il en faut au moins {limit}.",
        ),
        _number,
        _number,
    ),
    GateCode.NO_RECENT_PAIR: Phrase(
        Wording(
            "Nothing open, agreed or lately declined between the two.",
            "Rien d'ouvert, de conclu ni de récemment décliné entre les deux.",
        ),
        _silent,
        _silent,
        Wording(
            "A proposal between the two is open, agreed, or was declined less than 90 days ago.",
            "Une proposition entre les deux est ouverte, conclue, ou a été déclinée il y a moins de 90 jours.",
        ),
    ),
    GateCode.ANSWERS: Phrase(
        Wording(
            "{value} to answer, at most {limit} at a time because others went unanswered.",
            "{value} en attente, {limit} au plus à la fois car d'autres sont restées sans réponse.",
        ),
        _proposals,
        _number,
    ),
    GateCode.CONTACTS_WEEK: Phrase(
        Wording("{value} in the last 7 days, at most {limit}.", "{value} en 7 jours, {limit} au plus."),
        _proposals,
        _number,
    ),
    GateCode.CONTACTS_MONTH: Phrase(
        Wording("{value} in the last 30 days, at most {limit}.", "{value} en 30 jours, {limit} au plus."),
        _proposals,
        _number,
    ),
}
