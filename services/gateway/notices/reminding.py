"""Reminding: what a durable timer finds when it looks at a thing again.

The directory says what the thing has become; a booking that ended or moved has nothing to remind of. What a class must
bring is asked of companies, which knows.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from contracts.associations.interventions import Intervention
from contracts.companies.booking_checks import ChecklistItem, GetChecklist
from contracts.companies.bookings import Booking
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import Kind, PasserelleError
from contracts.matchmaker.proposals import PartnershipProposal
from contracts.message import Resource
from services.gateway.directory.entries import kind_of
from services.gateway.notices import store
from services.gateway.notices.choreography_rules import SCHOOL
from services.gateway.notices.desk import Desk
from services.gateway.notices.facts_rules import facts_of
from services.gateway.notices.handlers import REMIND, note_tellings
from services.gateway.notices.reminder_rules import AHEAD, PREPARE, next_due, reminders, visit_moments
from services.gateway.notices.telling_rules import Telling, addressee_of, telling_of
from services.telemetry import log
from services.work import Work

REMINDED: dict[str, type[Resource]] = {
    kind_of(kind): kind for kind in (Booking, Intervention, PartnershipProposal, VisitOffer)
}
ASK_AGAIN_AFTER = timedelta(minutes=1)
# Then the reminder goes without it: late is worse than short.
CHECKLIST_PATIENCE = timedelta(hours=2)


class ChecklistAway(Exception):
    """Companies does not answer just now."""


async def remind(desk: Desk, key: str, work: Work) -> None:
    """Remind of a thing, where that is due, and come back when the next reminder is (durable timer)."""
    kind, _, thing_id = key.partition(":")
    found = await store.list_things(work.connection, kind, REMINDED[kind], [UUID(thing_id)])
    if not found:
        return
    (thing,) = found
    told: list[Telling] = []
    for reminder in reminders(thing, work.now):
        facts = facts_of(thing)
        if reminder.kind in (PREPARE, AHEAD) and reminder.to is SCHOOL:
            try:
                facts = msgspec.structs.replace(facts, checklist=await _checklist(desk, thing, work))
            except ChecklistAway:
                work.set_timer(REMIND, key, work.now + ASK_AGAIN_AFTER)
                return
        addressee = addressee_of(thing, reminder.to)
        telling = telling_of(reminder.kind, thing, addressee, reminder.to, work.now, mark=reminder.mark, facts=facts)
        # It is told now, however long ago the thing last changed.
        told.append(msgspec.structs.replace(telling, occurred_at=work.now))
    await note_tellings(told, work)
    if due := next_due(thing, work.now):
        work.set_timer(REMIND, key, due)


async def _checklist(desk: Desk, booking: Any, work: Work) -> tuple[ChecklistItem, ...]:
    """What the class must bring and do; raises ChecklistAway while it is worth asking again."""
    try:
        return (await desk.bus.ask(GetChecklist(booking_id=booking.id))).items
    except PasserelleError as error:
        due = max((moment for moment in visit_moments(booking.starts_at) if moment <= work.now), default=work.now)
        if error.problem.kind is Kind.UNAVAILABLE and work.now < due + CHECKLIST_PATIENCE:
            raise ChecklistAway from error
        log().warning("checklist_missing", booking=str(booking.id), error=repr(error))
        return ()
