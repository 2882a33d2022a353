"""Interventions: an association is asked to mediate a booked visit, answers, and is freed when the visit falls through.

The three parties meet by events that come late, twice and in any order: what is known of a booking is kept by version,
and an intervention is made once for each booking and association.
"""

from uuid import UUID

from contracts.associations.interventions import GetIntervention, Intervention, MoveIntervention
from contracts.companies.bookings import Booking, BookingEvent, BookingRescheduled
from contracts.errors import NotFound
from contracts.matchmaker.mediations import Mediation, MediationNamed
from services.associations.actors import actors_of
from services.associations.capacities.store import find_capacity
from services.associations.interventions import rules, store
from services.associations.interventions.rules import Visit
from services.work import Work

ANSWER_DUE = "intervention-answer-due"


async def ask(event: MediationNamed, work: Work) -> None:
    """Ask an association for an intervention, once for each booking; where it has no room, that is its answer."""
    mediation = event.mediation
    if mediation.rescheduled_from is not None:
        await _free_moved(mediation.rescheduled_from, work)
    await store.keep_visit(work.connection, rules.visit_told_of(mediation))
    visit = await store.find_visit(work.connection, mediation.id)
    if visit is None or visit.has_ended or mediation.association_id is None:
        return
    if await store.has_intervention(work.connection, mediation.id, mediation.association_id):
        return
    possible = await _has_room(mediation, visit, work)
    intervention = rules.new_intervention(mediation, visit, work.new_id(), work.now, possible=possible)
    if intervention is not None:
        await store.insert_intervention(work.connection, intervention)
        _announce(None, intervention, work)


async def move(request: MoveIntervention, work: Work) -> Intervention:
    """Accept, decline or withdraw an intervention; raises NotFound, Outdated, NotYours, TransitionRefused, Invalid …"""
    intervention, actors = await _find(request.intervention_id, work, lock=True)
    work.expect(intervention)
    moved = rules.moved_intervention(intervention, request.action, request.reason, actors, work.now)
    await _write(intervention, moved, work)
    return rules.shown_to(moved, actors)


async def get(request: GetIntervention, work: Work) -> Intervention:
    """One intervention, for its association, company and school, and the Region; raises NotFound."""
    intervention, actors = await _find(request.intervention_id, work, lock=False)
    return rules.shown_to(intervention, actors)


async def expire(key: str, work: Work) -> None:
    """Close an intervention that nobody answered in time; harmless where somebody did."""
    intervention = await store.find_intervention(work.connection, UUID(key), lock=True)
    if intervention and (expired := rules.expired_intervention(intervention, work.now)):
        await _write(intervention, expired, work)


async def follow_booking(event: BookingEvent, work: Work) -> None:
    """What a booking means for its mediator: free again, done, or expected at other hours."""
    await _follow(event.booking, work)
    if isinstance(event, BookingRescheduled):
        await _follow(event.successor, work)


async def _follow(booking: Booking, work: Work) -> None:
    visit = rules.visit_of(booking)
    if not await store.keep_visit(work.connection, visit):
        return
    live = await store.find_live_intervention(work.connection, visit.id)
    if live and (followed := rules.followed_intervention(live, visit, work.now)):
        await _write(live, followed, work)


async def _free_moved(booking_id: UUID, work: Work) -> None:
    # The matchmaker knows that the visit moved; that this is heard from companies later must not stand in the way.
    await store.find_visit(work.connection, booking_id)
    live = await store.find_live_intervention(work.connection, booking_id)
    if live and (freed := rules.freed_by_move(live, work.now)):
        await _write(live, freed, work)


async def _has_room(mediation: Mediation, visit: Visit, work: Work) -> bool:
    if mediation.capacity_id is None:
        return False
    # Locked, so that two visits are not promised the same intervention, nor fewer given meanwhile.
    found = await find_capacity(work.connection, mediation.capacity_id, lock=True)
    if found is None:
        return False
    days = await store.list_live_days(work.connection, mediation.capacity_id)
    return rules.can_give(*found, days, visit)


async def _write(before: Intervention, after: Intervention, work: Work) -> None:
    await store.update_intervention(work.connection, after)
    if before.answer_by != after.answer_by:
        await work.cancel_timer(ANSWER_DUE, after.id)
    _announce(before, after, work)


def _announce(before: Intervention | None, after: Intervention, work: Work) -> None:
    work.announce(rules.event_of(before, after))
    due = before.answer_by if before else None
    if after.answer_by is not None and after.answer_by != due:
        work.set_timer(ANSWER_DUE, after.id, after.answer_by)


async def _find(intervention_id: UUID, work: Work, *, lock: bool) -> tuple[Intervention, frozenset[str]]:
    intervention = await store.find_intervention(work.connection, intervention_id, lock=lock)
    if intervention is not None:
        parties = (intervention.association_id, intervention.company_id, intervention.school_uai)
        if actors := actors_of(work.caller, *parties):
            return intervention, actors
    raise NotFound(thing="intervention", id=str(intervention_id))
