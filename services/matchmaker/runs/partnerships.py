"""One match of partnerships: which company and association are proposed to each other.

A proposal that is open stays open: people are talking. It is withdrawn only where one of the two
has nothing left to work with.
"""

import asyncio
import time
from collections import defaultdict
from datetime import date
from uuid import UUID

import msgspec

from contracts.associations.profiles import Association
from contracts.companies.profiles import Company
from contracts.local_time import local_day, start_of_day
from contracts.machines import OPEN_PARTNERSHIP_PROPOSAL_STATES
from contracts.matchmaker.match_runs import MatchRun, MatchRunCompleted
from contracts.matchmaker.policies import PolicySettings
from contracts.matchmaker.proposals import (
    PartnershipProposal,
    PartnershipProposalClosed,
    PartnershipProposalMade,
)
from services.matchmaker.matching.inputs import AssociationProfile, CompanyProfile, PairState, PastPair
from services.matchmaker.matching.partners.explain import explain_partnership
from services.matchmaker.matching.partners.partnerships import PartnershipMatch, PartnershipPlan, match_partnerships
from services.matchmaker.matching.partners.rules import ANSWERS_COUNT, SECOND_CHANCE
from services.matchmaker.mediations.store import list_promised
from services.matchmaker.policy.store import find_policy
from services.matchmaker.proposals.handlers import EXPIRE_PARTNERSHIP
from services.matchmaker.proposals.rules import PARTNERSHIP_ANSWER, moved
from services.matchmaker.proposals.store import (
    insert_partnership_proposal,
    list_open_partnership_proposals,
    update_partnership_proposal,
)
from services.matchmaker.runs import partner_facts as facts
from services.matchmaker.runs import partner_store, run_store, store
from services.matchmaker.runs.new_proposals import Origin
from services.matchmaker.runs.report import POINTS, empty_run
from services.matchmaker.runs.visit_facts import mediations_of
from services.work import Work


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """What one run has before it."""

    companies: dict[UUID, Company]
    associations: dict[UUID, Association]
    company_profiles: tuple[CompanyProfile, ...]
    association_profiles: tuple[AssociationProfile, ...]
    past: tuple[PastPair, ...]


async def run_partnerships(work: Work, trigger: str) -> MatchRun | None:
    """Match by the policy in force, and write what changes; None where nobody asked and nothing changed."""
    began = time.perf_counter()
    await work.connection.execute("select pg_advisory_xact_lock(hashtext('match partnerships'))")
    today = local_day(work.now)
    policy = await find_policy(work.connection)
    sides = await _load(work, today)
    withdrawn = await _withdraw(work, sides)
    loaded = time.perf_counter()
    plan = await asyncio.to_thread(_solve, sides, policy.settings, today)
    solved = time.perf_counter()
    origin = Origin(work.new_id(), policy.version)
    for match in plan.matches:
        await _make(work, sides, plan, match, origin)
    if trigger == "event" and not plan.matches and not withdrawn:
        return None
    run = msgspec.structs.replace(
        empty_run(origin, trigger, work.now),
        capacities=sum(len(profile.capacities) for profile in sides.association_profiles),
        pairs=len(sides.company_profiles) * len(sides.association_profiles),
        partnerships_proposed=len(plan.matches),
        partnership_objective=sum(match.points for match in plan.matches) / POINTS,
        loading_ms=round((loaded - began) * 1000, 1),
        solving_ms=round((solved - loaded) * 1000, 1),
        storing_ms=round((time.perf_counter() - solved) * 1000, 1),
    )
    await run_store.insert_run(work.connection, run)
    work.announce(MatchRunCompleted(match_run=run))
    return run


def _solve(sides: Sides, settings: PolicySettings, today: date) -> PartnershipPlan:
    return match_partnerships(
        sides.company_profiles,
        sides.association_profiles,
        sides.past,
        settings.weights,
        today,
        monthly_contacts=settings.monthly_contacts,
    )


async def _load(work: Work, today: date) -> Sides:
    connection = work.connection
    companies = {company.id: company for company in await store.list_companies(connection)}
    associations = {one.id: one for one in await store.list_associations(connection)}
    pairs = await store.list_pairs(connection)
    partners: dict[UUID, int] = defaultdict(int)
    for pair in pairs:
        if pair.state == "agreed":
            partners[pair.company_id] += 1
            partners[pair.association_id] += 1
    histories = facts.histories_of(
        await partner_store.list_dealings(
            connection, start_of_day(today - ANSWERS_COUNT), start_of_day(today - SECOND_CHANCE)
        )
    )
    capacities = mediations_of(
        await store.list_published_capacities(connection, today),
        await list_promised(connection),
    )
    return Sides(
        companies=companies,
        associations=associations,
        company_profiles=facts.company_profiles_of(
            companies.values(),
            await store.list_sites(connection),
            await store.list_published_offers(connection),
            await store.list_job_needs(connection),
            partners,
            histories,
        ),
        association_profiles=facts.association_profiles_of(associations.values(), capacities, partners, histories),
        past=tuple(
            PastPair(
                company_id=pair.company_id,
                association_id=pair.association_id,
                state=_pair_state(pair.state),
                since=local_day(pair.changed_at),
            )
            for pair in pairs
            if pair.state != "withdrawn"
        ),
    )


def _pair_state(state: str) -> PairState:
    if state == "agreed":
        return PairState.AGREED
    # An expired pair rests as a declined one does: nobody answered.
    return PairState.OPEN if state in OPEN_PARTNERSHIP_PROPOSAL_STATES else PairState.DECLINED


async def _withdraw(work: Work, sides: Sides) -> int:
    able = {profile.company_id for profile in sides.company_profiles}
    able |= {profile.association_id for profile in sides.association_profiles}
    withdrawn = 0
    for proposal in await list_open_partnership_proposals(work.connection):
        if {proposal.company_id, proposal.association_id} <= able:
            continue
        closed = moved(proposal, "withdrawn", "nothing_left_to_offer", work.now)
        if await update_partnership_proposal(work.connection, closed):
            await work.cancel_timer(EXPIRE_PARTNERSHIP, closed.id)
            work.announce(PartnershipProposalClosed(partnership_proposal=closed))
            withdrawn += 1
    return withdrawn


async def _make(work: Work, sides: Sides, plan: PartnershipPlan, match: PartnershipMatch, origin: Origin) -> None:
    company, association = sides.companies[match.company_id], sides.associations[match.association_id]
    explanation = explain_partnership(plan, match)
    proposal = PartnershipProposal(
        id=work.new_id(),
        fictional=company.fictional or association.fictional,
        company_id=company.id,
        company_name=company.name,
        association_id=association.id,
        association_name=association.name,
        themes=match.themes,
        levels=match.levels,
        distance_km=round(match.distance_km, 1),
        score=round(match.quality, 3),
        summary_en=explanation.words.en,
        summary_fr=explanation.words.fr,
        state="proposed",
        match_run_id=origin.run_id,
        policy_version=origin.policy_version,
        expires_at=work.now + PARTNERSHIP_ANSWER,
        created_at=work.now,
        changed_at=work.now,
    )
    await insert_partnership_proposal(work.connection, proposal, explanation)
    work.set_timer(EXPIRE_PARTNERSHIP, proposal.id, proposal.expires_at)
    work.announce(PartnershipProposalMade(partnership_proposal=proposal))
