"""The whole choreography of companies: who asks what, what is followed, what falls due."""

from contracts.companies.bookings import BookSlot, GetBooking, MoveBooking
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
from contracts.companies.slots import GetSlot, MoveSlot, OpenSlot
from contracts.companies.visit_offers import AddVisitOffer, ChangeVisitOffer, GetVisitOffer, MoveVisitOffer
from contracts.matchmaker.proposals import VisitProposalAccepted
from services.companies.bookings import handlers as bookings
from services.companies.needs import handlers as needs
from services.companies.offers import handlers as offers
from services.companies.profiles import handlers as profiles
from services.companies.profiles import imports
from services.companies.slots import handlers as slots
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
        MoveVisitOffer: offers.move,
        GetVisitOffer: offers.get,
        OpenSlot: slots.open_one,
        MoveSlot: slots.move,
        GetSlot: slots.get,
        BookSlot: bookings.book,
        MoveBooking: bookings.move,
        GetBooking: bookings.get,
    },
    follows={VisitProposalAccepted: bookings.book_accepted_proposal},
    timers={
        needs.EXPIRY: needs.expire,
        offers.PAUSE_OVER: offers.end_pause,
    },
)
