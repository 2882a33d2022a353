"""Who is told of what: the whole choreography of notices, one table.

Told is who is concerned and did not do it: an event says in a header who did (services/work.py). Where two events tell
of one fact, one of them tells nobody here, and a comment says which one does. What became of a slot reaches each class
by its booking.
"""

from enum import StrEnum

import msgspec

from contracts.associations.interventions import (
    InterventionCancelled,
    InterventionChanged,
    InterventionExpired,
    InterventionRequested,
    InterventionWithdrawn,
)
from contracts.associations.partnerships import PartnershipMoved
from contracts.associations.profiles import AssociationApproved, AssociationSuspended
from contracts.companies.bookings import (
    BookingApproved,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingImpossible,
    BookingNoShow,
    BookingOffered,
    BookingPassedOver,
    BookingPresumedDone,
    BookingReady,
    BookingRefused,
    BookingRequested,
    BookingRescheduled,
    BookingWaitlisted,
)
from contracts.companies.profiles import CompanyApproved, CompanySuspended
from contracts.companies.visit_offers import (
    VisitOfferAdded,
    VisitOfferClosed,
    VisitOfferPublished,
    VisitOfferStale,
)
from contracts.matchmaker.class_requests import ClassRequestClosed
from contracts.matchmaker.mediations import MediationNotFound
from contracts.matchmaker.proposals import (
    PartnershipProposalAgreed,
    PartnershipProposalAnswered,
    PartnershipProposalClosed,
    PartnershipProposalMade,
    VisitProposalClosed,
    VisitProposalMade,
)
from contracts.message import Event
from services.gateway.notices.condition_rules import (
    When,
    always,
    by_region,
    hours_changed,
    mediator_agreed,
    mediator_found,
    moved_offer_lapsed,
    stage_was,
    state_is,
    state_was,
    state_was_not,
    withdrawn_by_match,
)


class Whom(StrEnum):
    """Who is told, as seen from the thing that an event is about."""

    COMPANY = "company"
    ASSOCIATION = "association"
    SCHOOL = "school"
    # Of the school; a mail of its own, and not for teachers' eyes.
    HEAD = "head"
    REGION = "region"


COMPANY, ASSOCIATION, SCHOOL, HEAD, REGION = Whom
BOTH_SIDES = (SCHOOL, COMPANY)
PARTNERS = (COMPANY, ASSOCIATION)


class Tell(msgspec.Struct, frozen=True):
    """One kind of notice: to whom, and when. `anyway`: even to who did it."""

    kind: str
    to: tuple[Whom, ...]
    when: When = always
    anyway: bool = False


TOLD: dict[type[Event], tuple[Tell, ...]] = {
    # ------------------------------------------------------------ a class books
    BookingRequested: (
        Tell("approval_asked", (HEAD,), state_is("requested")),
        Tell("confirmation_asked", (COMPANY,), state_is("approved")),
        Tell("booked_for_you", (SCHOOL,), by_region),
    ),
    # The head and whoever booked are two people of one school.
    BookingApproved: (Tell("approved", (SCHOOL,), anyway=True), Tell("confirmation_asked", (COMPANY,))),
    BookingRefused: (Tell("refused", (SCHOOL,), anyway=True),),
    BookingConfirmed: (
        Tell("confirmed", (SCHOOL,), anyway=True),
        Tell("confirmed", (COMPANY,)),
        Tell("confirmed", (ASSOCIATION,), mediator_agreed, anyway=True),
    ),
    BookingDeclined: (Tell("declined", BOTH_SIDES),),
    BookingImpossible: (Tell("impossible", (SCHOOL,), anyway=True),),
    BookingExpired: (
        Tell("expired_at_head", (SCHOOL,), stage_was("requested"), anyway=True),
        Tell("expired_at_company", BOTH_SIDES, stage_was("approved"), anyway=True),
        Tell("expired_offer", (SCHOOL,), stage_was("offered"), anyway=True),
        Tell("expired_offer", (COMPANY,), moved_offer_lapsed, anyway=True),
        Tell("expired_waiting", (SCHOOL,), stage_was("waitlisted"), anyway=True),
    ),
    # ------------------------------------------------------------ it changes, or does not take place
    BookingCancelled: (
        Tell("cancelled", (SCHOOL,)),
        # A company never heard of what still waited for the head, or for a place.
        Tell("cancelled", (COMPANY,), state_was_not("requested", "waitlisted", "offered")),
    ),
    BookingRescheduled: (
        Tell("moved_offered", (SCHOOL,), state_is("offered")),
        Tell("moved_approval_asked", (HEAD,), state_is("requested")),
        Tell("moved_confirmation_asked", (COMPANY,), state_is("approved")),
        Tell("moved", (COMPANY,), state_is("confirmed", "offered")),
    ),
    BookingChanged: (
        Tell("hours_changed", BOTH_SIDES, hours_changed),
        Tell("mediator_found", BOTH_SIDES, mediator_found, anyway=True),
    ),
    # InterventionAccepted tells nobody: a visit's two sides hear of it here, or by BookingChanged where the visit still
    # waits for somebody else.
    BookingReady: (Tell("ready", BOTH_SIDES, anyway=True),),
    # ------------------------------------------------------------ it waits for a place
    BookingWaitlisted: (Tell("waitlisted", (COMPANY,)), Tell("waitlisted", (SCHOOL,), by_region)),
    BookingPassedOver: (Tell("passed_over", (SCHOOL,), anyway=True),),
    BookingOffered: (Tell("offered", (SCHOOL,), anyway=True),),
    # ------------------------------------------------------------ afterwards
    BookingCompleted: (Tell("completed", BOTH_SIDES),),
    BookingNoShow: (Tell("no_show", BOTH_SIDES),),
    BookingPresumedDone: (Tell("report_asked", BOTH_SIDES, anyway=True),),
    # ------------------------------------------------------------ mediation
    # An association that declines was promised to nobody yet: another one is asked, and nobody is troubled.
    InterventionRequested: (Tell("mediation_asked", (ASSOCIATION,), anyway=True),),
    InterventionWithdrawn: (Tell("mediator_withdrew", BOTH_SIDES),),
    InterventionExpired: (Tell("mediation_expired", (ASSOCIATION,), anyway=True),),
    InterventionChanged: (Tell("hours_changed", (ASSOCIATION,), anyway=True),),
    InterventionCancelled: (Tell("mediation_cancelled", (ASSOCIATION,), anyway=True),),
    MediationNotFound: (Tell("mediation_not_found", (*BOTH_SIDES, REGION), anyway=True),),
    # ------------------------------------------------------------ proposals
    # VisitProposalAccepted and VisitProposalBooked tell nobody: the booking does.
    VisitProposalMade: (Tell("visit_proposed", (SCHOOL,), anyway=True),),
    VisitProposalClosed: (
        Tell("visit_proposal_withdrawn", (SCHOOL,), withdrawn_by_match),
        Tell("visit_proposal_expired", (SCHOOL,), state_is("expired"), anyway=True),
    ),
    PartnershipProposalMade: (Tell("partnership_proposed", PARTNERS, anyway=True),),
    PartnershipProposalAnswered: (
        Tell("partnership_answered", (COMPANY,), state_is("accepted_by_association")),
        Tell("partnership_answered", (ASSOCIATION,), state_is("accepted_by_company")),
    ),
    # PartnershipAgreed, which follows, tells nobody.
    PartnershipProposalAgreed: (Tell("partnership_agreed", PARTNERS, anyway=True),),
    PartnershipProposalClosed: (
        Tell("partnership_declined", PARTNERS, state_is("declined")),
        Tell("partnership_expired", PARTNERS, state_is("expired"), anyway=True),
        Tell("partnership_withdrawn", PARTNERS, state_is("withdrawn"), anyway=True),
    ),
    PartnershipMoved: (Tell("partnership_closed", PARTNERS, state_is("closed")),),
    ClassRequestClosed: (Tell("class_request_expired", (SCHOOL,), state_is("expired"), anyway=True),),
    # ------------------------------------------------------------ offers and organisations
    VisitOfferAdded: (Tell("offer_in_review", (REGION,), state_is("in_review")),),
    VisitOfferPublished: (Tell("offer_published", (COMPANY,), state_was("in_review")),),
    VisitOfferClosed: (
        Tell("offer_rejected", (COMPANY,), state_is("rejected")),
        Tell("offer_paused", (COMPANY,), state_is("paused")),
        Tell("offer_archived", (COMPANY,), state_is("archived")),
    ),
    VisitOfferStale: (Tell("offer_stale", (COMPANY,), anyway=True),),
    CompanyApproved: (Tell("organisation_approved", (COMPANY,)),),
    CompanySuspended: (Tell("organisation_suspended", (COMPANY,)),),
    AssociationApproved: (Tell("organisation_approved", (ASSOCIATION,)),),
    AssociationSuspended: (Tell("organisation_suspended", (ASSOCIATION,)),),
}
# What their rows ask about the thing as it was before.
COMPARED = frozenset({BookingCancelled, BookingChanged, VisitOfferPublished})
