"""Every address asks the owner the right thing and gives its answer, whole."""

import msgspec
import pytest

from contracts.associations.capacities import ChangeCapacity, GetCapacity, MoveCapacity, PublishCapacity
from contracts.associations.interventions import GetIntervention, MoveIntervention
from contracts.associations.partnerships import GetPartnership, MovePartnership
from contracts.associations.profiles import ChangeAssociation, GetAssociation, MoveAssociation, RegisterAssociation
from contracts.companies.booking_checks import (
    BookingCheck,
    CheckBooking,
    Checklist,
    ChecklistItem,
    ChecklistKind,
    GetChecklist,
    ListWaiting,
    WaitingEntry,
)
from contracts.companies.bookings import (
    BookSlot,
    CompleteBooking,
    GetBooking,
    JoinWaitingList,
    MoveBooking,
    ReportNoShow,
    RescheduleBooking,
)
from contracts.companies.job_needs import AddJobNeed, ChangeJobNeed, GetJobNeed, MoveJobNeed
from contracts.companies.profiles import (
    AddSite,
    ChangeCompany,
    GetCompany,
    GetSite,
    MoveCompany,
    RegisterCompany,
)
from contracts.companies.slots import (
    ChangeSlot,
    GetSlot,
    MoveSlot,
    OpenedSlots,
    OpenRecurringSlots,
    OpenSlot,
    OpenSlots,
    SkippedDay,
)
from contracts.companies.visit_offers import (
    AddVisitOffer,
    ChangeVisitOffer,
    ConfirmVisitOffer,
    GetVisitOffer,
    MoveVisitOffer,
)
from contracts.errors import Wording
from contracts.matchmaker.class_requests import (
    ChangeClassRequest,
    GetClassRequest,
    MoveClassRequest,
    SubmitClassRequest,
)
from contracts.matchmaker.match_runs import GetMatchRun, StartMatchRun
from contracts.matchmaker.proposals import (
    AnswerPartnershipProposal,
    AnswerVisitProposal,
    GetPartnershipProposal,
    GetVisitProposal,
)
from contracts.matchmaker.schools import ChangeSchoolSettings, GetSchool
from contracts.message import Page, Resource
from contracts.operations import CheckHealth, ServiceHealth
from contracts.vocabulary import Role
from tests.component.gateway.given import Gateway, played
from tests.component.gateway.resources import (
    NOW,
    a_booking,
    a_capacity,
    a_class_request,
    a_company,
    a_job_need,
    a_match_run,
    a_partnership,
    a_partnership_proposal,
    a_school,
    a_site,
    a_slot,
    a_visit_proposal,
    an_association,
    an_intervention,
    an_offer,
)

COMPANY, ASSOCIATION, SCHOOL = a_company(), an_association(), a_school()
SITE, NEED, OFFER = a_site(COMPANY), a_job_need(COMPANY), an_offer(COMPANY)
SLOT = a_slot(OFFER)
BOOKING = a_booking(SLOT, SCHOOL.uai)
MEDIATED = an_intervention(BOOKING, ASSOCIATION)
CAPACITY, PARTNERSHIP = a_capacity(ASSOCIATION), a_partnership(COMPANY, ASSOCIATION)
WISH, RUN = a_class_request(SCHOOL), a_match_run()
VISIT, PAIR = a_visit_proposal(SLOT, SCHOOL), a_partnership_proposal(COMPANY, ASSOCIATION)

DATES = {"from_date": "2027-03-01", "until_date": "2027-06-01"}
NEW = {
    "company": {"siren": "552081317", "name": "A"},
    "site": {"name": "A", "commune": "31555"},
    "need": {"site_id": str(SITE.id), "rome": "H2903", "title": "A", "kind": "cdi", "from_date": "2027-03-01"},
    "offer": {"site_id": str(SITE.id), "title": "A", "themes": ["robotics"], "levels": ["3E"]},
    "slot": {"starts_at": "2027-03-01T09:00:00Z"},
    "booking": {"level": "3E", "pupils": 24, "adults": 2},
    "association": {"name": "A", "commune": "31555"},
    "capacity": {"title": "A", "themes": ["robotics"], "levels": ["3E"], "interventions": 3, **DATES},
    "wish": {"level": "3E", "pupils": 24, "adults": 2, **DATES},
}
WHY = {"reason": "parce que"}
OPENING = {**NEW["slot"], "ends_at": None, "groups": 1, "pupils_per_group": 20, "external_id": "7"}
RECURRENCE = {
    "from_date": "2027-03-01",
    "until_date": "2027-06-01",
    "weekdays": ["tuesday"],
    "starts_at": "09:00:00",
}
OPENED = OpenedSlots(
    slots=(SLOT,), skipped=(SkippedDay(day=NOW.date(), reason=Wording("Easter Monday", "lundi de Pâques")),)
)
BRING = ChecklistItem(kind=ChecklistKind.EQUIPMENT, words=Wording("Bring closed shoes.", "Chaussures fermées."))
CHECK = BookingCheck(bookable=True, last_day=NOW.date(), checklist=(BRING,))
CHECKLIST = Checklist(booking_id=BOOKING.id, items=(BRING,))
WAITING = Page(items=(WaitingEntry(position=1, pupils=24, groups=1),))

# Method, address, body, what the owner is asked, its answer, what of the question must be there, where it is found.
ROUTES = [
    ("POST", "/v1/companies", NEW["company"], RegisterCompany, COMPANY, {}, f"/v1/companies/{COMPANY.id}"),
    ("GET", f"/v1/companies/{COMPANY.id}", None, GetCompany, COMPANY, {"company_id": COMPANY.id}, ""),
    ("PATCH", f"/v1/companies/{COMPANY.id}", {"name": "B"}, ChangeCompany, COMPANY, {"company_id": COMPANY.id}, ""),
    ("POST", f"/v1/companies/{COMPANY.id}/suspend", WHY, MoveCompany, COMPANY, {"action": "suspend", **WHY}, ""),
    ("POST", f"/v1/companies/{COMPANY.id}/sites", NEW["site"], AddSite, SITE, {}, f"/v1/sites/{SITE.id}"),
    ("GET", f"/v1/sites/{SITE.id}", None, GetSite, SITE, {"site_id": SITE.id}, ""),
    ("POST", f"/v1/companies/{COMPANY.id}/job-needs", NEW["need"], AddJobNeed, NEED, {}, f"/v1/job-needs/{NEED.id}"),
    ("GET", f"/v1/job-needs/{NEED.id}", None, GetJobNeed, NEED, {"job_need_id": NEED.id}, ""),
    ("PATCH", f"/v1/job-needs/{NEED.id}", {"openings": 2}, ChangeJobNeed, NEED, {"job_need_id": NEED.id}, ""),
    ("POST", f"/v1/job-needs/{NEED.id}/fill", None, MoveJobNeed, NEED, {"action": "fill", "reason": ""}, ""),
    (
        "POST",
        f"/v1/companies/{COMPANY.id}/visit-offers",
        NEW["offer"],
        AddVisitOffer,
        OFFER,
        {"company_id": COMPANY.id},
        f"/v1/visit-offers/{OFFER.id}",
    ),
    ("GET", f"/v1/visit-offers/{OFFER.id}", None, GetVisitOffer, OFFER, {"visit_offer_id": OFFER.id}, ""),
    ("PATCH", f"/v1/visit-offers/{OFFER.id}", {"title": "B"}, ChangeVisitOffer, OFFER, {}, ""),
    ("POST", f"/v1/visit-offers/{OFFER.id}/pause", {"until": "2027-03-01"}, MoveVisitOffer, OFFER, {}, ""),
    ("POST", f"/v1/visit-offers/{OFFER.id}/slots", NEW["slot"], OpenSlot, SLOT, {}, f"/v1/slots/{SLOT.id}"),
    ("GET", f"/v1/slots/{SLOT.id}", None, GetSlot, SLOT, {"slot_id": SLOT.id}, ""),
    ("POST", f"/v1/visit-offers/{OFFER.id}/still-valid", None, ConfirmVisitOffer, OFFER, {}, ""),
    ("POST", f"/v1/visit-offers/{OFFER.id}/slots/batch", {"slots": [OPENING]}, OpenSlots, OPENED, {}, None),
    ("POST", f"/v1/visit-offers/{OFFER.id}/slots/recurring", RECURRENCE, OpenRecurringSlots, OPENED, {}, None),
    ("PATCH", f"/v1/slots/{SLOT.id}", {"groups": 3}, ChangeSlot, SLOT, {"slot_id": SLOT.id}, ""),
    ("POST", f"/v1/slots/{SLOT.id}/cancel", WHY, MoveSlot, SLOT, {"action": "cancel", **WHY}, ""),
    ("POST", f"/v1/slots/{SLOT.id}/reopen", None, MoveSlot, SLOT, {"action": "reopen"}, ""),
    ("POST", f"/v1/slots/{SLOT.id}/check", NEW["booking"], CheckBooking, CHECK, {"slot_id": SLOT.id}, ""),
    (
        "POST",
        f"/v1/slots/{SLOT.id}/waiting-list",
        NEW["booking"],
        JoinWaitingList,
        BOOKING,
        {"slot_id": SLOT.id},
        f"/v1/bookings/{BOOKING.id}",
    ),
    ("GET", f"/v1/slots/{SLOT.id}/waiting-list", None, ListWaiting, WAITING, {"slot_id": SLOT.id}, ""),
    ("POST", f"/v1/slots/{SLOT.id}/bookings", NEW["booking"], BookSlot, BOOKING, {}, f"/v1/bookings/{BOOKING.id}"),
    ("GET", f"/v1/bookings/{BOOKING.id}", None, GetBooking, BOOKING, {"booking_id": BOOKING.id}, ""),
    ("GET", f"/v1/bookings/{BOOKING.id}/checklist", None, GetChecklist, CHECKLIST, {"booking_id": BOOKING.id}, ""),
    *(
        ("POST", f"/v1/bookings/{BOOKING.id}/{action}", WHY, MoveBooking, BOOKING, {"action": action, **WHY}, "")
        for action in ("approve", "refuse", "confirm", "decline", "accept", "cancel")
    ),
    (
        "POST",
        f"/v1/bookings/{BOOKING.id}/reschedule",
        {"slot_id": str(SLOT.id), **WHY},
        RescheduleBooking,
        BOOKING,
        {"booking_id": BOOKING.id, "slot_id": SLOT.id, **WHY},
        f"/v1/bookings/{BOOKING.id}",
    ),
    ("POST", f"/v1/bookings/{BOOKING.id}/complete", {"pupils": 23, "adults": 2}, CompleteBooking, BOOKING, {}, ""),
    ("POST", f"/v1/bookings/{BOOKING.id}/no-show", {"absent": "school"}, ReportNoShow, BOOKING, {}, ""),
    ("GET", f"/v1/interventions/{MEDIATED.id}", None, GetIntervention, MEDIATED, {}, ""),
    (
        "POST",
        f"/v1/interventions/{MEDIATED.id}/decline",
        WHY,
        MoveIntervention,
        MEDIATED,
        {"intervention_id": MEDIATED.id, "action": "decline", **WHY},
        "",
    ),
    (
        "POST",
        "/v1/associations",
        NEW["association"],
        RegisterAssociation,
        ASSOCIATION,
        {},
        f"/v1/associations/{ASSOCIATION.id}",
    ),
    ("GET", f"/v1/associations/{ASSOCIATION.id}", None, GetAssociation, ASSOCIATION, {}, ""),
    ("PATCH", f"/v1/associations/{ASSOCIATION.id}", {"name": "B"}, ChangeAssociation, ASSOCIATION, {}, ""),
    ("POST", f"/v1/associations/{ASSOCIATION.id}/approve", None, MoveAssociation, ASSOCIATION, {}, ""),
    (
        "POST",
        f"/v1/associations/{ASSOCIATION.id}/capacities",
        NEW["capacity"],
        PublishCapacity,
        CAPACITY,
        {"association_id": ASSOCIATION.id},
        f"/v1/capacities/{CAPACITY.id}",
    ),
    ("GET", f"/v1/capacities/{CAPACITY.id}", None, GetCapacity, CAPACITY, {"capacity_id": CAPACITY.id}, ""),
    ("PATCH", f"/v1/capacities/{CAPACITY.id}", {"interventions": 5}, ChangeCapacity, CAPACITY, {}, ""),
    ("POST", f"/v1/capacities/{CAPACITY.id}/withdraw", None, MoveCapacity, CAPACITY, {"action": "withdraw"}, ""),
    ("GET", f"/v1/partnerships/{PARTNERSHIP.id}", None, GetPartnership, PARTNERSHIP, {}, ""),
    ("POST", f"/v1/partnerships/{PARTNERSHIP.id}/start", None, MovePartnership, PARTNERSHIP, {"action": "start"}, ""),
    ("GET", f"/v1/schools/{SCHOOL.uai.lower()}", None, GetSchool, SCHOOL, {"uai": SCHOOL.uai}, ""),
    (
        "PATCH",
        f"/v1/schools/{SCHOOL.uai.lower()}",
        {"head_approves": True},
        ChangeSchoolSettings,
        SCHOOL,
        {"uai": SCHOOL.uai},
        "",
    ),
    (
        "POST",
        f"/v1/schools/{SCHOOL.uai}/class-requests",
        NEW["wish"],
        SubmitClassRequest,
        WISH,
        {"school_uai": SCHOOL.uai},
        f"/v1/class-requests/{WISH.id}",
    ),
    ("GET", f"/v1/class-requests/{WISH.id}", None, GetClassRequest, WISH, {"class_request_id": WISH.id}, ""),
    ("PATCH", f"/v1/class-requests/{WISH.id}", {"pupils": 20}, ChangeClassRequest, WISH, {}, ""),
    ("POST", f"/v1/class-requests/{WISH.id}/withdraw", WHY, MoveClassRequest, WISH, WHY, ""),
    ("GET", f"/v1/visit-proposals/{VISIT.id}", None, GetVisitProposal, VISIT, {"proposal_id": VISIT.id}, ""),
    ("POST", f"/v1/visit-proposals/{VISIT.id}/accept", None, AnswerVisitProposal, VISIT, {"action": "accept"}, ""),
    (
        "POST",
        f"/v1/visit-proposals/{VISIT.id}/decline",
        {"reason": "distance", "remark": "trop loin"},
        AnswerVisitProposal,
        VISIT,
        {"action": "decline", "reason": "distance", "remark": "trop loin"},
        "",
    ),
    ("GET", f"/v1/partnership-proposals/{PAIR.id}", None, GetPartnershipProposal, PAIR, {}, ""),
    ("POST", f"/v1/partnership-proposals/{PAIR.id}/accept", None, AnswerPartnershipProposal, PAIR, {}, ""),
    ("POST", "/v1/match-runs", None, StartMatchRun, RUN, {}, f"/v1/match-runs/{RUN.id}"),
    ("GET", f"/v1/match-runs/{RUN.id}", None, GetMatchRun, RUN, {"match_run_id": RUN.id}, ""),
]


def without_actions(given):
    """The same without what depends on the caller, however deep."""
    if isinstance(given, list):
        return [without_actions(each) for each in given]
    if not isinstance(given, dict):
        return given
    return {name: without_actions(each) for name, each in given.items() if name != "allowed_actions"}


@pytest.mark.parametrize(
    ("method", "path", "body", "request_type", "answer", "asked_for", "location"),
    ROUTES,
    ids=[f"{row[0]} {row[3].__name__}" for row in ROUTES],
)
async def test_the_owner_is_asked_and_its_answer_given(
    shared_gateway: Gateway, method, path, body, request_type, answer, asked_for, location
):
    """The question holds what the address and the body say; the answer is the resource with the caller's actions."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    async with played(shared_gateway, request_type, answer) as asked:
        got = await shared_gateway.http.request(method, path, headers=headers, json=body)

    # None: something is made, at more than one address. A match run is only begun.
    made = 202 if request_type is StartMatchRun else 201
    assert got.status_code == (200 if location == "" else made), got.text
    assert got.headers.get("location", "") == (location or "")
    given = got.json()
    assert without_actions(given) == without_actions(msgspec.json.decode(msgspec.json.encode(answer)))
    assert got.headers.get("etag") == (f'"{answer.version}"' if isinstance(answer, Resource) else None)
    ((question, sent),) = asked
    assert {name: getattr(question, name) for name in asked_for} == asked_for
    assert "idempotency-key" not in sent
    if body:
        told = msgspec.json.decode(msgspec.json.encode(question))
        inside = next((part for part in told.values() if isinstance(part, dict)), told)
        assert {name: inside[name] for name in body} == body


LISTS = [
    (f"/v1/companies/{COMPANY.id}/sites", GetCompany, COMPANY),
    (f"/v1/companies/{COMPANY.id}/job-needs", GetCompany, COMPANY),
    (f"/v1/companies/{COMPANY.id}/visit-offers", GetCompany, COMPANY),
    (f"/v1/visit-offers/{OFFER.id}/slots", GetVisitOffer, OFFER),
    (f"/v1/slots/{SLOT.id}/bookings", GetSlot, SLOT),
    (f"/v1/associations/{ASSOCIATION.id}/capacities", GetAssociation, ASSOCIATION),
    (f"/v1/schools/{SCHOOL.uai}/class-requests", GetSchool, SCHOOL),
]


@pytest.mark.parametrize(("path", "request_type", "answer"), LISTS, ids=[row[0].rpartition("/")[2] for row in LISTS])
async def test_a_list_under_a_thing_is_empty_where_there_is_nothing(
    shared_gateway: Gateway, path, request_type, answer
):
    """The owner knows the thing: its list is empty, not absent."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    async with played(shared_gateway, request_type, answer):
        page = (await shared_gateway.get(path, headers)).json()

    assert page == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    "path",
    [
        "companies",
        "job-needs",
        "visit-offers",
        "bookings",
        "associations",
        "capacities",
        "interventions",
        "partnerships",
        "class-requests",
        "visit-proposals",
        "partnership-proposals",
        "match-runs",
    ],
)
async def test_every_list_can_be_read(shared_gateway: Gateway, path):
    """An empty directory is an empty page."""
    page = (await shared_gateway.get(f"/v1/{path}", await shared_gateway.headers(Role.COORDINATOR))).json()

    assert page == {"items": [], "next_cursor": None}


async def test_readiness_is_the_whole_s(gateway: Gateway):
    """Ready when every service says so; 503 naming who does not."""

    def well(name: str) -> ServiceHealth:
        return ServiceHealth(service=name, ready=True, database=True, relay_backlog=0, dead_letters=0, timers_late=0)

    async with (
        played(gateway, CheckHealth, well("companies"), owner="companies"),
        played(gateway, CheckHealth, well("associations"), owner="associations"),
    ):
        partly = await gateway.get("/health/ready", {})
        async with played(gateway, CheckHealth, well("matchmaker"), owner="matchmaker"):
            wholly = await gateway.get("/health/ready", {})

    assert (partly.status_code, partly.json()["services"]["matchmaker"]) == (503, None)
    assert partly.json()["services"]["companies"]["ready"] is True
    assert (wholly.status_code, wholly.json()["ready"]) == (200, True)
    assert wholly.json()["services"]["gateway"]["service"] == "gateway"
