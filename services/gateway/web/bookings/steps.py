"""The parties of a visit as steps on its page: who has said yes, who is asked, who comes after."""

from contracts.companies.bookings import Booking
from contracts.vocabulary import AccessNeed
from services.gateway.web.bookings.around import Around
from services.gateway.web.bookings.standing_rules import Parties, Stand
from services.gateway.web.formats import deadline, moment
from services.gateway.web.labels import label
from services.gateway.web.language import _

Step = tuple[str, str, str, str]


def steps_of(booking: Booking, parties: Parties, around: Around) -> list[Step]:
    """Each step as its party, the party's name, where it stands and what that means."""
    steps = [
        (_("L’établissement"), around.school(booking), parties.school.value, _school(booking, parties.school)),
        (_("L’entreprise"), around.company(booking), parties.company.value, _company(booking, parties.company)),
    ]
    if parties.association is not None:
        steps.append(
            (_("L’association"), around.association(booking), parties.association.value, label(booking.mediation))
        )
    steps.append((_("La visite"), moment(booking.starts_at), parties.visit.value, _visit(parties.visit)))
    return steps


def needs_of(booking: Booking) -> list[tuple[str, int]]:
    """The access that pupils of the class need, in words, with how many do."""
    return [(label(need), count) for need in AccessNeed if (count := getattr(booking.needs, need))]


def _school(booking: Booking, stand: Stand) -> str:
    match stand:
        case Stand.DONE:
            return _("A dit oui.")
        case Stand.NOW if booking.state == "requested":
            return _("La direction doit valider, %(by)s.", by=_by(booking))
        case Stand.NOW:
            return _("Doit accepter la place proposée, %(by)s.", by=_by(booking))
    return _("Attend qu’une place se libère.")


def _company(booking: Booking, stand: Stand) -> str:
    match stand:
        case Stand.DONE:
            return _("A dit oui.")
        case Stand.NOW:
            return _("Doit confirmer, %(by)s.", by=_by(booking))
    return _("Répondra ensuite.")


def _visit(stand: Stand) -> str:
    match stand:
        case Stand.DONE:
            return _("A eu lieu.")
        case Stand.NOW:
            return _("Est passée : les présents restent à indiquer.")
        case Stand.NO:
            return _("N’a pas eu lieu.")
    return _("Est à venir.")


def _by(booking: Booking) -> str:
    return deadline(booking.answer_by) if booking.answer_by else ""
