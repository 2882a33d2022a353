"""What happens next with a booking, by when and who must act, in plain words; and why one came to nothing."""

from datetime import datetime

from contracts.companies.bookings import Absent, Booking, DeclineReason, MediationState
from contracts.vocabulary import Role
from services.gateway.web.bookings.standing_rules import REPORTED_WITHIN
from services.gateway.web.formats import deadline, moment
from services.gateway.web.labels import label
from services.gateway.web.language import _, mark, ngettext

SCHOOL = frozenset({Role.TEACHER, Role.HEAD})

# By the state, and whether the reader is who has to act.
PENDING: dict[tuple[str, bool], str] = {
    ("requested", True): mark(
        "À vous de valider ou de refuser cette réservation, %(by)s. Sans réponse, elle expire et la place est rendue."
    ),
    ("requested", False): mark(
        "La direction de l’établissement doit valider la réservation, %(by)s. L’entreprise répond ensuite. "
        "Sans réponse, la réservation expire et la place est rendue."
    ),
    ("approved", True): mark(
        "À vous de confirmer ou de décliner cette visite, %(by)s. Sans réponse, la réservation expire et la place "
        "est rendue."
    ),
    ("approved", False): mark(
        "L’entreprise doit confirmer la visite, %(by)s. Sans réponse, la réservation expire et une autre visite est "
        "cherchée pour la classe."
    ),
    ("offered", True): mark(
        "Une place vous est proposée et gardée : acceptez-la, %(by)s. Ensuite, elle va à la classe suivante."
    ),
    ("offered", False): mark("L’établissement doit accepter la place qui lui est proposée, %(by)s."),
}
ENDED: dict[str, str] = {
    "refused": mark("La direction de l’établissement a refusé cette réservation. La place est rendue."),
    "declined": mark("L’entreprise ne peut pas recevoir la classe ce jour-là. La place est rendue."),
    "rescheduled": mark("La visite a été déplacée à une autre date."),
    "impossible": mark("La place était déjà prise au moment de réserver. Une autre visite est proposée à la classe."),
    "presumed_done": mark(
        "Personne n’a dit si la visite a eu lieu. Elle ne compte dans aucun indicateur tant que les présents ne sont "
        "pas indiqués."
    ),
}
EXPIRED: dict[str, str] = {
    "requested": mark("La direction de l’établissement n’a pas répondu à temps. La place est rendue."),
    "approved": mark("L’entreprise n’a pas répondu à temps. La place est rendue."),
    "offered": mark("La place proposée n’a pas été acceptée à temps."),
    "waitlisted": mark("Aucune place ne s’est libérée à temps."),
}
CANCELLED: dict[str, str] = {
    "school": mark("L’établissement a annulé la visite."),
    "company": mark("L’entreprise a annulé la visite."),
    "coordinator": mark("La coordination régionale a annulé la visite."),
    "system": mark("La visite a été annulée."),
}
MEDIATION: dict[MediationState, str] = {
    MediationState.WANTED: mark("Une association est recherchée pour accompagner la visite."),
    MediationState.ASKED: mark("Une association a été sollicitée ; sa réponse est attendue."),
    MediationState.NOT_FOUND: mark(
        "Aucune association ne peut accompagner la visite : elle a lieu sans médiation, ou vous pouvez la déplacer."
    ),
}


def what_next(booking: Booking, role: Role, mine: bool, now: datetime) -> str:
    """What happens next; `mine` says that the reader is who has to act."""
    if (booking.state, mine) in PENDING:
        by = deadline(booking.answer_by, now) if booking.answer_by else ""
        return _(PENDING[booking.state, mine], by=by)
    match booking.state:
        case "waitlisted":
            return _(
                "La classe attend une place. Dès qu’une place assez grande se libère, elle lui est proposée dans "
                "l’ordre de la liste ; vous aurez alors trois jours ouvrés pour l’accepter."
            )
        case "confirmed":
            return _confirmed(booking, role, now)
        case "completed" if booking.attendance:
            came = booking.attendance
            pupils = ngettext("%(num)s élève", "%(num)s élèves", came.pupils)
            adults = ngettext("%(num)s adulte", "%(num)s adultes", came.adults)
            return _("La visite a eu lieu, avec %(pupils)s et %(adults)s.", pupils=pupils, adults=adults)
        case "no_show":
            missing = (
                _("l’entreprise n’était pas là") if booking.absent is Absent.COMPANY else _("la classe n’est pas venue")
            )
            return _("La visite n’a pas eu lieu : %(missing)s.", missing=missing)
        case "cancelled":
            said = _(CANCELLED.get(booking.ended_by, CANCELLED["system"]))
            late = _("C’était moins de 14 jours avant.")
            return f"{said} {late}" if booking.late else said
        case "expired":
            return _(EXPIRED.get(booking.reason, EXPIRED["requested"]))
    return _(ENDED[booking.state]) if booking.state in ENDED else ""


def _confirmed(booking: Booking, role: Role, now: datetime) -> str:
    if now >= booking.ends_at:
        by = deadline(booking.ends_at + REPORTED_WITHIN, now)
        if role in SCHOOL or role is Role.COMPANY:
            return _(
                "La visite est passée : indiquez qui est venu, %(by)s. Sans cela, elle ne compte dans aucun "
                "indicateur.",
                by=by,
            )
        return _("La visite est passée : l’établissement ou l’entreprise doit indiquer qui est venu, %(by)s.", by=by)
    if booking.ready:
        return _("Tout le monde a dit oui : rendez-vous le %(when)s.", when=moment(booking.starts_at))
    words = MEDIATION.get(booking.mediation, "")
    confirmed = _("L’entreprise a confirmé : rendez-vous le %(when)s.", when=moment(booking.starts_at))
    return f"{confirmed} {_(words)}" if words else confirmed


def why_ended(booking: Booking) -> str:
    """The reason that was given, in people's words; empty where there is none to show."""
    if booking.state in {"expired", "impossible"}:
        return ""
    word, _colon, more = booking.reason.partition(":")
    if word.strip() in set(DeclineReason):
        said = label(DeclineReason(word.strip()))
        return _("%(reason)s : %(more)s", reason=said, more=more.strip()) if more.strip() else said
    return booking.reason
