"""The gateway's choreography: what it follows (everything that the directory shows) and what the operator may ask."""

from collections.abc import Mapping
from functools import partial

from contracts.associations.capacities import CapacityChanged, CapacityPublished, CapacityWithdrawn
from contracts.associations.interventions import INTERVENTION_EVENTS
from contracts.associations.partnerships import PartnershipAgreed, PartnershipMoved
from contracts.associations.profiles import (
    AssociationApproved,
    AssociationChanged,
    AssociationRegistered,
    AssociationSuspended,
)
from contracts.companies.bookings import BOOKING_EVENTS
from contracts.companies.job_needs import JobNeedAdded, JobNeedChanged, JobNeedClosed, JobNeedPublished
from contracts.companies.profiles import (
    CompanyApproved,
    CompanyChanged,
    CompanyRegistered,
    CompanySuspended,
    SiteAdded,
    SiteChanged,
)
from contracts.companies.slots import SlotChanged, SlotClosed, SlotDone, SlotOpened
from contracts.companies.visit_offers import (
    VisitOfferAdded,
    VisitOfferChanged,
    VisitOfferClosed,
    VisitOfferPublished,
    VisitOfferStale,
)
from contracts.gateway.accounts import CloseAccount, CreateAccount, ListAccounts
from contracts.gateway.keys import IssueApiKey, ListApiKeys, RevokeApiKey
from contracts.matchmaker.class_requests import ClassRequestChanged, ClassRequestClosed, ClassRequestSubmitted
from contracts.matchmaker.match_runs import MatchRunCompleted, MatchRunFailed, MatchRunProgressed, MatchRunStarted
from contracts.matchmaker.mediations import MediationChanged, MediationNamed, MediationNotFound
from contracts.matchmaker.proposals import (
    PartnershipProposalAgreed,
    PartnershipProposalAnswered,
    PartnershipProposalClosed,
    PartnershipProposalMade,
    VisitProposalAccepted,
    VisitProposalBooked,
    VisitProposalChanged,
    VisitProposalClosed,
    VisitProposalMade,
)
from contracts.matchmaker.schools import SchoolChanged, SchoolRegistered
from contracts.matchmaker.unmet_demand import UnmetDemandChanged
from contracts.message import Event
from services.bus import Bus
from services.gateway.auth import accounts, codes, sessions
from services.gateway.auth import handlers as auth
from services.gateway.directory import projections as directory
from services.gateway.notices import delivering, reminding
from services.gateway.notices import handlers as notices
from services.gateway.notices.desk import open_desk
from services.runtime import Service
from services.settings import Settings
from services.timers import TimerHandler
from services.work import Work

# Who is there.
ACTORS: tuple[type[Event], ...] = (
    CompanyRegistered,
    CompanyChanged,
    CompanyApproved,
    CompanySuspended,
    SiteAdded,
    SiteChanged,
    AssociationRegistered,
    AssociationChanged,
    AssociationApproved,
    AssociationSuspended,
    SchoolRegistered,
    SchoolChanged,
)

# What they offer and ask for.
OFFERS_AND_WISHES: tuple[type[Event], ...] = (
    JobNeedAdded,
    JobNeedPublished,
    JobNeedChanged,
    JobNeedClosed,
    VisitOfferAdded,
    VisitOfferPublished,
    VisitOfferChanged,
    VisitOfferClosed,
    VisitOfferStale,
    SlotOpened,
    SlotChanged,
    SlotClosed,
    SlotDone,
    CapacityPublished,
    CapacityChanged,
    CapacityWithdrawn,
    ClassRequestSubmitted,
    ClassRequestChanged,
    ClassRequestClosed,
    UnmetDemandChanged,
)

# What comes of it.
AGREEMENTS: tuple[type[Event], ...] = (
    MatchRunStarted,
    MatchRunProgressed,
    MatchRunCompleted,
    MatchRunFailed,
    VisitProposalMade,
    VisitProposalChanged,
    VisitProposalAccepted,
    VisitProposalBooked,
    VisitProposalClosed,
    PartnershipProposalMade,
    PartnershipProposalAnswered,
    PartnershipProposalAgreed,
    PartnershipProposalClosed,
    *BOOKING_EVENTS,
    MediationNamed,
    MediationNotFound,
    MediationChanged,
    *INTERVENTION_EVENTS,
    PartnershipAgreed,
    PartnershipMoved,
)


async def tell_and_keep(event: Event, work: Work) -> None:
    """Note whom to tell (notices/choreography_rules.py), then keep: what is new is seen by what was kept before."""
    await notices.note(event, work)
    await directory.keep(event, work)


def notice_timers(bus: Bus, settings: Settings) -> Mapping[str, TimerHandler]:
    """The timers that write, deliver and remind: they reach the mail server, and companies for its checklist."""
    desk = open_desk(bus, settings)
    return {
        notices.WRITE: partial(delivering.write, desk),
        notices.DELIVER: partial(delivering.deliver, desk),
        notices.REMIND: partial(reminding.remind, desk),
    }


service = Service(
    name="gateway",
    answers={
        IssueApiKey: auth.issue,
        ListApiKeys: auth.show_all,
        RevokeApiKey: auth.revoke,
        CreateAccount: accounts.create,
        ListAccounts: accounts.show_all,
        CloseAccount: accounts.close,
    },
    follows=dict.fromkeys((*ACTORS, *OFFERS_AND_WISHES, *AGREEMENTS), tell_and_keep),
    reaching_timers=notice_timers,
    schedule={
        "40 3 * * *": notices.forget_old_notices,
        "50 3 * * *": sessions.forget_old_sessions,
        "55 3 * * *": codes.forget_old_codes,
    },
)
