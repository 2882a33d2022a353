"""Which notices an event gives, and to whom: the choreography's table applied to what happened."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from contracts.associations.profiles import Association
from contracts.caller import SYSTEM, party
from contracts.companies.bookings import BookingConfirmed, BookingRescheduled
from contracts.companies.profiles import Company
from contracts.message import Resource, kebab_case
from contracts.vocabulary import OrganisationKind
from services.gateway.notices.choreography_rules import ASSOCIATION, COMPANY, HEAD, SCHOOL, TOLD, Whom
from services.gateway.notices.condition_rules import Happened
from services.gateway.notices.facts_rules import Facts, address_of, facts_of


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One notice to be: which, to whom, about what."""

    kind: str
    fact: str
    party: str
    for_head: bool
    about: str
    facts: Facts
    occurred_at: datetime


def tellings(happened: Happened, now: datetime) -> Iterator[Telling]:
    """What an event gives to tell, and to whom."""
    actor, facts = happened.actor or implied_actor(happened.event), None
    thing = happened.thing
    for tell in TOLD.get(type(happened.event), ()):
        if not tell.when(happened):
            continue
        for whom in tell.to:
            addressee = addressee_of(thing, whom)
            # The head is told of what a teacher of the same school did.
            did_it = addressee == actor and whom is not HEAD and not tell.anyway
            if addressee and not did_it:
                facts = _facts(happened) if facts is None else facts
                yield telling_of(tell.kind, thing, addressee, whom, now, facts=facts)


def _facts(happened: Happened) -> Facts:
    facts, event = facts_of(happened.thing), happened.event
    if isinstance(event, BookingRescheduled):
        return msgspec.structs.replace(facts, was_at=event.booking.starts_at, reason=event.booking.reason)
    return facts


def telling_of(
    kind: str,
    thing: Resource,
    addressee: str,
    whom: Whom,
    now: datetime,
    *,
    mark: object = None,
    facts: Facts | None = None,
) -> Telling:
    """A notice about a thing; `mark` tells several of one kind apart, by default the thing's version."""
    return Telling(
        kind=kind,
        fact=f"{_kind_of(type(thing))}:{thing.id}:{thing.version if mark is None else mark}:{kind}",
        party=addressee,
        for_head=whom is HEAD,
        about=address_of(thing),
        facts=facts_of(thing) if facts is None else facts,
        occurred_at=getattr(thing, "changed_at", now),
    )


@cache
def _kind_of(resource: type[Resource]) -> str:
    return kebab_case(resource.__name__)


def addressee_of(thing: Any, whom: Whom) -> str:
    """Whom that is of a thing, as a party; empty where it has none."""
    match whom:
        case Whom.REGION:
            return SYSTEM.party
        case Whom.COMPANY:
            found, kind = thing.id if isinstance(thing, Company) else thing.company_id, OrganisationKind.COMPANY
        case Whom.ASSOCIATION:
            found, kind = _association_of(thing), OrganisationKind.ASSOCIATION
        case _:
            found, kind = thing.school_uai, OrganisationKind.SCHOOL
    return party(kind, found) if found else ""


def _association_of(thing: Any) -> Any:
    return thing.id if isinstance(thing, Association) else thing.association_id


def implied_actor(event: Any) -> str:
    """Who did it as far as the thing itself says, for an event that comes without a word of it; a party, or empty."""
    thing = event.resource
    ended_by = getattr(thing, "ended_by", "")
    if isinstance(event, BookingConfirmed):
        ended_by = "company"
    return addressee_of(thing, Whom(ended_by)) if ended_by in (COMPANY, SCHOOL, ASSOCIATION) else ""
