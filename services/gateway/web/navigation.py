"""The menu: what there is for each role, in the order in which it is needed."""

from typing import NamedTuple

from contracts.caller import Caller
from contracts.vocabulary import Role
from services.gateway.web.language import _, mark


class Entry(NamedTuple):
    """One entry of the menu as a page shows it."""

    path: str
    words: str
    current: bool


VISITS = ("/visits", mark("Trouver une visite"))
BOOKINGS = ("/bookings", mark("Réservations"))
VISIT_PROPOSALS = ("/visit-proposals", mark("Propositions"))
PARTNERSHIP_PROPOSALS = ("/partnership-proposals", mark("Partenariats proposés"))
PARTNERSHIPS = ("/partnerships", mark("Partenariats"))
NOTICES = ("/notices", mark("Avis"))

MENU: dict[Role | None, tuple[tuple[str, str], ...]] = {
    None: (VISITS,),
    Role.TEACHER: (
        VISITS,
        VISIT_PROPOSALS,
        BOOKINGS,
        ("/class-requests", mark("Mes demandes")),
        NOTICES,
    ),
    Role.HEAD: (
        ("/approvals", mark("À valider")),
        VISITS,
        VISIT_PROPOSALS,
        BOOKINGS,
        ("/class-requests", mark("Demandes")),
        NOTICES,
    ),
    Role.COMPANY: (
        BOOKINGS,
        ("/slots", mark("Créneaux")),
        ("/visit-offers", mark("Offres de visite")),
        ("/job-needs", mark("Besoins de recrutement")),
        ("/company", mark("Mon entreprise")),
        PARTNERSHIP_PROPOSALS,
        PARTNERSHIPS,
        NOTICES,
    ),
    Role.ASSOCIATION: (
        PARTNERSHIP_PROPOSALS,
        ("/interventions", mark("Interventions")),
        ("/capacities", mark("Disponibilités")),
        ("/association", mark("Mon association")),
        PARTNERSHIPS,
        NOTICES,
    ),
    Role.COORDINATOR: (
        ("/map", mark("Carte")),
        ("/territories", mark("Territoires")),
        ("/organisations", mark("Organisations")),
        ("/match-runs", mark("Appariements")),
        VISIT_PROPOSALS,
        PARTNERSHIP_PROPOSALS,
        BOOKINGS,
        VISITS,
        NOTICES,
    ),
}


def entries_for(caller: Caller | None, path: str) -> list[Entry]:
    """The menu of whoever reads; the entry that leads to the page at hand is marked."""
    menu = MENU[caller.role if caller else None]
    return [Entry(to, _(words), path == to or path.startswith(f"{to}/")) for to, words in menu]
