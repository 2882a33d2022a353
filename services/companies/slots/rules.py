"""When a slot can be opened, alone or with others, and how its places are counted.

How it changes and ends is in `change_rules.py`, what recurs by the week in `recurrence_rules.py`. Slots of one offer
may overlap: two guides can receive at once, and a tour may leave every half hour.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from msgspec.structs import replace

from contracts.companies.slots import NewSlot, NewSlots, Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import FieldError, TransitionRefused, Wording
from contracts.faults import fault, refuse
from contracts.local_time import local, local_day
from contracts.reference.calendar import COVERS, OutsideCalendar, why_not_school_day

# No class sets out or comes home in the night.
FIRST_HOUR, LAST_HOUR = time(6), time(22)
ENDED_OFFERS = frozenset({"archived", "rejected"})


def new_slot(new: NewSlot, offer: VisitOffer, slot_id: UUID, now: datetime) -> Slot:
    """The slot that the input opens on the offer; raises TransitionRefused, Invalid with every wrong field."""
    check_offer_stands(offer, "open")
    refuse(_opening_faults(new, offer, now))
    return slot_of(new, offer, slot_id)


def new_slots(
    batch: NewSlots, offer: VisitOffer, ids: Sequence[UUID], taken: Mapping[str, UUID], now: datetime
) -> tuple[Slot, ...]:
    """The slots of a batch, soonest first; `taken` says which slot has an external id already.

    Raises TransitionRefused, Invalid with every wrong field of every row: `slots[3].starts_at`.
    """
    check_offer_stands(offer, "open")
    rows = (within(f"slots[{row}]", _opening_faults(new, offer, now)) for row, new in enumerate(batch.slots))
    refuse((*(wrong for faults in rows for wrong in faults), *external_id_faults(batch, taken)))
    slots = [slot_of(new, offer, slot_id) for new, slot_id in zip(batch.slots, ids, strict=True)]
    return tuple(sorted(slots, key=lambda slot: slot.starts_at))


def slot_of(new: NewSlot, offer: VisitOffer, slot_id: UUID) -> Slot:
    """The slot that an input without a fault describes."""
    return Slot(
        id=slot_id,
        fictional=offer.fictional,
        visit_offer_id=offer.id,
        company_id=offer.company_id,
        starts_at=new.starts_at.astimezone(UTC),
        ends_at=end_of(new, offer),
        groups=new.groups,
        pupils_per_group=group_size(new, offer),
        external_id=new.external_id,
        state="open",
        pooled=offer.pooled,
    )


def end_of(new: NewSlot, offer: VisitOffer) -> datetime:
    """When an opening ends, in UTC: as said, else the offer's duration after its start."""
    if new.ends_at is not None:
        return new.ends_at.astimezone(UTC)
    return new.starts_at.astimezone(UTC) + timedelta(minutes=offer.duration_minutes)


def group_size(new: NewSlot, offer: VisitOffer) -> int:
    """How many pupils a group of an opening holds: as said, else the most that the offer takes."""
    return offer.pupils_max if new.pupils_per_group is None else new.pupils_per_group


def check_offer_stands(offer: VisitOffer, action: str) -> None:
    """Raise TransitionRefused where the action would open something on an offer that is over."""
    if offer.state in ENDED_OFFERS:
        rule = Wording(f"the visit offer is {offer.state}", "l'offre de visite est close")
        raise TransitionRefused(action=action, state=offer.state, rule=rule, allowed_actions=())


# ------------------------------------------------------------ how places are counted


def groups_for(slot: Slot, pupils: int, *, splitting: bool) -> int:
    """How many groups of a slot a class of that size takes; 0 where it does not fit into one, or two if it may split.

    Where places are pooled, a class of any size that the slot holds is one group.
    """
    if slot.pooled:
        return int(pupils <= slot.places)
    if pupils <= slot.pupils_per_group:
        return 1
    return 2 if splitting and slot.groups > 1 and pupils <= 2 * slot.pupils_per_group else 0


def has_place(slot: Slot, groups: int, pupils: int) -> bool:
    """Whether a slot has that many groups left or, where places are pooled, that many places."""
    return pupils <= slot.pupils_left if slot.pooled else groups <= slot.groups_left


def with_place_taken(slot: Slot, groups: int, pupils: int) -> Slot:
    """A slot with a class more, whatever room it has: the caller has asked `has_place`."""
    return counted(replace(slot, groups_taken=slot.groups_taken + groups, pupils_taken=slot.pupils_taken + pupils))


def with_place_freed(slot: Slot, groups: int, pupils: int) -> Slot:
    """A slot with a class less; a full one opens again, a closed, cancelled or past one stays as it is."""
    return counted(replace(slot, groups_taken=slot.groups_taken - groups, pupils_taken=slot.pupils_taken - pupils))


def counted(slot: Slot) -> Slot:
    """The next version of a slot whose numbers changed: full where nothing is left, else open."""
    state = slot.state
    if state in {"open", "full"}:
        state = "full" if slot.is_taken else "open"
    return replace(slot, version=slot.version + 1, state=state)


# ------------------------------------------------------------ what may be wrong


def within(part: str, faults: Iterable[FieldError]) -> Iterator[FieldError]:
    """Faults of a part of the input, their fields named from its root: `slots[3].starts_at`."""
    for wrong in faults:
        yield replace(wrong, field=f"{part}.{wrong.field}")


def external_id_faults(batch: NewSlots, taken: Mapping[str, UUID]) -> Iterator[FieldError]:
    """The rows of a batch whose external id an earlier row has, or a slot of the company."""
    first_rows: dict[str, int] = {}
    for row, external_id in enumerate(new.external_id for new in batch.slots):
        if not external_id:
            continue
        first = first_rows.setdefault(external_id, row)
        if first != row:
            yield fault(
                f"slots[{row}].external_id",
                f"slots[{first}] has the same external_id: give each slot one of its own.",
                f"slots[{first}] a le même external_id : donnez à chaque créneau le sien.",
            )
        elif external_id in taken:
            yield fault(
                f"slots[{row}].external_id",
                f"Slot {taken[external_id]} has this external_id already: leave the row out, or change that slot.",
                f"Le créneau {taken[external_id]} a déjà cet external_id : retirez la ligne, ou modifiez ce créneau.",
            )


def calendar_faults(field: str, instant: datetime | None) -> Iterator[FieldError]:
    """A fault where an instant lies in a year of which no school calendar is known."""
    if instant is not None and not COVERS.first.year <= instant.year <= COVERS.last.year:
        unknown = OutsideCalendar(instant.date())
        yield fault(field, str(unknown), unknown.fr)


def day_faults(field: str, starts_at: datetime, offer: VisitOffer, now: datetime) -> Iterator[FieldError]:
    """What stands against a slot on that day: it is past, before the lead time, or no school day."""
    day, first_day = local_day(starts_at), local_day(now) + timedelta(days=offer.lead_time_days)
    if starts_at <= now:
        yield fault(
            field,
            f"{day} is in the past: choose a day from {first_day} on.",
            f"Le {day} est passé : choisissez un jour à partir du {first_day}.",
        )
        return
    if day < first_day:
        yield fault(
            field,
            f"The offer is booked {offer.lead_time_days} days ahead: choose a day from {first_day} on.",
            f"L'offre se réserve {offer.lead_time_days} jours à l'avance : choisissez un jour à partir du {first_day}.",
        )
    try:
        closed = why_not_school_day(day)
    except OutsideCalendar as unknown:
        yield fault(field, str(unknown), unknown.fr)
        return
    if closed is not None:
        yield fault(
            field,
            f"Schools are closed on {day} ({closed.en}): choose a school day.",
            f"Les écoles sont fermées le {day} ({closed.fr}) : choisissez un jour de classe.",
        )


def hour_faults(starts_at: datetime, ends_at: datetime) -> Iterator[FieldError]:
    """What is wrong with the hours of a slot: the wrong way round, over night, or in it."""
    start, end = local(starts_at), local(ends_at)
    if ends_at <= starts_at:
        yield fault(
            "ends_at",
            "The slot ends before it begins: choose a later end.",
            "Le créneau finit avant de commencer : choisissez une fin plus tardive.",
        )
    elif end.date() != start.date():
        yield fault(
            "ends_at",
            "The slot ends on another day: open one slot for each day.",
            "Le créneau finit un autre jour : ouvrez un créneau par jour.",
        )
    else:
        hours = f"{FIRST_HOUR:%H:%M} – {LAST_HOUR:%H:%M}"
        for field, moment in (("starts_at", start.time()), ("ends_at", end.time())):
            if not FIRST_HOUR <= moment <= LAST_HOUR:
                yield fault(
                    field,
                    f"{moment:%H:%M} is no hour for a class: choose one within {hours}, Europe/Paris.",
                    f"{moment:%H:%M} n'est pas une heure pour une classe : choisissez entre {hours} (heure de Paris).",
                )


def group_faults(pupils_per_group: int, offer: VisitOffer) -> Iterator[FieldError]:
    """A fault where the offer takes no groups of that size."""
    if not offer.pupils_min <= pupils_per_group <= offer.pupils_max:
        yield fault(
            "pupils_per_group",
            f"The offer takes groups of {offer.pupils_min} to {offer.pupils_max} pupils, not {pupils_per_group}.",
            f"L'offre reçoit des groupes de {offer.pupils_min} à {offer.pupils_max} élèves, non de {pupils_per_group}.",
        )


def _opening_faults(new: NewSlot, offer: VisitOffer, now: datetime) -> Iterator[FieldError]:
    # Years that nobody means are told before anything is reckoned with them.
    if far := (*calendar_faults("starts_at", new.starts_at), *calendar_faults("ends_at", new.ends_at)):
        yield from far
        return
    yield from day_faults("starts_at", new.starts_at, offer, now)
    yield from hour_faults(new.starts_at, end_of(new, offer))
    yield from group_faults(group_size(new, offer), offer)
