"""What a calendar shows of bookings, interventions and slots: one event each, in French, its uid never changing.

What was in a calendar once stays there, marked as cancelled, so that whoever subscribed sees that it is off.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

from contracts.associations.interventions import Intervention
from contracts.companies.bookings import Booking
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.place import Place
from contracts.vocabulary import LEVEL_LABELS, OrganisationKind


class Status(StrEnum):
    """Whether it takes place (RFC 5545, 3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a calendar; `sequence` grows with every change, `changed_at` is when it last did."""

    uid: str
    sequence: int
    status: Status
    free: bool = False
    summary: str
    description: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    place: Place | None = None
    url: str


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What events name beside themselves: offers and bookings by their ids, schools by their UAI."""

    offers: Mapping[Any, VisitOffer] = {}
    schools: Mapping[str, str] = {}
    bookings: Mapping[Any, Booking] = {}
    public_url: str


_STATUS: dict[str, Status] = {
    **dict.fromkeys(("requested", "approved", "offered"), Status.TENTATIVE),
    **dict.fromkeys(("confirmed", "completed", "presumed_done", "accepted", "done"), Status.CONFIRMED),
    **dict.fromkeys(
        ("cancelled", "declined", "refused", "expired", "rescheduled", "no_show", "withdrawn"), Status.CANCELLED
    ),
}
_STATE_WORDS: dict[str, str] = {
    "requested": "attend la validation de la direction",
    "approved": "attend la confirmation de l'entreprise",
    "offered": "place proposée, à accepter",
    "confirmed": "confirmée",
    "completed": "faite",
    "presumed_done": "présumée faite",
    "cancelled": "annulée",
    "declined": "déclinée par l'entreprise",
    "refused": "refusée par la direction",
    "expired": "expirée faute de réponse",
    "rescheduled": "déplacée à une autre date",
    "no_show": "manquée",
    "withdrawn": "retirée",
    "accepted": "acceptée",
    "done": "faite",
}
_ASKED = "attend votre réponse"
CANCELLED_MARK = "ANNULÉE : "


def of_booking(booking: Booking, viewer: OrganisationKind, around: Around) -> Shown | None:
    """A booking as its school or its company sees it; None for one that never held a place."""
    status = _STATUS.get(booking.state)
    if status is None or (booking.state, booking.reason) == ("expired", "waitlisted"):
        return None
    offer = around.offers.get(booking.visit_offer_id)
    title = offer.title if offer else "visite d'entreprise"
    school = around.schools.get(booking.school_uai) or booking.school_uai
    who = school if viewer is OrganisationKind.COMPANY else (offer.company_name if offer else "")
    group = booking.class_name or LEVEL_LABELS[booking.level][0]
    lines = [
        f"Classe : {group} ({LEVEL_LABELS[booking.level][0]}), {school}",
        f"{booking.pupils} élèves, {booking.adults} adultes",
        f"État : {_STATE_WORDS[booking.state]}" + (", tout le monde a dit oui" if booking.ready else ""),
        *((f"Rendez-vous : {offer.meeting_point}",) if offer and offer.meeting_point else ()),
    ]
    return Shown(
        uid=f"booking-{booking.id}",
        sequence=booking.version,
        status=status,
        summary=_marked(status, ", ".join(filter(None, (f"{title} ({group})", who)))),
        description="\n".join(lines),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        changed_at=booking.changed_at,
        place=offer.place if offer else None,
        url=f"{around.public_url}/bookings/{booking.id}",
    )


def of_intervention(intervention: Intervention, around: Around) -> Shown:
    """An intervention as its association sees it: certain once the visit itself is."""
    status = _STATUS[intervention.state]
    booking = around.bookings.get(intervention.booking_id)
    booked = _STATUS.get(booking.state) if booking else None
    if status is Status.CONFIRMED and booked is Status.TENTATIVE:
        status = booked
    state = _ASKED if intervention.state == "requested" else _STATE_WORDS[intervention.state]
    lines = [
        f"Classe : {LEVEL_LABELS[intervention.level][0]}, {intervention.school_name}",
        f"{intervention.pupils} élèves",
        f"Médiation : {state}",
        *((f"Visite : {_STATE_WORDS[booking.state]}",) if booking and booked else ()),
    ]
    return Shown(
        uid=f"intervention-{intervention.id}",
        # Two things have their say in it, and neither ever goes back.
        sequence=intervention.version + (booking.version if booking else 0),
        status=status,
        summary=_marked(status, f"{intervention.visit_offer_title}, {intervention.company_name}"),
        description="\n".join(lines),
        starts_at=intervention.starts_at,
        ends_at=intervention.ends_at,
        changed_at=max(intervention.changed_at, booking.changed_at) if booking else intervention.changed_at,
        place=intervention.place,
        url=f"{around.public_url}/interventions/{intervention.id}",
    )


def of_free_slot(slot: Slot, around: Around) -> Shown | None:
    """A slot that nobody booked yet, as its company sees it: not certain, and no reason to decline other things."""
    if slot.groups_taken or slot.pupils_taken:
        return None
    offer = around.offers.get(slot.visit_offer_id)
    return Shown(
        uid=f"slot-{slot.id}",
        sequence=slot.version,
        status=Status.TENTATIVE,
        free=True,
        summary=f"Créneau ouvert : {offer.title if offer else 'visite'}",
        description=f"Groupes : {slot.groups}, de {slot.pupils_per_group} élèves au plus ; aucune réservation",
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        # A slot does not say when it changed; its id says when it was made.
        changed_at=datetime.fromtimestamp((slot.id.int >> 80) // 1000, UTC),
        place=offer.place if offer else None,
        url=f"{around.public_url}/slots/{slot.id}",
    )


def of_visit(slot: Slot, offer: VisitOffer, url: str) -> Shown:
    """A visit as anybody sees it who thinks of coming: not certain before it is booked."""
    status = Status.CANCELLED if slot.state == "cancelled" else Status.TENTATIVE
    lines = [offer.company_name, *((f"Rendez-vous : {offer.meeting_point}",) if offer.meeting_point else ())]
    return Shown(
        uid=f"visit-{slot.id}",
        sequence=slot.version,
        status=status,
        summary=_marked(status, f"{offer.title}, {offer.company_name}"),
        description="\n".join(lines),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        changed_at=offer.changed_at,
        place=offer.place,
        url=url,
    )


def _marked(status: Status, summary: str) -> str:
    """Marked in words too: not every calendar shows the status of what it subscribes to."""
    return f"{CANCELLED_MARK}{summary}" if status is Status.CANCELLED else summary
