"""How a slot changes, and how it ends.

Classes may have booked it, so that its day then stays, and its size never falls below what they take. Within the day
its hours may move until it begins: whoever is booked is told.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec import UNSET
from msgspec.structs import asdict, replace

from contracts.companies.bookings import Booking
from contracts.companies.slots import Slot, SlotChange
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import FieldError, TooLate, TransitionRefused, Wording
from contracts.faults import fault, refuse
from contracts.local_time import local, local_day
from contracts.machines import SLOT, SYSTEM
from services.companies.slots.rules import (
    calendar_faults,
    check_offer_stands,
    counted,
    day_faults,
    group_faults,
    hour_faults,
)


def changed_slot(
    slot: Slot,
    change: SlotChange,
    offer: VisitOffer,
    live: Sequence[Booking],
    actors: frozenset[str],
    now: datetime,
) -> Slot:
    """The slot with its change, the very same where nothing differs; `live` are its bookings that hold a place.

    Raises NotYours, TransitionRefused, TooLate once it has begun, Invalid with every wrong field.
    """
    SLOT.step(slot.state, "change", actors)
    _check_not_begun(slot, "change", now)
    given = {name: value for name, value in asdict(change).items() if value is not UNSET}
    instants = {name: value for name, value in given.items() if isinstance(value, datetime)}
    refuse(wrong for name, value in instants.items() for wrong in calendar_faults(name, value))
    edited = replace(slot, **(given | {name: value.astimezone(UTC) for name, value in instants.items()}))
    if edited == slot:
        return slot
    moves_day = local_day(edited.starts_at) != local_day(slot.starts_at)
    if moves_day or _size(edited) != _size(slot):
        # On an offer that is over nothing new opens; those who are booked may still be told another hour.
        check_offer_stands(offer, "change")
    if moves_day and live:
        raise _day_stays(slot, len(live), actors)
    refuse(_change_faults(slot, edited, offer, live, now))
    return counted(edited)


def moved_slot(slot: Slot, offer: VisitOffer, action: str, reason: str, actors: frozenset[str], now: datetime) -> Slot:
    """The slot closed, open again or cancelled; raises Invalid, NotYours, TransitionRefused, TooLate once begun."""
    state = SLOT.move(slot.state, action, actors)
    _check_not_begun(slot, action, now)
    moved = replace(slot, state=state, reason=reason)
    if state == "open":
        check_offer_stands(offer, action)
    if state == "cancelled":
        if not reason.strip():
            wrong = fault(
                "reason", "Say why: the schools will be told.", "Dites pourquoi : les écoles seront prévenues."
            )
            refuse([wrong])
        # Its bookings end with a cancelled slot, so that no place is taken any more.
        moved = replace(moved, groups_taken=0, pupils_taken=0)
    return counted(moved)


def finished_slot(slot: Slot, now: datetime) -> Slot:
    """The slot as done once its time is over, else the very same: a timer comes twice, or for hours moved since."""
    if slot.ends_at > now or "finish" not in SLOT.allowed(slot.state, {SYSTEM}):
        return slot
    return replace(slot, version=slot.version + 1, state=SLOT.step(slot.state, "finish", {SYSTEM}))


def has_other_hours(slot: Slot, before: Slot) -> bool:
    """Whether a change moved when a slot begins or ends."""
    return (slot.starts_at, slot.ends_at) != (before.starts_at, before.ends_at)


def has_grown(slot: Slot, before: Slot) -> bool:
    """Whether somebody may fit after a change who did not before."""
    return slot.groups > before.groups or slot.pupils_per_group > before.pupils_per_group


def _size(slot: Slot) -> tuple[int, int]:
    return slot.groups, slot.pupils_per_group


def _check_not_begun(slot: Slot, action: str, now: datetime) -> None:
    if slot.starts_at <= now:
        raise TooLate(action=action, deadline=local(slot.starts_at).isoformat(timespec="minutes"))


def _day_stays(slot: Slot, booked: int, actors: frozenset[str]) -> TransitionRefused:
    rule = Wording(
        f"its day stays while classes are booked ({booked}): reschedule them, or cancel the slot",
        f"son jour reste tant que des classes y sont inscrites ({booked}) : déplacez-les, ou annulez le créneau",
    )
    allowed = SLOT.allowed(slot.state, actors)
    return TransitionRefused(action="change", state=slot.state, rule=rule, allowed_actions=allowed)


def _change_faults(
    slot: Slot, edited: Slot, offer: VisitOffer, live: Sequence[Booking], now: datetime
) -> Iterator[FieldError]:
    if edited.starts_at <= now or local_day(edited.starts_at) != local_day(slot.starts_at):
        yield from day_faults("starts_at", edited.starts_at, offer, now)
    if has_other_hours(edited, slot):
        yield from hour_faults(edited.starts_at, edited.ends_at)
    if edited.pupils_per_group != slot.pupils_per_group:
        yield from group_faults(edited.pupils_per_group, offer)
    yield from _pool_faults(slot, edited) if slot.pooled else _taken_faults(edited, live)


def _pool_faults(slot: Slot, edited: Slot) -> Iterator[FieldError]:
    if edited.pupils_left < 0:
        field = "pupils_per_group" if edited.pupils_per_group < slot.pupils_per_group else "groups"
        yield fault(
            field,
            f"{slot.pupils_taken} places are taken, of {edited.places} in all: keep that many at least.",
            f"{slot.pupils_taken} places sont prises, pour {edited.places} en tout : gardez-en au moins autant.",
        )


def _taken_faults(edited: Slot, live: Sequence[Booking]) -> Iterator[FieldError]:
    if edited.groups_left < 0:
        yield fault(
            "groups",
            f"{edited.groups_taken} groups are taken: keep that many at least, or reschedule some of them.",
            f"{edited.groups_taken} groupes sont pris : gardez-en autant, ou déplacez-en.",
        )
    # A class that takes two groups fills each by half.
    largest = max((-(-booking.pupils // booking.groups) for booking in live), default=0)
    if edited.pupils_per_group < largest:
        yield fault(
            "pupils_per_group",
            f"A group of {largest} pupils is booked: let each group hold that many at least, or reschedule it.",
            f"Un groupe de {largest} élèves est inscrit : gardez des groupes d'au moins cette taille, ou déplacez-le.",
        )
