"""Class requests: a school asks, changes its mind, withdraws; what is over closes by itself."""

from uuid import UUID

import msgspec

from contracts.companies.bookings import Booking
from contracts.errors import NotFound, NotYours
from contracts.local_time import local_day
from contracts.machines import CLASS_REQUEST, SYSTEM
from contracts.matchmaker.class_requests import (
    ChangeClassRequest,
    ClassRequest,
    ClassRequestChanged,
    ClassRequestClosed,
    ClassRequestSubmitted,
    GetClassRequest,
    MoveClassRequest,
    SubmitClassRequest,
)
from services.matchmaker.proposals.handlers import withdraw_of_request
from services.matchmaker.requests.rules import (
    actors_of,
    apply_change,
    calls_for_another,
    replacement_request,
    write_request,
)
from services.matchmaker.requests.store import (
    find_class_request,
    insert_class_request,
    list_past_requests,
    update_class_request,
)
from services.matchmaker.runs.changes import ChangeKind, note_change
from services.matchmaker.schools.store import find_school
from services.matchmaker.supply.store import find_visit_offer
from services.work import Work


async def submit(request: SubmitClassRequest, work: Work) -> ClassRequest:
    """Take a school's wish; the matchmaker looks for visits at once."""
    school = await find_school(work.connection, request.school_uai)
    if school is None:
        raise NotFound(thing="school", id=request.school_uai)
    if not actors_of(work.caller, school.uai):
        raise NotYours()
    written = write_request(request.class_request, school, work.new_id(), work.now)
    await insert_class_request(work.connection, written)
    work.announce(ClassRequestSubmitted(class_request=written))
    note_change(work, ChangeKind.CLASS_REQUEST, written.id)
    return written


async def replace_fallen(booking: Booking, work: Work) -> None:
    """Look for another visit for a class whose own booking fell through without its doing, once."""
    if not calls_for_another(booking, local_day(work.now)):
        return
    school = await find_school(work.connection, booking.school_uai)
    if school is None:
        return
    offer = await find_visit_offer(work.connection, booking.visit_offer_id)
    opened = replacement_request(booking, offer, school, work.new_id(), work.now)
    if opened is not None and await insert_class_request(work.connection, opened):
        work.announce(ClassRequestSubmitted(class_request=opened))
        note_change(work, ChangeKind.CLASS_REQUEST, opened.id)


async def change(request: ChangeClassRequest, work: Work) -> ClassRequest:
    """Change a wish; proposals that it no longer fits are withdrawn by the next match."""
    known = await _find_mine(work, request.class_request_id)
    work.expect(known)
    CLASS_REQUEST.step(known.state, "change", actors_of(work.caller, known.school_uai))
    school = await find_school(work.connection, known.school_uai)
    if school is None:
        raise NotFound(thing="school", id=known.school_uai)
    changed = apply_change(known, request.change, school, work.now.date())
    await update_class_request(work.connection, changed)
    work.announce(ClassRequestChanged(class_request=changed))
    note_change(work, ChangeKind.CLASS_REQUEST, changed.id)
    return changed


async def move(request: MoveClassRequest, work: Work) -> ClassRequest:
    """Withdraw a wish; what was proposed for it is withdrawn with it."""
    known = await _find_mine(work, request.class_request_id)
    work.expect(known)
    actors = actors_of(work.caller, known.school_uai)
    state = CLASS_REQUEST.move(known.state, request.action, actors)
    return await _close(work, known, state, request.reason)


async def get(request: GetClassRequest, work: Work) -> ClassRequest:
    """One class request, for its school and the Region."""
    return await _find_mine(work, request.class_request_id, lock=False)


async def expire_past(work: Work) -> None:
    """Close the wishes whose last day is over (scheduled every night)."""
    for known in await list_past_requests(work.connection, work.now.date()):
        await _close(work, known, CLASS_REQUEST.step(known.state, "expire", {SYSTEM}), "dates_over")


async def _close(work: Work, known: ClassRequest, state: str, reason: str) -> ClassRequest:
    closed = msgspec.structs.replace(known, version=known.version + 1, state=state, reason=reason)
    await update_class_request(work.connection, closed)
    work.announce(ClassRequestClosed(class_request=closed))
    await withdraw_of_request(work, closed.id, f"request_{state}")
    note_change(work, ChangeKind.CLASS_REQUEST, closed.id)
    return closed


async def _find_mine(work: Work, request_id: UUID, *, lock: bool = True) -> ClassRequest:
    known = await find_class_request(work.connection, request_id, lock=lock)
    if known is None or not actors_of(work.caller, known.school_uai):
        raise NotFound(thing="class request", id=str(request_id))
    return known
