"""From the resources that the matchmaker keeps to the flat facts that matching visits is told. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from contracts.associations.capacities import Capacity
from contracts.companies.bookings import ClassNeeds
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.local_time import local, local_day
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.explanations import UnderReachedReason
from contracts.matchmaker.proposals import VisitProposal
from contracts.matchmaker.schools import School
from contracts.vocabulary import AccessNeed
from services.matchmaker.matching.inputs import (
    Mediation,
    Opening,
    Standing,
    StandingState,
    Wish,
)
from services.matchmaker.mediations.store import Promised
from services.matchmaker.proposals.rules import OFFER_IS_WRONG
from services.matchmaker.runs.reach import Reasons
from services.matchmaker.runs.store import Ended, Held


def wishes_of(
    requests: Iterable[ClassRequest],
    schools: Mapping[str, School],
    reasons: Mapping[str, Reasons],
    ended: Iterable[Ended],
) -> tuple[Wish, ...]:
    """What the classes wish, with where their schools are now and what they do not want again.

    `reasons` tells by UAI why a school's classes are under-reached (`reach.reasons_by_school`).
    """
    slots: dict[UUID, set[UUID]] = defaultdict(set)
    offers: dict[UUID, set[UUID]] = defaultdict(set)
    for end in ended:
        slots[end.class_request_id].add(end.slot_id)
        if _reason_in(end.why) in OFFER_IS_WRONG:
            offers[end.class_request_id].add(end.visit_offer_id)
    return tuple(
        _wish(
            request,
            schools[request.school_uai],
            reasons[request.school_uai],
            slots[request.id],
            offers[request.id],
        )
        for request in requests
    )


def _reason_in(why: str) -> str:
    """The word that says why: that of a fallen booking reads `booking_declined: safety: the line is being rebuilt`."""
    told = why.partition(": ")[2] if why.startswith("booking_") else why
    return told.partition(":")[0].strip()


def _wish(
    request: ClassRequest,
    school: School,
    reasons: Reasons,
    declined_slots: set[UUID],
    declined_offers: set[UUID],
) -> Wish:
    return Wish(
        id=request.id,
        version=request.version,
        school_uai=request.school_uai,
        level=request.level,
        pupils=request.pupils,
        adults=request.adults,
        from_date=request.from_date,
        until_date=request.until_date,
        max_travel_minutes=request.max_travel_minutes,
        latitude=school.place.latitude,
        longitude=school.place.longitude,
        department=school.place.department,
        weekdays=frozenset(request.weekdays),
        themes=frozenset(request.themes),
        formats=frozenset(request.formats),
        access_needs=access_needs(request.needs),
        visits_wanted=request.visits_wanted,
        wants_mediation=request.mediation_wished,
        wants_role_model=request.role_model_wished,
        priority_education=UnderReachedReason.PRIORITY_EDUCATION in reasons,
        rural=UnderReachedReason.RURAL in reasons,
        far_from_industry=UnderReachedReason.FAR_FROM_INDUSTRY in reasons,
        declined_slots=frozenset(declined_slots),
        declined_offers=frozenset(declined_offers),
    )


def access_needs(needs: ClassNeeds) -> frozenset[AccessNeed]:
    """Which kinds of access a class needs, from its counts."""
    return frozenset(need for need in AccessNeed if getattr(needs, need.value))


def openings_of(slots: Iterable[Slot], offers: Mapping[UUID, VisitOffer]) -> tuple[Opening, ...]:
    """The slots as openings, with what their offers say."""
    return tuple(_opening(slot, offers[slot.visit_offer_id]) for slot in slots)


def _opening(slot: Slot, offer: VisitOffer) -> Opening:
    starts, ends = local(slot.starts_at), local(slot.ends_at)
    # With a way round what a wheelchair cannot reach, the site can receive one.
    access = set(offer.accessibility.needs)
    if offer.accessibility.alternative_route:
        access.add(AccessNeed.MOTOR)
    return Opening(
        slot_id=slot.id,
        offer_id=offer.id,
        company_id=offer.company_id,
        latitude=offer.place.latitude,
        longitude=offer.place.longitude,
        department=offer.place.department,
        day=starts.date(),
        starts_minute=starts.hour * 60 + starts.minute,
        ends_minute=ends.hour * 60 + ends.minute,
        groups_free=_groups_free(slot, offer),
        pupils_min=offer.pupils_min,
        # Where places are pooled, a class is measured against the largest that the offer takes.
        pupils_per_group=offer.pupils_max if slot.pooled else slot.pupils_per_group,
        levels=frozenset(offer.levels),
        themes=frozenset(offer.themes),
        confirmed_on=local_day(offer.confirmed_at or offer.changed_at),
        formats=frozenset(offer.formats),
        access=frozenset(access),
        pupils_per_adult=offer.pupils_per_adult,
        minimum_age=offer.safety.minimum_age or None,
        needs_mediation=offer.needs_mediation,
        role_model=offer.role_model_present,
        lead_time_days=offer.lead_time_days,
        pooled=slot.pooled,
        pupils_free=slot.pupils_left if slot.pooled else 0,
        # As when it is booked: a slot of one group has no second one.
        splitting=offer.splitting and slot.groups > 1,
    )


def _groups_free(slot: Slot, offer: VisitOffer) -> int:
    """How many groups are left; where places are pooled, whether the smallest class that may come still fits."""
    return int(slot.pupils_left >= offer.pupils_min) if slot.pooled else slot.groups_left


def mediations_of(capacities: Iterable[Capacity], promised: Iterable[Promised]) -> tuple[Mediation, ...]:
    """The capacities with the interventions and the days that booked visits leave of them."""
    days: dict[UUID, list[date]] = defaultdict(list)
    for one in promised:
        days[one.capacity_id].append(local_day(one.starts_at))
    return tuple(
        Mediation(
            id=capacity.id,
            association_id=capacity.association_id,
            from_date=capacity.from_date,
            until_date=capacity.until_date,
            interventions_left=max(0, capacity.interventions - len(days[capacity.id])),
            taken_dates=frozenset(days[capacity.id]),
            group_size_max=capacity.pupils_max,
            latitude=capacity.place.latitude,
            longitude=capacity.place.longitude,
            themes=frozenset(capacity.themes),
            levels=frozenset(capacity.levels),
            weekdays=frozenset(capacity.weekdays),
            formats=frozenset(capacity.formats),
            departments=frozenset(capacity.departments),
            radius_km=capacity.radius_km,
        )
        for capacity in capacities
    )


def standing_of(waiting: Iterable[tuple[VisitProposal, UUID | None]], held: Iterable[Held]) -> tuple[Standing, ...]:
    """What already stands: proposals that wait or are accepted, and visits held by bookings."""
    booked = [
        Standing(
            wish_id=visit.class_request_id,
            slot_id=visit.slot_id,
            day=local_day(visit.starts_at),
            state=StandingState.BOOKED,
        )
        for visit in held
    ]
    proposed = [
        Standing(
            wish_id=proposal.class_request_id,
            slot_id=proposal.slot_id,
            day=local_day(proposal.starts_at),
            state=StandingState(proposal.state),
            mediation_id=capacity_id,
        )
        for proposal, capacity_id in waiting
    ]
    return (*booked, *proposed)
