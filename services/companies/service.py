"""The whole choreography of companies: who asks what, what is followed, what falls due."""

from contracts.associations.interventions import (
    InterventionAccepted,
    InterventionDeclined,
    InterventionExpired,
    InterventionRequested,
    InterventionWithdrawn,
)
from contracts.companies.booking_checks import CheckBooking, GetChecklist, ListWaiting
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
    ImportCompanies,
    MoveCompany,
    RegisterCompany,
)
from contracts.companies.slots import (
    ChangeSlot,
    GetSlot,
    MoveSlot,
    OpenRecurringSlots,
    OpenSlot,
    OpenSlots,
    PreviewSlots,
)
from contracts.companies.visit_offers import (
    AddVisitOffer,
    ChangeVisitOffer,
    ConfirmVisitOffer,
    GetVisitOffer,
    MoveVisitOffer,
)
from contracts.matchmaker.mediations import MediationNotFound
from contracts.matchmaker.proposals import VisitProposalAccepted
from contracts.matchmaker.schools import SchoolChanged, SchoolRegistered
from services.companies.attendance import handlers as attendance
from services.companies.bookings import handlers as bookings
from services.companies.checks import handlers as checks
from services.companies.deadlines import handlers as deadlines
from services.companies.mediation import handlers as mediation
from services.companies.needs import handlers as needs
from services.companies.offers import handlers as offers
from services.companies.profiles import handlers as profiles
from services.companies.profiles import imports
from services.companies.rescheduling import handlers as rescheduling
from services.companies.schools import handlers as schools
from services.companies.slots import handlers as slots
from services.companies.waiting import handlers as waiting
from services.runtime import Service

service = Service(
    name="companies",
    answers={
        RegisterCompany: profiles.register,
        ImportCompanies: imports.load,
        ChangeCompany: profiles.change,
        MoveCompany: profiles.move,
        GetCompany: profiles.get,
        AddSite: profiles.add_site,
        GetSite: profiles.get_site,
        AddJobNeed: needs.add,
        ChangeJobNeed: needs.change,
        MoveJobNeed: needs.move,
        GetJobNeed: needs.get,
        AddVisitOffer: offers.add,
        ChangeVisitOffer: offers.change,
        ConfirmVisitOffer: offers.confirm,
        MoveVisitOffer: offers.move,
        GetVisitOffer: offers.get,
        OpenSlot: slots.open_one,
        OpenSlots: slots.open_several,
        OpenRecurringSlots: slots.open_recurring,
        PreviewSlots: slots.preview,
        ChangeSlot: slots.change,
        MoveSlot: slots.move,
        GetSlot: slots.get,
        JoinWaitingList: waiting.join,
        ListWaiting: waiting.list_waiting,
        MoveBooking: bookings.move,
        RescheduleBooking: rescheduling.reschedule,
        CompleteBooking: attendance.complete,
        ReportNoShow: attendance.report_no_show,
        CheckBooking: checks.check,
        GetChecklist: checks.show_checklist,
        GetBooking: bookings.get,
    },
    answers_together={BookSlot: bookings.book},
    follows={
        VisitProposalAccepted: bookings.book_accepted_proposal,
        SchoolRegistered: schools.keep,
        SchoolChanged: schools.keep,
        InterventionRequested: mediation.follow_intervention,
        InterventionAccepted: mediation.follow_intervention,
        InterventionDeclined: mediation.follow_intervention,
        InterventionWithdrawn: mediation.follow_intervention,
        InterventionExpired: mediation.follow_intervention,
        MediationNotFound: mediation.follow_not_found,
    },
    timers={
        deadlines.BOOKING_OVERDUE: deadlines.end_overdue,
        needs.EXPIRY: needs.expire,
        offers.PAUSE_OVER: offers.end_pause,
        offers.STALE: offers.question,
        slots.ENDS: slots.finish,
    },
    schedule={
        "1 0 * * *": deadlines.sweep,
        "5 3 * * *": slots.finish_overdue,
        "10 3 * * *": offers.set_missing_questions,
    },
)
