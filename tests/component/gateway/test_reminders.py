"""Reminders come once, of what is still ahead, whatever happened to the processes that were to send them."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.associations.interventions import InterventionRequested
from contracts.companies.booking_checks import Checklist, ChecklistItem, ChecklistKind, GetChecklist
from contracts.companies.bookings import BookingCancelled, BookingConfirmed, BookingRequested
from contracts.companies.visit_offers import VisitOfferChanged, VisitOfferStale
from contracts.errors import NotFound, Unavailable, Wording
from contracts.local_time import local
from contracts.matchmaker.proposals import PartnershipProposalAnswered
from contracts.vocabulary import Role
from services.gateway.notices.desk import open_desk
from services.gateway.notices.reminder_rules import visit_moments
from services.gateway.notices.reminding import remind
from services.work import Work
from tests.component.gateway.given import a_gateway, played, until
from tests.component.gateway.resources import NOW, a_partnership_proposal, an_intervention, next_version
from tests.component.gateway.told import notices, parties, told

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=4)
WHISTLE = ChecklistItem(
    kind=ChecklistKind.EQUIPMENT,
    words=Wording("Bring safety shoes.", "Apportez des chaussures de sécurité."),
    due=SOON.date(),
)


async def ring(gateway, kind="remind"):
    """Have the reminders looked at now, and wait until they have been."""
    await gateway.connection.execute("update timer set due_at = now() where kind = $1", kind)

    async def looked() -> bool:
        return not await gateway.connection.fetchval(
            "select count(*) from timer where kind = $1 and due_at <= now()", kind
        )

    await until(looked)


async def a_confirmed_visit(gateway, starts_at, **given):
    """A visit of that day which all sides have agreed to; nobody is told of it any more."""
    there = await parties(gateway, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    booking = there.booking(state="confirmed", ready=True, **given)
    await gateway.tell(BookingConfirmed(booking=booking, slot=there.slot), actor="system")
    await told(gateway)
    await gateway.connection.execute("delete from notice")
    await gateway.connection.execute(
        "insert into timer (kind, key, due_at) select 'remind', $1, now()"
        " where not exists (select from timer where kind = 'remind')",
        f"booking:{booking.id}",
    )
    return there, booking


async def test_a_visit_that_draws_near_is_told_to_all_with_the_checklist_for_the_school(gateway):
    """The week's reminder was due while nobody ran: it is sent, since the visit is still ahead."""
    # At noon, so that its week's reminder was due yesterday whatever the hour is now: none goes out at night.
    noon = (local(NOW) + timedelta(days=6)).replace(hour=12).astimezone(UTC)
    there, booking = await a_confirmed_visit(gateway, noon)

    async with played(gateway, GetChecklist, Checklist(booking_id=booking.id, items=(WHISTLE,))) as asked:
        await ring(gateway)
        found = await told(gateway)
    (school,) = await notices(gateway, Role.TEACHER, there.school.uai)

    assert found == {("visit_to_prepare", there.at_school): 1, ("visit_to_prepare", there.at_company): 1}
    assert [request.booking_id for request, _ in asked] == [booking.id]
    assert f"- Apportez des chaussures de sécurité. (pour le {SOON:%d/%m/%Y})" in school["text"]["fr"]


async def test_a_mediator_is_reminded_too(gateway):
    """All three parties of a visit that is ready."""
    there = await parties(gateway, starts_at=SOON, ends_at=SOON + timedelta(hours=2))
    booking = there.booking(state="confirmed", ready=True, association_id=there.association.id)
    await gateway.tell(BookingConfirmed(booking=booking, slot=there.slot), actor=there.at_company)
    await gateway.connection.execute(
        "insert into timer (kind, key, due_at) values ('remind', $1, now())", f"booking:{booking.id}"
    )
    async with played(gateway, GetChecklist, Checklist(booking_id=booking.id)):
        await ring(gateway)

    assert ("visit_to_prepare", there.at_association) in await told(gateway)


async def test_a_reminder_comes_once_however_often_it_is_looked_at(servers):
    """Two replicas, timers set again by every change, a restart in between."""
    async with a_gateway(servers) as gateway, a_gateway(servers):
        there, booking = await a_confirmed_visit(gateway, SOON)
        async with played(gateway, GetChecklist, Checklist(booking_id=booking.id)):
            for _ in range(3):
                await gateway.connection.execute(
                    "insert into timer (kind, key, due_at) values ('remind', $1, now())", f"booking:{booking.id}"
                )
                await ring(gateway)
    async with a_gateway(servers) as gateway:
        async with played(gateway, GetChecklist, Checklist(booking_id=booking.id)):
            await gateway.tell(BookingConfirmed(booking=next_version(booking), slot=there.slot), actor="system")
            await ring(gateway)
        found = await told(gateway)

    assert found[("visit_to_prepare", there.at_school)] == found[("visit_to_prepare", there.at_company)] == 1


async def test_what_is_due_after_an_outage_is_the_last_reminder_alone(gateway):
    """Never D-7 after D-1."""
    there, booking = await a_confirmed_visit(gateway, NOW + timedelta(hours=2))

    async with played(gateway, GetChecklist, Checklist(booking_id=booking.id)):
        await ring(gateway)

    assert await told(gateway) == {("visit_ahead", there.at_school): 1, ("visit_ahead", there.at_company): 1}


@pytest.mark.parametrize("change", [{"state": "cancelled"}, {"starts_at": NOW + timedelta(days=60)}])
async def test_a_visit_that_ended_or_moved_is_not_reminded_of(gateway, change):
    """The timer finds what the visit has become."""
    there, booking = await a_confirmed_visit(gateway, SOON)
    changed = next_version(booking, ended_by="system", **change)
    kind = BookingCancelled if "state" in change else BookingConfirmed
    await gateway.tell(kind(booking=changed, slot=there.slot), actor="system")

    await ring(gateway)

    assert not [kind for kind, _ in await told(gateway) if kind.startswith("visit_")]


@pytest.mark.parametrize(("late", "goes"), [(timedelta(hours=1), False), (timedelta(hours=3), True)])
async def test_a_reminder_waits_for_its_checklist_and_not_for_ever(gateway, late, goes):
    """While companies is away it is asked again in a minute; a reminder that is hours late goes without."""
    there, booking = await a_confirmed_visit(gateway, SOON + timedelta(days=30))
    desk = open_desk(gateway.app.state.running.bus, gateway.app.state.settings)
    now = visit_moments(booking.starts_at)[0] + late
    await gateway.connection.execute("delete from timer")
    key = f"booking:{booking.id}"

    async with played(gateway, GetChecklist, Unavailable(part="companies")), gateway.connection.transaction():
        work = Work(gateway.connection, now, "gateway")
        await remind(desk, key, work)
        await work.finish()

    again = await gateway.connection.fetch("select due_at - $2 as after from timer where key = $1", key, now)
    noted = await gateway.connection.fetch("select party from notice")
    assert {row["party"] for row in noted} == ({there.at_school, there.at_company} if goes else set())
    assert (timedelta(minutes=1) in [row["after"] for row in again]) is not goes


async def test_a_booking_that_companies_does_not_know_is_reminded_of_without_a_checklist(gateway):
    """Its refusal is final."""
    there, booking = await a_confirmed_visit(gateway, SOON)

    async with played(gateway, GetChecklist, NotFound(thing="booking", id=str(booking.id))):
        await ring(gateway)

    assert (await told(gateway))[("visit_to_prepare", there.at_school)] == 1


@pytest.mark.parametrize(
    ("state", "kind", "whom"),
    [("requested", "remind_approval", "head"), ("approved", "remind_confirmation", "company")],
)
async def test_a_pending_answer_is_asked_for_once_more_at_half_time(gateway, state, kind, whom):
    """Whom it waits for is reminded, once, and nobody else."""
    there = await parties(gateway)
    booking = there.booking(state=state, changed_at=NOW - timedelta(days=4), answer_by=NOW + timedelta(days=2))
    await gateway.tell(BookingRequested(booking=booking, slot=there.slot), actor=there.at_school)
    for _ in range(2):
        await gateway.connection.execute(
            "insert into timer (kind, key, due_at) values ('remind', $1, now())", f"booking:{booking.id}"
        )
        await ring(gateway)

    reminded = {who.partition(":")[0]: times for (one, who), times in (await told(gateway)).items() if one == kind}
    assert reminded == {whom: 1}


async def test_a_half_time_to_come_is_a_durable_timer(gateway):
    """Set in the transaction of the event; it is still there after a restart."""
    there = await parties(gateway)
    booking = there.booking(changed_at=NOW, answer_by=NOW + timedelta(days=6))

    await gateway.tell(BookingRequested(booking=booking, slot=there.slot), actor=there.at_school)

    due_at = await gateway.connection.fetchval(
        "select due_at from timer where kind = 'remind' and key = $1", f"booking:{booking.id}"
    )
    assert NOW + timedelta(days=3) <= due_at <= NOW + timedelta(days=3, hours=13)


async def test_associations_partners_and_stale_offers_are_reminded(gateway):
    """Of an intervention to answer, of a partnership on its ninth day, of an offer that nobody confirmed."""
    there = await parties(gateway)
    asked = an_intervention(
        there.booking(),
        there.association,
        state="requested",
        changed_at=NOW - timedelta(days=3),
        answer_by=NOW + timedelta(days=1),
    )
    proposal = a_partnership_proposal(
        there.company, there.association, state="accepted_by_company", created_at=NOW - timedelta(days=10)
    )
    stale = next_version(there.offer, stale=True, changed_at=NOW - timedelta(days=15))
    await gateway.tell(
        InterventionRequested(intervention=asked),
        PartnershipProposalAnswered(partnership_proposal=proposal),
        VisitOfferStale(visit_offer=stale),
        VisitOfferChanged(visit_offer=stale),
    )
    for name in (f"intervention:{asked.id}", f"partnership-proposal:{proposal.id}", f"visit-offer:{stale.id}"):
        await gateway.connection.execute("insert into timer (kind, key, due_at) values ('remind', $1, now())", name)

    await ring(gateway)

    reminded = {key for key in await told(gateway) if key[0].startswith("remind_")}
    assert reminded == {
        ("remind_mediation", there.at_association),
        ("remind_partnership", there.at_association),
        ("remind_stale", there.at_company),
    }


async def test_a_timer_of_something_unknown_does_nothing(gateway):
    """An event that was never kept leaves no dead letter."""
    await gateway.connection.execute(
        "insert into timer (kind, key, due_at) values ('remind', 'booking:01a205a0-2e17-7ae6-b79e-bb22b195cf21', now())"
    )

    await ring(gateway)

    assert await gateway.connection.fetchval("select count(*) from dead_letter") == 0
