"""Each gate of a partnership in one plain sentence, French and English."""

from typing import Final

from contracts.errors import Wording
from contracts.matchmaker.explanations import GateCode
from services.matchmaker.matching.explaining import phrases, words
from services.matchmaker.matching.explaining.phrases import Phrase

PHRASES: Final[dict[GateCode, Phrase]] = {
    GateCode.SHARED_THEME: Phrase(
        Wording(
            "Themes: the company shows {value}, the association knows {limit}.",
            "Thèmes : l'entreprise montre {value}, l'association connaît {limit}.",
        ),
        phrases.THEMES,
        phrases.THEMES,
    ),
    GateCode.SHARED_LEVEL: Phrase(
        Wording(
            "Levels: the company takes {value}, the association works with {limit}.",
            "Niveaux : l'entreprise accueille {value}, l'association intervient en {limit}.",
        ),
        phrases.LEVELS,
        phrases.LEVELS,
    ),
    GateCode.TERRITORY: Phrase(
        Wording(
            "Territory: the nearest site is {value} away, the association comes to it.",
            "Territoire : le site le plus proche est à {value}, l'association y intervient.",
        ),
        phrases.km,
        phrases.silent,
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
        phrases.silent,
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
        phrases.number,
        phrases.number,
    ),
    GateCode.NO_RECENT_PAIR: Phrase(
        Wording(
            "Nothing open, agreed or lately declined between the two.",
            "Rien d'ouvert, de conclu ni de récemment décliné entre les deux.",
        ),
        phrases.silent,
        phrases.silent,
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
        phrases.proposals,
        phrases.number,
    ),
    GateCode.CONTACTS_WEEK: Phrase(
        Wording("{value} in the last 7 days, at most {limit}.", "{value} en 7 jours, {limit} au plus."),
        phrases.proposals,
        phrases.number,
    ),
    GateCode.CONTACTS_MONTH: Phrase(
        Wording("{value} in the last 30 days, at most {limit}.", "{value} en 30 jours, {limit} au plus."),
        phrases.proposals,
        phrases.number,
    ),
}
