"""Over time: who answers no proposal is proposed less and told so, and nobody too much in a week or a month."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.associations.capacities import CapacityPublished
from contracts.associations.profiles import AssociationChanged, AssociationRegistered
from contracts.companies.profiles import CompanyChanged, CompanyRegistered, SiteAdded
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.errors import Wording
from contracts.machines import OPEN_PARTNERSHIP_PROPOSAL_STATES
from contracts.matchmaker.explanations import AlternativeSide, Explanation, GateCode
from contracts.matchmaker.proposals import (
    AnswerPartnershipProposal,
    DeclineReason,
    ExplainPartnershipProposal,
    PartnershipProposal,
)
from contracts.message import Event
from contracts.vocabulary import Role
from services.matchmaker.proposals.handlers import EXPIRE_PARTNERSHIP
from services.matchmaker.proposals.store import insert_partnership_proposal
from services.matchmaker.runs.partner_store import Dealings, list_dealings
from tests.component.alone import Alone
from tests.component.matchmaker.given import (
    NOW,
    a_capacity,
    a_company,
    a_site,
    an_association,
    an_id,
    an_offer,
    matched,
    matched_whole,
)
from tests.unit.matchmaker.given import a_caller, a_partnership_proposal

COMPANY = a_caller(Role.COMPANY, an_id(100))
OPEN = f"state in {tuple(sorted(OPEN_PARTNERSHIP_PROPOSAL_STATES))}"
UNEXPLAINED = Explanation(
    points=0, gates=(), parts=(), equity=None, alternatives=(), changes=(), words=Wording("Long ago.", "Autrefois.")
)


def region(partners_wanted: int, associations: int) -> list[Event]:
    """A company that wants so many partners, and as many associations beside it as could be its partners."""
    told: list[Event] = [
        CompanyRegistered(company=a_company(partners_wanted=partners_wanted)),
        SiteAdded(site=a_site()),
        VisitOfferPublished(visit_offer=an_offer()),
    ]
    for place in range(associations):
        told.append(AssociationRegistered(association=an_association(500 + place)))
        told.append(CapacityPublished(capacity=a_capacity(600 + place, association_id=an_id(500 + place))))
    return told


async def told(matchmaker: Alone, *events: Event) -> None:
    """All events were heard, and what follows from them was done."""
    heard = "select count(*) from inbox"
    before = await matchmaker.connection.fetchval(heard)
    await matchmaker.tell(*events)

    async def all_heard() -> bool:
        return bool(await matchmaker.connection.fetchval(heard) == before + len(events))

    await matchmaker.until(all_heard)
    await matched(matchmaker)
    await matched_whole(matchmaker)


async def proposals(matchmaker: Alone, where: str = "true") -> list[PartnershipProposal]:
    """All of them, by id."""
    return await matchmaker.documents("partnership_proposal", PartnershipProposal, where)


async def days_go_by(matchmaker: Alone, days: int) -> None:
    """All that was proposed happened so many days earlier; deadlines come nearer, but nobody has looked at them yet."""
    await matchmaker.connection.execute(
        "update partnership_proposal set changed_at = changed_at - $1::interval,"
        " document = document || jsonb_build_object("
        " 'created_at', (document ->> 'created_at')::timestamptz - $1::interval,"
        " 'changed_at', (document ->> 'changed_at')::timestamptz - $1::interval,"
        " 'expires_at', (document ->> 'expires_at')::timestamptz - $1::interval)",
        timedelta(days=days),
    )


async def nobody_answers(matchmaker: Alone) -> None:
    """The 21 days of all that is open are over; what follows from it was done."""
    await days_go_by(matchmaker, 21)
    waiting = [proposal.id for proposal in await proposals(matchmaker, OPEN)]
    await matchmaker.connection.execute("update timer set due_at = now() where kind = $1", EXPIRE_PARTNERSHIP)

    # New ones take their place at once, with timers of their own.
    async def all_expired() -> bool:
        return set(waiting) <= {proposal.id for proposal in await proposals(matchmaker, "state = 'expired'")}

    await matchmaker.until(all_expired)
    await matched(matchmaker)


async def long_ago(matchmaker: Alone, number: int, days: int, **given: Any) -> None:
    """A proposal that was made so many days ago, and moved the day after."""
    made_at = NOW - timedelta(days=days)
    given = {"company_id": an_id(100), "association_id": an_id(500), "created_at": made_at} | given
    moved_at = made_at + timedelta(days=1)
    proposal = a_partnership_proposal(id=an_id(number), expires_at=moved_at, changed_at=moved_at, **given)
    await insert_partnership_proposal(matchmaker.connection, proposal, UNEXPLAINED)


async def dealings(matchmaker: Alone) -> dict[int, Dealings]:
    """What the matchmaker counts today, by the number of the actor's id."""
    found = await list_dealings(matchmaker.connection, NOW - timedelta(days=180), NOW - timedelta(days=90))
    return {one.actor_id.int: one for one in found}


async def test_a_silent_company_is_proposed_less_and_told_so(matchmaker: Alone):
    """Three at a time while nothing is known of it, then one; that one's explanation and summary say why."""
    await told(matchmaker, *region(partners_wanted=3, associations=6))
    first = await proposals(matchmaker, OPEN)

    await nobody_answers(matchmaker)

    assert len(first) == 3
    (next_one,) = await proposals(matchmaker, OPEN)
    why = await matchmaker.ask(ExplainPartnershipProposal(proposal_id=next_one.id), COMPANY)
    (answers,) = why.answers
    assert (answers.side, answers.answered, answers.unanswered) == (AlternativeSide.COMPANY, 0, 3)
    assert (answers.open_at_most, answers.wanted) == (1, 3)
    assert "answered 0 of 3\u00a0proposals" in next_one.summary_en
    assert "a répondu à 0\u00a0proposition sur 3" in next_one.summary_fr
    assert GateCode.ANSWERS in {gate.code for gate in why.gates}


async def test_who_answers_is_proposed_as_before(matchmaker: Alone):
    """A no is an answer: the places that it frees are proposed to others at once."""
    await told(matchmaker, *region(partners_wanted=2, associations=6))
    first = await proposals(matchmaker, OPEN)

    for proposal in first:
        no = AnswerPartnershipProposal(proposal_id=proposal.id, action="decline", reason=DeclineReason.OTHER)
        assert (await matchmaker.ask(no, COMPANY)).answered_by == ("company",)
    await matched(matchmaker)

    again = await proposals(matchmaker, OPEN)
    assert (len(first), len(again)) == (2, 2)
    why = await matchmaker.ask(ExplainPartnershipProposal(proposal_id=again[0].id), COMPANY)
    assert why.answers == ()


async def test_an_answer_that_comes_too_late_is_none(matchmaker: Alone):
    """It is refused, and counts as silence for both sides."""
    await told(matchmaker, *region(partners_wanted=1, associations=1))
    (proposal,) = await proposals(matchmaker, OPEN)
    await nobody_answers(matchmaker)

    refused = await matchmaker.refusal(AnswerPartnershipProposal(proposal_id=proposal.id, action="accept"), COMPANY)

    assert refused.slug == "transition-refused"
    counted = await dealings(matchmaker)
    assert {(one.answered, one.unanswered) for one in counted.values()} == {(0, 1)}


async def test_only_the_side_that_kept_silent_is_counted(matchmaker: Alone):
    """Who said yes has answered, whatever the other side did; what was withdrawn or is open tells nothing."""
    await long_ago(matchmaker, 1, 30, state="expired", answered_by=("company",))
    await long_ago(matchmaker, 2, 40, state="expired", association_id=an_id(501))
    await long_ago(matchmaker, 3, 50, state="agreed", association_id=an_id(502), answered_by=("company", "association"))
    await long_ago(matchmaker, 4, 60, state="declined", association_id=an_id(503), answered_by=("association",))
    await long_ago(matchmaker, 5, 70, state="withdrawn", association_id=an_id(504))
    await long_ago(matchmaker, 6, 100, state="expired", association_id=an_id(505))
    await long_ago(matchmaker, 7, 181, state="expired", association_id=an_id(506))
    await long_ago(matchmaker, 8, 3, state="proposed", association_id=an_id(507))

    counted = await dealings(matchmaker)

    assert {number: (one.answered, one.unanswered) for number, one in counted.items()} == {
        100: (2, 2),
        500: (0, 1),
        501: (0, 1),
        502: (1, 0),
        503: (1, 0),
        504: (0, 0),
        505: (0, 1),
        507: (0, 0),
    }
    assert counted[100].contacted_at == tuple(NOW - timedelta(days=days) for days in (70, 60, 50, 40, 30, 3))
    assert counted[505].contacted_at == ()


@pytest.mark.parametrize(("days", "proposed"), [(88, 0), (91, 1)])
async def test_who_never_answered_gets_another_chance(matchmaker: Alone, days: int, proposed: int):
    """After 90 days without a proposal, one."""
    for number in range(4):
        state = {"association_id": an_id(900 + number), "state": "expired"}
        await long_ago(matchmaker, number, days + 10 * number, **state)

    await told(matchmaker, *region(partners_wanted=1, associations=3))

    waiting = await proposals(matchmaker, OPEN)
    assert len(waiting) == proposed
    assert all("one partner in 90\u00a0days until it answers" in proposal.summary_en for proposal in waiting)


async def test_contacts_keep_to_the_week_and_the_month(matchmaker: Alone):
    """Of eight a month four come in the first week, four in the next one, and none until 30 days are over."""
    await told(matchmaker, *region(partners_wanted=20, associations=16))
    made = [len(await proposals(matchmaker))]

    for days in (0, 6, 1, 7, 15, 1):
        await days_go_by(matchmaker, days)
        await matched_whole(matchmaker)
        made.append(len(await proposals(matchmaker)))

    # After 0, 6, 7, 14, 29 and 30 days.
    assert made == [4, 4, 4, 8, 8, 8, 12]
    (newest, *_) = sorted(await proposals(matchmaker), key=lambda proposal: proposal.created_at, reverse=True)
    why = await matchmaker.ask(ExplainPartnershipProposal(proposal_id=newest.id), COMPANY)
    (gate,) = (gate for gate in why.gates if gate.side is AlternativeSide.COMPANY)
    assert (gate.code, gate.value, gate.limit, gate.passed) == (GateCode.CONTACTS_WEEK, 0, 4, True)


async def test_what_is_told_twice_or_late_brings_no_more_proposals(matchmaker: Alone):
    """Each event makes the matchmaker think again, and each time it counts what it has proposed already."""
    events = region(partners_wanted=20, associations=8)
    await told(matchmaker, *events)
    newer = CompanyChanged(company=a_company(version=3, partners_wanted=19))
    older = CompanyChanged(company=a_company(version=2, partners_wanted=1))

    await told(matchmaker, *events, newer, older, *reversed(events))
    await told(matchmaker, AssociationChanged(association=an_association(500, version=2)))

    assert len(await proposals(matchmaker)) == 4
    assert await proposals(matchmaker) == await proposals(matchmaker, OPEN)
