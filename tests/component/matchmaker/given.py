"""A small region: one class in Auch, one company beside it, one association; and how it comes to a proposal."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.associations.capacities import Capacity
from contracts.associations.interventions import Intervention
from contracts.associations.profiles import Association
from contracts.companies.bookings import Booking, BookingEvent
from contracts.companies.profiles import Company, CompanyRegistered, Site, SiteAdded
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer, VisitOfferPublished
from contracts.fields import Contact
from contracts.machines import LIVE_BOOKING_STATES
from contracts.matchmaker.class_requests import NewClassRequest, SubmitClassRequest
from contracts.matchmaker.match_runs import GetMatchRun, MatchRun, StartMatchRun
from contracts.matchmaker.mediations import Mediation
from contracts.matchmaker.proposals import AnswerVisitProposal, VisitProposal
from contracts.matchmaker.schools import ImportSchools, NewSchool
from contracts.place import place_of
from contracts.reference.calendar import is_school_day
from contracts.vocabulary import Level, Role, SchoolKind, Theme, VisitFormat
from tests.component.alone import Alone
from tests.unit.matchmaker.given import a_caller

UAI = "0320001C"
AUCH = place_of("32013", None, None)
NOW = datetime.now(UTC)


def school_day(weeks: int) -> date:
    """A school day about so many weeks from now."""
    day = NOW.date() + timedelta(weeks=weeks)
    while not is_school_day(day):
        day += timedelta(days=1)
    return day


def an_id(number: int) -> UUID:
    """The same id for the same number."""
    return UUID(int=number)


def a_new_school(**given: Any) -> NewSchool:
    """A collège in Auch."""
    told = {"uai": UAI, "name": "Collège d'essai", "kind": SchoolKind.COLLEGE, "commune": "32013"}
    return NewSchool(**(told | given))


def a_wish(**given: Any) -> NewClassRequest:
    """A 3e of 24 that may come any day of the next months."""
    wish = {
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "from_date": school_day(3),
        "until_date": school_day(30),
    }
    return NewClassRequest(**(wish | given))


def a_company(number: int = 100, **given: Any) -> Company:
    """An approved company that wants partners."""
    known = {
        "id": an_id(number),
        "siren": "732829320",
        "name": "Ateliers d'essai",
        "state": "approved",
        "contact": Contact(name="Camille", email="camille@example.org"),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Company(**(known | given))


def a_site(number: int = 200, **given: Any) -> Site:
    """Its works in Auch."""
    return Site(**({"id": an_id(number), "company_id": an_id(100), "name": "Usine", "place": AUCH} | given))


def an_offer(number: int = 300, **given: Any) -> VisitOffer:
    """A published visit of the works for 3e."""
    shown = {
        "id": an_id(number),
        "company_id": an_id(100),
        "company_name": "Ateliers d'essai",
        "site_id": an_id(200),
        "site_name": "Usine",
        "place": AUCH,
        "title": "L'atelier de mécanique",
        "themes": (Theme.MECHANICS_METAL,),
        "levels": (Level.TROISIEME, Level.QUATRIEME),
        "formats": (VisitFormat.ON_SITE,),
        "duration_minutes": 120,
        "pupils_min": 5,
        "pupils_max": 30,
        "pupils_per_adult": 15,
        "lead_time_days": 14,
        "state": "published",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return VisitOffer(**(shown | given))


def a_slot(number: int = 400, weeks: int = 8, **given: Any) -> Slot:
    """One group on a school day morning."""
    day = school_day(weeks)
    starts_at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    opened = {
        "id": an_id(number),
        "visit_offer_id": an_id(300),
        "company_id": an_id(100),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "groups": 1,
        "pupils_per_group": 30,
        "state": "open",
    }
    return Slot(**(opened | given))


def an_association(number: int = 500, **given: Any) -> Association:
    """An approved association in Auch."""
    known = {
        "id": an_id(number),
        "name": "Sciences d'essai",
        "state": "approved",
        "place": AUCH,
        "contact": Contact(name="Dominique", email="dominique@example.org"),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Association(**(known | given))


def a_capacity(number: int = 600, **given: Any) -> Capacity:
    """Ten interventions about mechanics in the Gers."""
    offered = {
        "id": an_id(number),
        "association_id": an_id(500),
        "association_name": "Sciences d'essai",
        "place": AUCH,
        "title": "Mécanique en classe",
        "themes": (Theme.MECHANICS_METAL,),
        "levels": (Level.TROISIEME,),
        "from_date": NOW.date(),
        "until_date": school_day(30),
        "weekdays": ("monday", "tuesday", "wednesday", "thursday", "friday"),
        "interventions": 10,
        "pupils_max": 30,
        "formats": (VisitFormat.ON_SITE,),
        "departments": ("32",),
        "state": "published",
        "created_at": NOW,
    }
    return Capacity(**(offered | given))


def a_booking(proposal: VisitProposal, number: int = 700, **given: Any) -> Booking:
    """What companies made of an accepted proposal."""
    booked = {
        "id": an_id(number),
        "slot_id": proposal.slot_id,
        "visit_offer_id": proposal.visit_offer_id,
        "company_id": proposal.company_id,
        "school_uai": proposal.school_uai,
        "level": proposal.level,
        "pupils": proposal.pupils,
        "adults": proposal.adults,
        "class_request_id": proposal.class_request_id,
        "proposal_id": proposal.id,
        "starts_at": proposal.starts_at,
        "ends_at": proposal.ends_at,
        "state": "requested",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Booking(**(booked | given))


TEACHER = a_caller(Role.TEACHER, UAI)
STRANGER = a_caller(Role.TEACHER, "0310002J")
SUPPLY = (
    CompanyRegistered(company=a_company()),
    SiteAdded(site=a_site()),
    VisitOfferPublished(visit_offer=an_offer()),
)


async def wish(matchmaker: Alone, **given):
    """The school is known and asks for a visit."""
    await matchmaker.ask(ImportSchools(schools=(a_new_school(),)))
    return await matchmaker.ask(SubmitClassRequest(school_uai=UAI, class_request=a_wish(**given)), TEACHER)


async def proposed(matchmaker: Alone, state: str = "proposed", besides: tuple = ()):
    """The first proposal in that state that is not among those known."""

    async def find():
        found = await matchmaker.documents("visit_proposal", VisitProposal, f"state = '{state}'")
        return [proposal for proposal in found if proposal.id not in besides]

    return (await matchmaker.until(find))[0]


async def answer(matchmaker: Alone, proposal: VisitProposal, action: str, reason=None, caller=TEACHER):
    """The school's answer."""
    return await matchmaker.ask(AnswerVisitProposal(proposal_id=proposal.id, action=action, reason=reason), caller)


async def matched_whole(matchmaker: Alone) -> MatchRun:
    """The whole region is matched, on demand; the run as it ended."""
    run = await matchmaker.ask(StartMatchRun())
    return await ended(matchmaker, run.id)


async def ended(matchmaker: Alone, run_id: UUID) -> MatchRun:
    """The run, once it has ended."""

    async def find() -> MatchRun | None:
        run = await matchmaker.ask(GetMatchRun(match_run_id=run_id))
        return run if run.state in {"completed", "failed"} else None

    return await matchmaker.until(find)


async def matched(matchmaker: Alone) -> None:
    """Wait until the matches that are due have been made."""

    async def none_due():
        return not await matchmaker.connection.fetchval("select count(*) from timer where due_at <= now()")

    await matchmaker.until(none_due)


def a_direct_booking(number: int = 700, slot: Slot | None = None, **given: Any) -> Booking:
    """A class of the school that booked a slot itself, without a wish."""
    of = slot or a_slot()
    booked = {
        "id": an_id(number),
        "slot_id": of.id,
        "visit_offer_id": of.visit_offer_id,
        "company_id": of.company_id,
        "school_uai": UAI,
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "class_name": "3e B",
        "starts_at": of.starts_at,
        "ends_at": of.ends_at,
        "state": "approved",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Booking(**(booked | given))


def told_of(kind: type[BookingEvent], booking: Booking) -> BookingEvent:
    """What companies announce of a booking; its slot is taken as long as it is live."""
    live = booking.state in LIVE_BOOKING_STATES
    slot = a_slot(
        version=booking.version + 1,
        id=booking.slot_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        groups_taken=int(live),
        state="full" if live else "open",
    )
    return kind(booking=booking, slot=slot)


def an_intervention(mediation: Mediation, state: str = "requested", version: int = 1, **given: Any) -> Intervention:
    """What associations made of a mediation."""
    asked = {
        # As their ids are: the later one is asked, the higher.
        "id": an_id(mediation.id.int * 100 + len(mediation.asked)),
        "version": version,
        "booking_id": mediation.id,
        "state": state,
        "created_at": NOW,
        "changed_at": NOW,
    }
    same = ("association_id", "association_name", "capacity_id", "company_id", "company_name", "school_uai")
    more = ("school_name", "visit_offer_id", "visit_offer_title", "place", "level", "pupils", "starts_at", "ends_at")
    return Intervention(**({name: getattr(mediation, name) for name in (*same, *more)} | asked | given))
