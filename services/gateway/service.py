"""The gateway's choreography: what it follows (everything that the directory shows) and what the operator may ask."""

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
from contracts.gateway.keys import IssueApiKey, ListApiKeys, RevokeApiKey
from contracts.matchmaker.class_requests import ClassRequestChanged, ClassRequestClosed, ClassRequestSubmitted
from contracts.matchmaker.match_runs import MatchRunCompleted
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
from contracts.message import Event
from services.gateway.auth import handlers as auth
from services.gateway.directory import projections as directory
from services.runtime import Service

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
)

# What comes of it.
AGREEMENTS: tuple[type[Event], ...] = (
    MatchRunCompleted,
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
    *INTERVENTION_EVENTS,
    PartnershipAgreed,
    PartnershipMoved,
)

service = Service(
    name="gateway",
    answers={IssueApiKey: auth.issue, ListApiKeys: auth.show_all, RevokeApiKey: auth.revoke},
    follows=dict.fromkeys((*ACTORS, *OFFERS_AND_WISHES, *AGREEMENTS), directory.keep),
)
