"""When a slot can be opened, and how it ends.

Slots of one offer may overlap: two guides can receive at once, and a tour may leave every half hour.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from msgspec.structs import replace

from contracts.companies.slots import NewSlot, Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import FieldError, TooLate, TransitionRefused, Wording
from contracts.faults import fault, refuse
from contracts.local_time import local, local_day
from contracts.machines import SLOT
from contracts.reference.calendar import OutsideCalendar, why_not_school_day

# No class sets out or comes home in the night.
FIRST_HOUR, LAST_HOUR = time(6), time(22)
ENDED_OFFERS = frozenset({"archived", "rejected"})


def new_slot(new: NewSlot, offer: VisitOffer, slot_id: UUID, now: datetime) -> Slot:
    """The slot that the input opens on the offer; raises TransitionRefused, Invalid with every wrong field."""
    if offer.state in ENDED_OFFERS:
        rule = Wording(f"the visit offer is {offer.state}", "l'offre de visite est close")
        raise TransitionRefused(action="open", state=offer.state, rule=rule, allowed_actions=())
    starts_at = new.starts_at.astimezone(UTC)
    ends_at = new.ends_at.astimezone(UTC) if new.ends_at else starts_at + timedelta(minutes=offer.duration_minutes)
    pupils_per_group = offer.pupils_max if new.pupils_per_group is None else new.pupils_per_group
    refuse(
        (
            *_day_faults(starts_at, offer.lead_time_days, now),
            *_hour_faults(starts_at, ends_at),
            *_group_faults(pupils_per_group, offer),
        )
    )
    return Slot(
        id=slot_id,
        fictional=offer.fictional,
        visit_offer_id=offer.id,
        company_id=offer.company_id,
        starts_at=starts_at,
        ends_at=ends_at,
        groups=new.groups,
        pupils_per_group=pupils_per_group,
        external_id=new.external_id,
        state="open",
        pooled=offer.pooled,
    )


def moved_slot(slot: Slot, action: str, reason: str, actors: frozenset[str], now: datetime) -> Slot:
    """The slot closed or cancelled; raises Invalid, NotYours, TransitionRefused, TooLate once it has begun."""
    state = SLOT.move(slot.state, action, actors)
    if slot.starts_at <= now:
        raise TooLate(action=action, deadline=local(slot.starts_at).isoformat(timespec="minutes"))
    if state == "cancelled" and not reason.strip():
        refuse([fault("reason", "Say why: the schools will be told.", "Dites pourquoi : les écoles seront prévenues.")])
    # Its bookings end with a cancelled slot, so that no group is taken any more.
    moved = replace(slot, version=slot.version + 1, state=state, reason=reason)
    return replace(moved, groups_taken=0, pupils_taken=0) if state == "cancelled" else moved


def groups_for(slot: Slot, pupils: int, *, splitting: bool) -> int:
    """How many groups of a slot a class of that size takes; 0 where it does not fit into one, or two if it may split.

    Where places are pooled, a class of any size that the slot holds is one group.
    """
    if slot.pooled:
        return int(pupils <= slot.places)
    if pupils <= slot.pupils_per_group:
        return 1
    return 2 if splitting and pupils <= 2 * slot.pupils_per_group else 0


def has_place(slot: Slot, groups: int, pupils: int) -> bool:
    """Whether a slot has that many groups left or, where places are pooled, that many places."""
    return pupils <= slot.pupils_left if slot.pooled else groups <= slot.groups_left


def with_place_taken(slot: Slot, groups: int, pupils: int) -> Slot:
    """A slot with a class more, whatever room it has: the caller has asked `has_place`."""
    return _counted(slot, slot.groups_taken + groups, slot.pupils_taken + pupils)


def with_place_freed(slot: Slot, groups: int, pupils: int) -> Slot:
    """A slot with a class less; a full one opens again, a closed, cancelled or past one stays as it is."""
    return _counted(slot, slot.groups_taken - groups, slot.pupils_taken - pupils)


def _counted(slot: Slot, groups_taken: int, pupils_taken: int) -> Slot:
    counted = replace(slot, version=slot.version + 1, groups_taken=groups_taken, pupils_taken=pupils_taken)
    if slot.state in {"open", "full"}:
        counted = replace(counted, state="full" if counted.is_taken else "open")
    return counted


def _day_faults(starts_at: datetime, lead_time_days: int, now: datetime) -> Iterator[FieldError]:
    day, first_day = local_day(starts_at), local_day(now) + timedelta(days=lead_time_days)
    if starts_at <= now:
        yield fault(
            "starts_at",
            f"{day} is in the past: choose a day from {first_day} on.",
            f"Le {day} est passé : choisissez un jour à partir du {first_day}.",
        )
        return
    if day < first_day:
        yield fault(
            "starts_at",
            f"The offer is booked {lead_time_days} days ahead: choose a day from {first_day} on.",
            f"L'offre se réserve {lead_time_days} jours à l'avance : choisissez un jour à partir du {first_day}.",
        )
    try:
        closed = why_not_school_day(day)
    except OutsideCalendar as unknown:
        yield fault("starts_at", str(unknown), unknown.fr)
        return
    if closed is not None:
        yield fault(
            "starts_at",
            f"Schools are closed on {day} ({closed.en}): choose a school day.",
            f"Les écoles sont fermées le {day} ({closed.fr}) : choisissez un jour de classe.",
        )


def _hour_faults(starts_at: datetime, ends_at: datetime) -> Iterator[FieldError]:
    start, end = local(starts_at), local(ends_at)
    if ends_at <= starts_at:
        yield fault("ends_at", "The slot ends before it begins.", "Le créneau finit avant de commencer.")
    elif end.date() != start.date():
        yield fault(
            "ends_at",
            "The slot ends on another day: open one slot for each day.",
            "Le créneau finit un autre jour : ouvrez un créneau par jour.",
        )
    else:
        within = f"{FIRST_HOUR:%H:%M} – {LAST_HOUR:%H:%M}"
        for field, moment in (("starts_at", start.time()), ("ends_at", end.time())):
            if not FIRST_HOUR <= moment <= LAST_HOUR:
                yield fault(
                    field,
                    f"{moment:%H:%M} is no hour for a class: choose one within {within}, Europe/Paris.",
                    f"{moment:%H:%M} n'est pas une heure pour une classe : choisissez entre {within} (heure de Paris).",
                )


def _group_faults(pupils_per_group: int, offer: VisitOffer) -> Iterator[FieldError]:
    if not offer.pupils_min <= pupils_per_group <= offer.pupils_max:
        yield fault(
            "pupils_per_group",
            f"The offer takes groups of {offer.pupils_min} to {offer.pupils_max} pupils, not {pupils_per_group}.",
            f"L'offre reçoit des groupes de {offer.pupils_min} à {offer.pupils_max} élèves, non de {pupils_per_group}.",
        )
