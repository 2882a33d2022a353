"""The matchmaker's whole choreography: demand it answers for, supply it follows, matches it makes."""

from contracts.associations import capacities, interventions
from contracts.associations import profiles as associations
from contracts.companies import bookings, job_needs, slots, visit_offers
from contracts.companies import profiles as companies
from contracts.matchmaker import class_requests, match_runs, policies, proposals, schools
from services.matchmaker.bookings import handlers as booking
from services.matchmaker.explaining.handlers import Questions
from services.matchmaker.mediations import handlers as mediating
from services.matchmaker.mediations.triggers import NAME_MEDIATOR, SEEK_AGAIN
from services.matchmaker.policy import handlers as deciding
from services.matchmaker.proposals import handlers as proposing
from services.matchmaker.requests import handlers as requesting
from services.matchmaker.runs import handlers as running
from services.matchmaker.runs import shard_work, stages
from services.matchmaker.runs.changes import forget_old_changes
from services.matchmaker.runs.event_runs import EventRuns
from services.matchmaker.runs.triggers import (
    END_RUN,
    MATCH_PARTNERSHIPS,
    MATCH_VISITS,
    MERGE_RUN,
    START_RUN,
    TAKE_FACTS,
)
from services.matchmaker.schools import handlers as schooling
from services.matchmaker.supply import handlers as supply
from services.runtime import Service

service = Service(
    name="matchmaker",
    answers={
        schools.ImportSchools: schooling.import_schools,
        schools.ChangeSchoolSettings: schooling.change_settings,
        schools.GetSchool: schooling.get,
        class_requests.SubmitClassRequest: requesting.submit,
        class_requests.ChangeClassRequest: requesting.change,
        class_requests.MoveClassRequest: requesting.move,
        class_requests.GetClassRequest: requesting.get,
        proposals.AnswerVisitProposal: proposing.answer_visit,
        proposals.GetVisitProposal: proposing.get_visit,
        proposals.ExplainVisitProposal: proposing.explain_visit,
        proposals.AnswerPartnershipProposal: proposing.answer_partnership,
        proposals.GetPartnershipProposal: proposing.get_partnership,
        proposals.ExplainPartnershipProposal: proposing.explain_partnership,
        match_runs.StartMatchRun: running.start,
        match_runs.GetMatchRun: running.get,
        policies.ChangePolicy: deciding.change,
        policies.TryPolicy: deciding.attempt,
        policies.GetPolicy: deciding.get,
        policies.ListPolicies: deciding.show_all,
    },
    # Each replica keeps plans of its own in memory.
    keeping_answers=lambda: {proposals.ExplainWhyNot: Questions().explain_why_not},
    follows={
        companies.CompanyRegistered: supply.follow_company,
        companies.CompanyChanged: supply.follow_company,
        companies.CompanyApproved: supply.follow_company,
        companies.CompanySuspended: supply.follow_company,
        companies.SiteAdded: supply.follow_site,
        companies.SiteChanged: supply.follow_site,
        job_needs.JobNeedAdded: supply.follow_job_need,
        job_needs.JobNeedPublished: supply.follow_job_need,
        job_needs.JobNeedChanged: supply.follow_job_need,
        job_needs.JobNeedClosed: supply.follow_job_need,
        visit_offers.VisitOfferAdded: supply.follow_visit_offer,
        visit_offers.VisitOfferPublished: supply.follow_visit_offer,
        visit_offers.VisitOfferChanged: supply.follow_visit_offer,
        visit_offers.VisitOfferClosed: supply.follow_visit_offer,
        visit_offers.VisitOfferStale: supply.follow_visit_offer,
        slots.SlotOpened: supply.follow_slot,
        slots.SlotChanged: supply.follow_slot,
        slots.SlotClosed: supply.follow_slot,
        slots.SlotDone: supply.follow_slot,
        **dict.fromkeys(bookings.BOOKING_EVENTS, booking.follow),
        associations.AssociationRegistered: supply.follow_association,
        associations.AssociationChanged: supply.follow_association,
        associations.AssociationApproved: supply.follow_association,
        associations.AssociationSuspended: supply.follow_association,
        capacities.CapacityPublished: supply.follow_capacity,
        capacities.CapacityChanged: supply.follow_capacity,
        capacities.CapacityWithdrawn: supply.follow_capacity,
        **dict.fromkeys(interventions.INTERVENTION_EVENTS, mediating.follow_intervention),
    },
    timers={
        MATCH_PARTNERSHIPS: running.match_partnerships,
        START_RUN: running.start_after,
        TAKE_FACTS: stages.take_facts,
        MERGE_RUN: stages.merge_run,
        END_RUN: stages.end_overdue,
        NAME_MEDIATOR: mediating.name_mediator,
        SEEK_AGAIN: mediating.name_again,
        proposing.EXPIRE_VISIT: proposing.expire_visit,
        proposing.EXPIRE_PARTNERSHIP: proposing.expire_partnership,
    },
    # Each replica keeps a region of its own in memory.
    reaching_timers=lambda _bus, _settings: {MATCH_VISITS: EventRuns().match_visits},
    schedule={
        "5 0 * * *": requesting.expire_past,
        "30 2 * * *": running.match_every_night,
        "7 * * * *": running.match_every_hour,
        "45 4 * * *": forget_old_changes,
    },
    shares={match_runs.MatchShardWanted: shard_work.solve_wanted},
    given_up={match_runs.MatchShardWanted: stages.give_up_shard},
    timers_given_up={TAKE_FACTS: stages.give_up_timer, MERGE_RUN: stages.give_up_timer},
)
