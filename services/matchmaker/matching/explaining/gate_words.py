"""Each gate of a visit in one plain sentence, French and English, that shows what was found beside what was allowed."""

from typing import Final

from contracts.errors import Wording
from contracts.matchmaker.explanations import GateCode, GateValue
from services.matchmaker.matching.explaining import phrases, words
from services.matchmaker.matching.explaining.phrases import Phrase, Writer
from services.matchmaker.matching.partners import gate_words as partner_gate_words


def of_gate(code: GateCode, value: GateValue, limit: GateValue, *, passed: bool, in_pupils: bool = False) -> Wording:
    """Return the gate's sentence in both languages; `in_pupils`: it counts pupils where others count groups."""
    phrase = IN_PUPILS.get(code, PHRASES[code]) if in_pupils else PHRASES[code]
    said = (None if passed else phrase.said_failed) or (None if limit else phrase.said_unasked) or phrase.said
    found, allowed = phrase.value(value), phrase.limit(limit)
    return Wording(
        said.en.format(value=found.en, limit=allowed.en),
        words.typeset_french(said.fr.format(value=found.fr, limit=allowed.fr)),
    )


def _reserved(places: Writer) -> Phrase:
    return Phrase(
        Wording(
            "Reserved places: none that this class would need is kept for others.",
            "Places réservées : aucune de celles qu'il faut à cette classe n'est gardée pour d'autres.",
        ),
        places,
        phrases.number,
        Wording(
            "Reserved places: {value} kept for under-reached classes, at most {limit} could be for this class to come.",
            "Places réservées : {value} pour les publics éloignés, il en faudrait {limit} au plus pour que"
            " cette classe vienne.",
        ),
    )


PHRASES: Final[dict[GateCode, Phrase]] = {
    **partner_gate_words.PHRASES,
    GateCode.LEVEL: Phrase(
        Wording(
            "Level: the class is {value}, the offer takes {limit}.",
            "Niveau : la classe est en {value}, l'offre accueille {limit}.",
        ),
        words.level,
        phrases.LEVELS,
    ),
    GateCode.THEME: Phrase(
        Wording(
            "Themes: the class asks for {value}, the visit shows {limit}.",
            "Thèmes : la classe demande {value}, la visite montre {limit}.",
        ),
        phrases.THEMES,
        phrases.THEMES,
    ),
    GateCode.FORMAT: Phrase(
        Wording(
            "Format: the class asks for {value}, the offer is {limit}.",
            "Format : la classe demande {value}, l'offre est {limit}.",
        ),
        phrases.each(words.visit_format, empty=phrases.ANY_FORMAT),
        phrases.each(words.visit_format, empty=phrases.ANY_FORMAT),
    ),
    GateCode.DATE_WINDOW: Phrase(
        Wording(
            "Date: {value}, within the period asked for ({limit}).",
            "Date : {value}, dans la période demandée ({limit}).",
        ),
        words.day,
        phrases.window,
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
        phrases.each(words.weekday, empty=phrases.ANY_DAY),
    ),
    GateCode.SCHOOL_DAY: Phrase(
        Wording("{value} is a school day.", "Le {value} est un jour de classe."),
        words.day,
        phrases.silent,
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
        phrases.groups,
        phrases.number,
    ),
    GateCode.RESERVED: _reserved(phrases.groups),
    GateCode.GROUP_MAX: Phrase(
        Wording("Size: {value}, at most {limit} in a class.", "Effectif : {value}, {limit} au plus par classe."),
        phrases.pupils,
        phrases.number,
    ),
    GateCode.GROUP_MIN: Phrase(
        Wording("Size: {value}, at least {limit} in a class.", "Effectif : {value}, {limit} au moins par classe."),
        phrases.pupils,
        phrases.number,
    ),
    GateCode.ADULTS: Phrase(
        Wording("Adults: {value}, {limit} required.", "Accompagnement : {value}, il en faut {limit}."),
        phrases.adults,
        phrases.number,
        said_unasked=Wording("Adults: {value}, no number is required.", "Accompagnement : {value}, sans minimum."),
    ),
    GateCode.ACCESS: Phrase(
        Wording(
            "Access: the class needs {value}, the site offers {limit}.",
            "Accessibilité : besoins de la classe : {value} ; le site offre : {limit}.",
        ),
        phrases.each(words.access, empty=Wording("nothing particular", "aucun")),
        phrases.each(words.access, empty=Wording("nothing particular", "rien de particulier")),
    ),
    GateCode.MINIMUM_AGE: Phrase(
        Wording(
            "Age: usually {value} in this level, at least {limit} for safety.",
            "Âge : {value} d'ordinaire à ce niveau, {limit} au moins pour la sécurité.",
        ),
        phrases.years,
        phrases.number,
    ),
    GateCode.TRAVEL: Phrase(
        Wording(
            "Journey: {value} by coach one way, at most {limit}.", "Trajet : {value} de car à l'aller, {limit} au plus."
        ),
        words.minutes,
        words.minutes,
    ),
    GateCode.SCHOOL_HOURS: Phrase(
        Wording(
            "Hours: away from {value}, within the school day ({limit}).",
            "Horaires : absence de {value}, dans la journée de classe ({limit}).",
        ),
        phrases.hours,
        phrases.hours,
        Wording(
            "Hours: away from {value}, which the school day ({limit}) does not hold.",
            "Horaires : absence de {value}, ce qui dépasse la journée de classe ({limit}).",
        ),
    ),
    GateCode.ONE_A_DAY: Phrase(
        Wording("The class has no other visit on {value}.", "La classe n'a pas d'autre visite le {value}."),
        words.day,
        phrases.silent,
        Wording("The class already has a visit on {value}.", "La classe a déjà une visite le {value}."),
    ),
    GateCode.NOT_DECLINED: Phrase(
        Wording("The school has not declined this visit.", "L'école n'a pas décliné cette visite."),
        phrases.silent,
        phrases.silent,
        Wording("The school has already declined this visit.", "L'école a déjà décliné cette visite."),
    ),
    GateCode.MEDIATION: Phrase(
        Wording(
            "Mediation: {value} to choose from, {limit} needed.",
            "Médiation : {value} au choix, il en faut {limit}.",
        ),
        lambda value: words.count(value, "mediator", "intervenant"),
        phrases.number,
        said_unasked=Wording("Mediation: none is needed.", "Médiation : il n'en faut pas."),
    ),
}

# Where a slot pools its places, what is left and what is needed are pupils.
IN_PUPILS: Final[dict[GateCode, Phrase]] = {
    GateCode.CAPACITY: Phrase(
        Wording("Places: room for {value}, {limit} needed.", "Places : il en reste pour {value}, il en faut {limit}."),
        phrases.pupils,
        phrases.number,
    ),
    GateCode.RESERVED: _reserved(phrases.pupils),
}
