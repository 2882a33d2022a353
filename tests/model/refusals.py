"""Which of PRODUCT's rules stand against what somebody wants, by the slug that tells of each; an empty set is a yes.

Where several are broken, any of them may be told.
"""

from datetime import timedelta

from tests.model.things import Booking, Register, SchoolClass, Slot

SCHOOLS_PEOPLE = {"teacher", "head"}
# From which states, by whom. A head of school is of the school too.
MAY = {
    "approve": ({"requested"}, {"head", "region"}),
    "refuse": ({"requested"}, {"head", "region"}),
    "confirm": ({"approved"}, {"company", "region"}),
    "decline": ({"approved"}, {"company", "region"}),
    "accept": ({"offered"}, {"teacher", "head", "region"}),
    "cancel": (
        {"requested", "approved", "confirmed", "waitlisted", "offered"},
        {"teacher", "head", "company", "region"},
    ),
    "reschedule": ({"requested", "approved", "confirmed"}, {"teacher", "head", "company", "region"}),
    "complete": ({"confirmed", "presumed_done"}, {"teacher", "head", "company", "region"}),
    "no-show": ({"confirmed", "presumed_done"}, {"teacher", "head", "company", "region"}),
}

# Those that a person asks for by name, and no request of their own.
MOVES = ("approve", "refuse", "confirm", "decline", "accept", "cancel")
# From which states a slot is closed, opened again, cancelled.
SLOT_STATES = {"close": {"open", "full"}, "reopen": {"closed"}, "cancel": {"open", "full", "closed"}}


def why_not_book(
    register: Register, person: str, school_class: SchoolClass, slot: Slot, besides: Booking | None = None
) -> set[str]:
    """The rules that a booking would break."""
    if person not in {*SCHOOLS_PEOPLE, "region"}:
        return {"not-yours"}
    groups = register.groups_for(slot, school_class.pupils)
    broken = _why_not_at_all(register, school_class, slot, besides)
    if slot.state not in {"open", "full"}:
        broken.add("transition-refused")
    # A class that fits no slot of that size is told so, or that the slot is full if it is.
    if not register.has_room(slot, groups or 1, school_class.pupils if groups else 1):
        broken.add("slot-full")
    return broken


def why_not_wait(register: Register, person: str, school_class: SchoolClass, slot: Slot) -> set[str]:
    """The rules that a place on the waiting list would break."""
    if person not in {*SCHOOLS_PEOPLE, "region"}:
        return {"not-yours"}
    groups = register.groups_for(slot, school_class.pupils)
    broken = _why_not_at_all(register, school_class, slot)
    place_free = slot.state == "open" and groups and register.has_room(slot, groups, school_class.pupils)
    if place_free or slot.state not in {"open", "full"}:
        broken.add("transition-refused")
    return broken


def _why_not_at_all(
    register: Register, school_class: SchoolClass, slot: Slot, besides: Booking | None = None
) -> set[str]:
    broken = set()
    if register.today > slot.last_day:
        broken.add("too-late")
    if not register.groups_for(slot, school_class.pupils):
        broken.add("invalid-input")
    if register.waits_for(school_class, slot) or register.has_visit_that_day(school_class, slot, besides):
        broken.add("already-booked")
    return broken


def why_not_move(register: Register, person: str, booking: Booking, action: str, reason: str) -> set[str]:
    """The rules that an action on a booking would break."""
    if person == "stranger":
        return {"not-found"}
    states, people = MAY[action]
    if person not in people:
        return {"not-yours"}
    broken = set()
    if booking.state not in states:
        broken.add("transition-refused")
    deadline = booking.slot.starts_at
    if action not in {"cancel", "reschedule"} and booking.answer_by is not None:
        deadline = min(deadline, booking.answer_by)
    if register.now >= deadline:
        broken.add("too-late")
    if not reason and (
        action in {"decline", "refuse"}
        or (action == "cancel" and booking.state == "confirmed" and person in {"company", "region"})
    ):
        broken.add("invalid-input")
    return broken


def why_not_reschedule(register: Register, person: str, booking: Booking, target: Slot) -> set[str]:
    """The rules that moving a visit to another slot would break."""
    broken = why_not_move(register, person, booking, "reschedule", "")
    if broken & {"not-found", "not-yours"}:
        return broken
    if target is booking.slot or (booking.state == "requested" and person not in SCHOOLS_PEOPLE):
        broken.add("transition-refused")
    return broken | why_not_book(register, "teacher", booking.school_class, target, besides=booking)


def why_not_report(register: Register, person: str, booking: Booking, action: str) -> set[str]:
    """The rules that reporting on a visit would break."""
    if person == "stranger":
        return {"not-found"}
    allowed = booking.state in MAY[action][0] and register.now >= booking.slot.ends_at
    return set() if allowed else {"transition-refused"}


def why_not_set_slot(register: Register, person: str, slot: Slot, action: str, reason: str) -> set[str]:
    """The rules that closing, reopening or cancelling a slot would break."""
    if person not in {"company", "region"}:
        return {"not-yours"}
    broken = set()
    if slot.state not in SLOT_STATES[action]:
        broken.add("transition-refused")
    if register.now >= slot.starts_at:
        broken.add("too-late")
    if action == "cancel" and not reason:
        broken.add("invalid-input")
    return broken


def why_not_change_slot(register: Register, person: str, slot: Slot, groups: int, hours: int) -> set[str]:
    """The rules that another size or hour of a slot would break."""
    if person not in {"company", "region"}:
        return {"not-yours"}
    broken = set()
    if slot.state not in {"open", "full", "closed"}:
        broken.add("transition-refused")
    if register.now >= slot.starts_at:
        broken.add("too-late")
    groups_taken, pupils_taken = register.taken(slot)
    holds = pupils_taken <= groups * slot.per_group if slot.offer.pooled else groups_taken <= groups
    if not holds or slot.starts_at + timedelta(hours=hours) <= register.now:
        broken.add("invalid-input")
    return broken
