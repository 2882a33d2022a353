"""What several services agreed on: proposals that became bookings and partnerships, and mediators of visits."""

from collections.abc import AsyncIterator
from typing import Any

from contracts.machines import LIVE_BOOKING_STATES, LIVE_INTERVENTION_STATES, PAST_BOOKING_STATES
from deploy.verify.books import BATCH, Books
from deploy.verify.copies import side_by_side
from deploy.verify.invariant import Finding, Invariant, Look, Question, asking

LIVE_INTERVENTIONS = sorted(LIVE_INTERVENTION_STATES)

_ANSWERED = "select count(*) from visit_proposal where state in ('accepted', 'booked', 'withdrawn')"
_LEFT_OPEN = """
select id,
    case state
        when 'accepted' then format('accepted since %s, and neither booked nor withdrawn', document ->> 'changed_at')
        when 'booked' then 'booked, and does not say as which booking'
        else 'withdrawn, and does not say why'
    end as words
from visit_proposal
where state = 'accepted' or (state = 'booked' and document ->> 'booking_id' is null)
    or (state = 'withdrawn' and coalesce(document ->> 'why', '') = '')
order by id
"""
_BOOKED_TWICE = """
select proposal_id as id, format('%s bookings', count(*)) as words
from booking where proposal_id is not null group by proposal_id having count(*) > 1 order by 1
"""
# A live intervention takes one of its capacity's, and its day; a visit has one mediator.
_OVERGIVEN = """
select capacity.id, format('%s interventions for %s', count(*), capacity.document ->> 'interventions') as words
from capacity join intervention on intervention.capacity_id = capacity.id
where intervention.state = any($1::text[])
group by capacity.id having count(*) > (capacity.document ->> 'interventions')::int
union all
select (array_agg(id order by id))[2], format('%s interventions of the capacity %s on %s', count(*), capacity_id, day)
from (
    select id, capacity_id, ((document ->> 'starts_at')::timestamptz at time zone 'Europe/Paris')::date as day
    from intervention where state = any($1::text[])
) live
group by capacity_id, day having count(*) > 1
union all
select (array_agg(id order by id))[2], format('%s interventions for the booking %s', count(*), booking_id)
from intervention where state = any($1::text[]) group by booking_id having count(*) > 1
order by 1
"""
_SAYS_COMPANY = """
select id as key, document ->> 'association_id' || ' ' || (document ->> 'mediation') as says
from booking where state = any($1::text[]) and document ->> 'mediation' in ('asked', 'accepted') order by 1
"""
_SAYS_ASSOCIATION = """
select booking_id as key,
    association_id || case state when 'requested' then ' asked' else ' accepted' end as says
from intervention where state in ('requested', 'accepted') order by 1
"""


async def compare_bookings(books: Books) -> tuple[Finding, ...]:
    """Every booked proposal has the booking that it names."""
    named = "select (document ->> 'booking_id')::uuid as key from visit_proposal where state = 'booked' order by 1"
    made = "select id as key from booking order by 1"
    async with books.snapshot("matchmaker") as proposals, books.snapshot("companies") as bookings:
        return tuple(
            [
                Finding(str(key), "a booking that a proposal names, and that is not there")
                async for key, booked, there in side_by_side(keys(proposals, named), keys(bookings, made))
                if booked and not there
            ]
        )


async def compare_partnerships(books: Books) -> Look:
    """Every agreed proposal is one partnership, and there is no other."""
    agreed = "select id as key from partnership_proposal where state = 'agreed' order by 1"
    made = "select proposal_id as key from partnership order by 1"
    counted = 0
    findings = []
    async with books.snapshot("matchmaker") as proposals, books.snapshot("associations") as partnerships:
        async for key, said, there in side_by_side(keys(proposals, agreed), keys(partnerships, made)):
            counted += said is not None
            if not said or not there:
                words = "agreed, and no partnership" if said else "a partnership, and not agreed"
                findings.append(Finding(str(key), words))
    return Look(counted, tuple(findings))


async def compare_mediators(books: Books) -> Look:
    """Of each visit to come that has a mediator, companies and associations say the same."""
    to_come = sorted(LIVE_BOOKING_STATES - PAST_BOOKING_STATES)
    counted = 0
    findings = []
    async with books.snapshot("companies") as bookings, books.snapshot("associations") as interventions:
        told = side_by_side(sayings(bookings, _SAYS_COMPANY, to_come), sayings(interventions, _SAYS_ASSOCIATION))
        async for key, company, association in told:
            counted += 1
            if company != association:
                words = f"the company says {company or 'nobody'}, the association {association or 'nothing'}"
                findings.append(Finding(str(key), words, stands=words))
    return Look(counted, tuple(findings))


async def sayings(snapshot: Any, query: str, *arguments: object) -> AsyncIterator[tuple[Any, str]]:
    """What is said of each thing, in the order of their keys."""
    async for row in snapshot.cursor(query, *arguments, prefetch=BATCH):
        yield row["key"], row["says"]


async def keys(snapshot: Any, query: str) -> AsyncIterator[tuple[Any, int]]:
    """The keys that a query gives in order, each with a 1 for being there."""
    async for row in snapshot.cursor(query, prefetch=BATCH):
        yield row["key"], 1


async def compare_proposals(books: Books) -> Look:
    """What the matchmaker says of accepted proposals, and what companies made of them."""
    told = await asking(Question("matchmaker", _ANSWERED, _LEFT_OPEN))(books)
    made = await asking(Question("companies", "select 0", _BOOKED_TWICE))(books)
    return Look(told.counted, (*told.findings, *made.findings, *await compare_bookings(books)))


INVARIANTS = (
    Invariant(
        "proposals",
        "visit proposals that were accepted or withdrawn",
        "each is its one booking, or says why not",
        compare_proposals,
        lags=True,
    ),
    Invariant(
        "partnerships",
        "partnership proposals that were agreed",
        "each is its one partnership",
        compare_partnerships,
        lags=True,
    ),
    Invariant(
        "interventions",
        "interventions",
        "never more than their capacity gives, one a day, one a visit",
        asking(Question("associations", "select count(*) from intervention", _OVERGIVEN, (LIVE_INTERVENTIONS,))),
    ),
    Invariant(
        "mediators",
        "visits with a mediator",
        "company and association say the same of each",
        compare_mediators,
        lags=True,
    ),
)
