"""What two services agreed on: an accepted proposal is a booking or says why not, an agreed one is a partnership."""

from collections.abc import AsyncIterator
from typing import Any

from deploy.verify.books import BATCH, Books
from deploy.verify.copies import side_by_side
from deploy.verify.invariant import Finding, Invariant, Look, Question, asking

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
)
