"""The Region's figures count encounters that took place, by the department of the school, and show no few pupils."""

from datetime import timedelta

import pytest

from contracts.associations.capacities import CapacityPublished
from contracts.companies.bookings import Attendance, BookingCompleted, BookingConfirmed
from contracts.companies.profiles import CompanySuspended
from contracts.companies.slots import SlotOpened
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.local_time import local_day
from contracts.matchmaker.class_requests import ClassRequestSubmitted
from contracts.matchmaker.proposals import VisitProposalMade
from contracts.matchmaker.schools import SchoolRegistered
from contracts.reference.places import DEPARTMENTS
from contracts.vocabulary import PriorityEducation, Role
from tests.component.gateway.given import Gateway
from tests.component.gateway.resources import (
    AUCH,
    NIMES,
    NOW,
    TOULOUSE,
    a_booking,
    a_capacity,
    a_class_request,
    a_company,
    a_school,
    a_slot,
    a_visit_proposal,
    an_association,
    an_offer,
    next_version,
)


async def figures(gateway: Gateway, **span) -> dict[str, dict]:
    """The rows that a coordinator reads, by department."""
    answer = await gateway.get("/v1/territories", await gateway.headers(Role.COORDINATOR), **span)
    assert answer.status_code == 200, answer.text
    return {row["department"]: row for row in answer.json()["rows"]}


async def test_all_thirteen_departments_are_there_from_the_beginning(gateway: Gateway):
    """With nothing to take a share of."""
    rows = await figures(gateway)

    assert list(rows) == list(DEPARTMENTS)
    for code, row in rows.items():
        told = {"department": code, "name": DEPARTMENTS[code].name, "small": False}
        none = {"service_rate": None, "under_reached_requests_share": None, "under_reached_visits_share": None}
        assert {name: row[name] for name in told | none} == told | none
        assert {value for name, value in row.items() if name not in told | none} == {0}


async def test_classes_count_where_their_school_is(gateway: Gateway):
    """Served by a confirmed visit or one that took place; unmet only where nothing is under way."""
    school, rural = a_school(place=TOULOUSE), a_school(place=TOULOUSE, rural=True)
    offer = an_offer(a_company(), place=NIMES)
    slots = [a_slot(offer, days) for days in range(20, 27)]
    requests = [a_class_request(school) for _ in range(5)]
    requests += [a_class_request(rural, under_reached=True), a_class_request(rural, state="expired")]
    confirmed, done, waiting, declined = (
        a_booking(slot, school.uai, class_request_id=request.id, state=state)
        for slot, request, state in zip(
            slots, requests, ("confirmed", "completed", "requested", "declined"), strict=False
        )
    )
    done = next_version(done, attendance=Attendance(pupils=22, adults=2))
    proposal = a_visit_proposal(slots[5], school, class_request_id=requests[4].id)
    await gateway.tell(
        *(SchoolRegistered(school=each) for each in (school, rural)),
        *(ClassRequestSubmitted(class_request=each) for each in requests),
        *(
            BookingConfirmed(booking=each, slot=slot)
            for each, slot in zip((confirmed, done, waiting, declined), slots, strict=False)
        ),
        VisitProposalMade(visit_proposal=proposal),
    )

    rows = await figures(gateway)

    toulouse = rows["31"]
    assert (toulouse["class_requests"], toulouse["class_requests_open"]) == (7, 6)
    assert (toulouse["classes_served"], toulouse["service_rate"]) == (2, 0.286)
    # The one that was declined, and the rural one.
    assert toulouse["classes_unmet"] == 2
    assert toulouse["under_reached_requests_share"] == 0.143
    assert (toulouse["visits_confirmed"], toulouse["visits_completed"], toulouse["pupils_reached"]) == (1, 1, 22)
    assert toulouse["schools_active"] == 2
    assert rows["30"]["visits_completed"] == 0


@pytest.mark.parametrize(("attended", "shown", "small"), [(1, None, True), (4, None, True), (5, 5, False)])
async def test_few_pupils_are_not_counted_out(gateway: Gateway, attended, shown, small):
    """Somebody might know who they are; and what nobody reported on is no encounter."""
    school = a_school(place=AUCH, priority=PriorityEducation.REP)
    other = a_school(place=AUCH)
    slots = [a_slot(an_offer(a_company()), days) for days in (20, 21, 22)]
    bookings = [
        a_booking(slots[0], school.uai, state="completed", attendance=Attendance(pupils=attended, adults=1)),
        a_booking(slots[1], school.uai, state="presumed_done"),
        a_booking(slots[2], other.uai, state="confirmed"),
    ]
    await gateway.tell(
        *(SchoolRegistered(school=each) for each in (school, other)),
        *(BookingCompleted(booking=each, slot=slot) for each, slot in zip(bookings, slots, strict=True)),
    )

    gers = (await figures(gateway))["32"]

    assert (gers["pupils_reached"], gers["small"]) == (shown, small)
    assert (gers["visits_confirmed"], gers["visits_completed"]) == (1, 1)
    assert gers["under_reached_visits_share"] == 0.5


async def test_supply_counts_where_the_site_is(gateway: Gateway):
    """What can be booked from now on; nothing of a company that is suspended."""
    company, suspended = a_company(), a_company()
    offers = [an_offer(company, place=NIMES), an_offer(company, place=NIMES), an_offer(suspended, place=NIMES)]
    draft = an_offer(company, place=NIMES, state="draft")
    slots = [a_slot(offers[0]), a_slot(offers[0], -1), a_slot(offers[1], state="full"), a_slot(offers[2])]
    association = an_association()
    await gateway.tell(
        CompanySuspended(company=next_version(suspended, state="suspended")),
        *(VisitOfferPublished(visit_offer=each) for each in (*offers, draft)),
        *(SlotOpened(slot=each) for each in slots),
        *(CapacityPublished(capacity=a_capacity(association, state=state)) for state in ("published", "expired")),
    )

    rows = await figures(gateway)

    gard = rows["30"]
    assert (gard["visit_offers_open"], gard["slots_open"], gard["companies_active"]) == (2, 1, 1)
    assert rows["32"]["associations_active"] == 1


async def test_a_span_counts_what_lies_in_it_by_days_of_occitanie(gateway: Gateway):
    """Requests by the day on which they were made, visits by the day on which they take place."""
    school = a_school()
    slot = a_slot(an_offer(a_company()), 30)
    visit = a_booking(slot, school.uai, state="completed", attendance=Attendance(pupils=20, adults=2))
    await gateway.tell(
        SchoolRegistered(school=school),
        ClassRequestSubmitted(class_request=a_class_request(school)),
        BookingCompleted(booking=visit, slot=slot),
    )
    today, day, one = local_day(NOW), local_day(slot.starts_at), timedelta(days=1)

    async def counted(**span) -> tuple[int, int, int]:
        row = (await figures(gateway, **{name: str(each) for name, each in span.items()}))["31"]
        return row["class_requests"], row["visits_completed"], row["schools_active"]

    assert await counted() == (1, 1, 1)
    assert await counted(since=today, until=today) == (1, 0, 1)
    assert await counted(since=day, until=day) == (0, 1, 1)
    assert await counted(since=today + one, until=day - one) == (0, 0, 0)
    assert await counted(until=today - one) == (0, 0, 0)
    assert await counted(since=day + one) == (0, 0, 0)


async def test_they_are_for_coordinators_and_a_span_has_to_be_one(shared_gateway: Gateway):
    """Others are refused; a wrong span names its field."""
    coordinator = await shared_gateway.headers(Role.COORDINATOR)

    foreign = await shared_gateway.get("/v1/territories", await shared_gateway.headers(Role.TEACHER, "0310024H"))
    reversed_ = await shared_gateway.get("/v1/territories", coordinator, since="2027-02-01", until="2027-01-31")
    none = await shared_gateway.get("/v1/territories", coordinator, since="soon")

    assert foreign.status_code == 403
    assert [each.json()["fields"][0]["field"] for each in (reversed_, none)] == ["until", "since"]
    assert {reversed_.status_code, none.status_code} == {422}
