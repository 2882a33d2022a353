"""The directory says what its owners last said, whatever the order in which it heard it."""

import itertools

import msgspec

from contracts.associations.interventions import InterventionRequested
from contracts.associations.profiles import AssociationRegistered
from contracts.companies.bookings import BookingChanged, BookingRequested, BookingRescheduled, MediationState
from contracts.companies.job_needs import JobNeedPublished
from contracts.companies.profiles import CompanyChanged, CompanyRegistered, CompanySuspended
from contracts.companies.slots import SlotClosed, SlotOpened
from contracts.companies.visit_offers import VisitOfferChanged, VisitOfferClosed, VisitOfferPublished
from contracts.matchmaker.proposals import PartnershipProposalAgreed, VisitProposalMade
from contracts.matchmaker.schools import SchoolRegistered
from contracts.message import subject_of
from contracts.vocabulary import JobNeedKind, Role
from services.gateway.directory.upserts import upsert_resources
from tests.component.gateway.given import until
from tests.component.gateway.resources import (
    NIMES,
    a_booking,
    a_company,
    a_job_need,
    a_partnership_proposal,
    a_school,
    a_slot,
    a_uai,
    a_visit_proposal,
    an_association,
    an_intervention,
    an_offer,
    ids,
    next_version,
)


async def test_every_order_of_offer_and_slot_ends_in_the_same_search(gateway):
    """A visit is found once its offer and its slot are known, whichever came first."""
    coordinator = await gateway.headers(Role.COORDINATOR)
    company = a_company()

    for order in itertools.permutations(range(3)):
        offer = an_offer(company)
        slot = a_slot(offer)
        booked = next_version(slot, groups_taken=1)
        events = (
            VisitOfferPublished(visit_offer=offer),
            SlotOpened(slot=slot),
            BookingRequested(booking=a_booking(booked, a_uai()), slot=booked),
        )
        await gateway.tell(*(events[place] for place in order))

        found = {item["slot"]["id"]: item for item in await gateway.items("/v1/visits", coordinator, limit=100)}
        assert found[str(slot.id)]["groups_left"] == 1


async def test_a_batch_ends_as_its_events_would_one_by_one(gateway):
    """Several versions of one thing at once, in whatever order: the latest is kept, in the search too."""
    coordinator = await gateway.headers(Role.COORDINATOR)
    offer = an_offer(a_company())
    slot = a_slot(offer)
    booked = next_version(slot, groups_taken=1)
    renamed = next_version(offer, title="Nouveau")

    for order in itertools.permutations((offer, renamed, slot, booked)):
        async with gateway.connection.transaction():
            await gateway.connection.execute("truncate entry, search_offer, search_summary, search_slot, place")
            await upsert_resources(gateway.connection, order)
        await upsert_resources(gateway.connection, (slot, offer))

        (found,) = await gateway.items("/v1/visits", coordinator)
        assert (found["groups_left"], found["visit_offer"]["title"]) == (1, "Nouveau")
    assert await gateway.connection.fetchval("select count(*) from entry") == 2


async def test_late_and_repeated_events_change_nothing(gateway):
    """An older version that arrives late, or the same event again, leaves the newer state."""
    coordinator = await gateway.headers(Role.COORDINATOR)
    company = a_company(name="Avant")
    renamed = next_version(company, name="Après")

    await gateway.tell(CompanyChanged(company=renamed), CompanyRegistered(company=company))
    await gateway.tell(CompanyChanged(company=renamed))

    (listed,) = await gateway.items("/v1/companies", coordinator)
    assert (listed["name"], listed["version"]) == ("Après", 2)


async def test_the_same_event_delivered_twice_is_handled_once(gateway):
    """A duplicate delivery carries the same id and finds it in the inbox."""
    company = a_company()
    body = msgspec.json.encode(CompanyRegistered(company=company))

    event_id = await gateway.publish(subject_of(CompanyRegistered), body)
    await gateway.publish(subject_of(CompanyRegistered), body, event_id)
    await gateway.tell(CompanyRegistered(company=a_company()))

    assert await gateway.connection.fetchval("select count(*) from entry where kind = 'company'") == 2
    assert await gateway.connection.fetchval("select count(*) from inbox") == 2


async def test_a_malformed_event_does_not_block_those_behind_it(gateway):
    """What cannot be read is kept as a dead letter; the next event is handled."""
    company = a_company()

    await gateway.publish(subject_of(CompanyRegistered), b'{"company": {"name": 3}}')
    await gateway.tell(CompanyRegistered(company=company))

    assert await gateway.connection.fetchval("select count(*) from dead_letter") == 1
    assert await gateway.connection.fetchval("select id from entry") == company.id


async def test_no_contact_enters_the_directory(gateway):
    """Names and mail addresses of contacts are in no row, even after both sides agreed."""
    company, association = a_company(), an_association()
    proposal = a_partnership_proposal(company, association)
    school = a_school(contact=company.contact, head_contact=company.contact)

    await gateway.tell(
        SchoolRegistered(school=school),
        CompanyRegistered(company=company),
        AssociationRegistered(association=association),
        PartnershipProposalAgreed(partnership_proposal=proposal),
    )

    documents = await gateway.connection.fetch("select document::text as text from entry")
    assert len(documents) == 4
    assert not any("example.org" in row["text"] or "Camille" in row["text"] for row in documents)


async def test_a_paused_offer_and_a_closed_slot_leave_the_search_at_once(gateway):
    """Only slots that can be booked are found."""
    coordinator = await gateway.headers(Role.COORDINATOR)
    company = a_company()
    offer, paused = an_offer(company), an_offer(company)
    kept, closed, full = a_slot(offer), a_slot(offer), a_slot(offer)
    hidden = a_slot(paused)
    await gateway.tell(
        *(VisitOfferPublished(visit_offer=each) for each in (offer, paused)),
        *(SlotOpened(slot=each) for each in (kept, closed, full, hidden)),
    )

    await gateway.tell(
        VisitOfferClosed(visit_offer=next_version(paused, state="paused")),
        SlotClosed(slot=next_version(closed, state="closed")),
        BookingRequested(booking=a_booking(full, a_uai()), slot=next_version(full, state="full", groups_taken=2)),
    )

    found = await gateway.items("/v1/visits", coordinator)
    assert [item["slot"]["id"] for item in found] == [str(kept.id)]


async def test_visits_of_a_suspended_company_are_not_found(gateway):
    """Suspending a company takes its visits out of the search, whether or not its offers change."""
    coordinator = await gateway.headers(Role.COORDINATOR)
    company = a_company()
    offer = an_offer(company)
    await gateway.tell(
        CompanyRegistered(company=company), VisitOfferPublished(visit_offer=offer), SlotOpened(slot=a_slot(offer))
    )
    before = await gateway.items("/v1/visits", coordinator)

    await gateway.tell(CompanySuspended(company=next_version(company, state="suspended")))

    assert len(before) == 1
    assert await gateway.items("/v1/visits", coordinator) == []


async def test_an_offer_that_moves_is_found_at_its_new_place(gateway):
    """Travel is counted to the place that the latest version says."""
    school = a_school()
    teacher = await gateway.headers(Role.TEACHER, school.uai)
    offer = an_offer(a_company())
    await gateway.tell(
        SchoolRegistered(school=school), VisitOfferPublished(visit_offer=offer), SlotOpened(slot=a_slot(offer))
    )
    (near,) = await gateway.items("/v1/visits", teacher)

    await gateway.tell(VisitOfferChanged(visit_offer=next_version(offer, place=NIMES)))

    (far,) = await gateway.items("/v1/visits", teacher)
    assert near["travel_minutes"] < 15
    assert far["travel_minutes"] > 120


async def test_lists_are_private_between_organisations(gateway):
    """Drafts, bookings and proposals are seen by their parties and coordinators, and by nobody else."""
    mine, other, school = a_company(), a_company(), a_school()
    draft = an_offer(mine, state="draft")
    offer = an_offer(mine)
    slot = a_slot(offer)
    await gateway.tell(
        VisitOfferPublished(visit_offer=draft),
        VisitOfferPublished(visit_offer=offer),
        BookingRequested(booking=a_booking(slot, school.uai), slot=slot),
        VisitProposalMade(visit_proposal=a_visit_proposal(slot, school)),
    )
    callers = {
        "mine": await gateway.headers(Role.COMPANY, mine.id),
        "other": await gateway.headers(Role.COMPANY, other.id),
        "school": await gateway.headers(Role.TEACHER, school.uai),
        "another school": await gateway.headers(Role.HEAD, a_uai()),
        "coordinator": await gateway.headers(Role.COORDINATOR),
    }

    seen = {
        name: tuple(
            [
                len(await gateway.items(path, headers))
                for path in ("/v1/visit-offers", "/v1/bookings", "/v1/visit-proposals")
            ]
        )
        for name, headers in callers.items()
    }

    assert seen == {
        "mine": (2, 1, 1),
        "other": (1, 0, 0),
        "school": (1, 1, 1),
        "another school": (1, 0, 0),
        "coordinator": (2, 1, 1),
    }


async def test_a_mediator_sees_the_visit_and_its_own_part(gateway):
    """The association of a booking reads it, once it is named; of an intervention all three parties do."""
    company, school, association = a_company(), a_school(), an_association()
    slot = a_slot(an_offer(company))
    booking = a_booking(slot, school.uai)
    mediated = next_version(booking, association_id=association.id, mediation=MediationState.ASKED)
    asked = an_intervention(booking, association)
    callers = {
        "association": await gateway.headers(Role.ASSOCIATION, association.id),
        "another": await gateway.headers(Role.ASSOCIATION, an_association().id),
        "company": await gateway.headers(Role.COMPANY, company.id),
        "school": await gateway.headers(Role.TEACHER, school.uai),
    }

    await gateway.tell(BookingRequested(booking=booking, slot=slot))
    before = await gateway.items("/v1/bookings", callers["association"])
    await gateway.tell(BookingChanged(booking=mediated, slot=slot), InterventionRequested(intervention=asked))

    seen = {
        name: (
            len(await gateway.items("/v1/bookings", headers)),
            ids(await gateway.items("/v1/interventions", headers)),
        )
        for name, headers in callers.items()
    }
    assert before == []
    assert seen == {
        "association": (1, [asked.id]),
        "another": (0, []),
        "company": (1, [asked.id]),
        "school": (1, [asked.id]),
    }


async def test_both_bookings_of_a_moved_visit_are_kept(gateway):
    """One event carries the old and the new one, each with its slot."""
    coordinator = await gateway.headers(Role.COORDINATOR)
    offer = an_offer(a_company())
    old_slot, new_slot = a_slot(offer, days=30), next_version(a_slot(offer, days=40), groups_taken=1)
    old = a_booking(old_slot, a_uai(), state="rescheduled")
    new = a_booking(new_slot, old.school_uai, rescheduled_from=old.id)

    await gateway.tell(
        VisitOfferPublished(visit_offer=offer),
        BookingRescheduled(booking=old, slot=old_slot, successor=new, successor_slot=new_slot),
    )

    assert set(ids(await gateway.items("/v1/bookings", coordinator))) == {old.id, new.id}
    left = {item["slot"]["id"]: item["groups_left"] for item in await gateway.items("/v1/visits", coordinator)}
    assert left == {str(old_slot.id): 2, str(new_slot.id): 1}


async def test_items_say_what_the_caller_may_do(gateway):
    """`allowed_actions` is the caller's own, in lists too."""
    company, school = a_company(), a_school()
    slot = a_slot(an_offer(company))
    await gateway.tell(BookingRequested(booking=a_booking(slot, school.uai), slot=slot))

    (by_company,) = await gateway.items("/v1/bookings", await gateway.headers(Role.COMPANY, company.id))
    (by_school,) = await gateway.items("/v1/bookings", await gateway.headers(Role.TEACHER, school.uai))
    (by_head,) = await gateway.items("/v1/bookings", await gateway.headers(Role.HEAD, school.uai))

    assert by_company["allowed_actions"] == ["cancel", "reschedule"]
    assert by_school["allowed_actions"] == ["cancel", "reschedule"]
    assert by_head["allowed_actions"] == ["approve", "refuse", "cancel", "reschedule"]


async def test_job_needs_are_filtered_by_what_is_asked(gateway):
    """The public list narrows by ROME code, department and kind."""
    company = a_company()
    milling = a_job_need(company)
    sales = a_job_need(company, rome="D1406", kind=JobNeedKind.CDI)
    far = a_job_need(company, place=NIMES)
    draft = a_job_need(company, state="draft")
    await gateway.tell(*(JobNeedPublished(job_need=each) for each in (milling, sales, far, draft)))
    teacher = await gateway.headers(Role.TEACHER, a_uai())

    everything = ids(await gateway.items("/v1/job-needs", teacher))
    milled = ids(await gateway.items("/v1/job-needs", teacher, rome="H2903", department="31"))
    lasting = ids(await gateway.items("/v1/job-needs", teacher, kind="cdi"))

    assert set(everything) == {milling.id, sales.id, far.id}
    assert milled == [milling.id]
    assert lasting == [sales.id]


async def test_what_is_invented_says_so_in_lists(gateway):
    """Items carry `fictional` as their owner said it."""
    await gateway.tell(CompanyRegistered(company=a_company(fictional=True)))
    coordinator = await gateway.headers(Role.COORDINATOR)

    async def listed():
        return await gateway.items("/v1/companies", coordinator)

    (company,) = await until(listed)
    assert company["fictional"] is True
