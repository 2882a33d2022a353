"""An agreed proposal becomes a partnership, once; its two parties start and close it."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.associations.partnerships import (
    GetPartnership,
    MovePartnership,
    Partnership,
    PartnershipAgreed,
    PartnershipMoved,
)
from contracts.errors import Kind
from contracts.matchmaker.proposals import PartnershipProposalAgreed
from contracts.vocabulary import Role
from tests.component.associations.given import (
    ASSOCIATION_ID,
    COMPANY_ID,
    COORDINATOR,
    STRANGER_ID,
    TEACHER,
    a_caller,
    an_agreed_proposal,
)

COMPANY = a_caller(Role.COMPANY, COMPANY_ID)
ASSOCIATION = a_caller(Role.ASSOCIATION, ASSOCIATION_ID)


@pytest.fixture
async def partnership(associations):
    """A partnership just made."""
    await associations.tell(PartnershipProposalAgreed(partnership_proposal=an_agreed_proposal(fictional=True)))
    [event] = await associations.until(lambda: associations.announced(PartnershipAgreed))
    return event.partnership


def move(partnership, action, reason=""):
    return MovePartnership(partnership_id=partnership.id, action=action, reason=reason)


async def test_an_agreed_proposal_becomes_a_partnership(associations, partnership):
    """Kept and announced whole."""
    assert (partnership.state, partnership.proposal_id, partnership.fictional) == ("agreed", UUID(int=10), True)
    assert await associations.documents("partnership", Partnership) == [partnership]


async def test_the_same_agreement_told_again_makes_no_second_one(associations, partnership):
    """As the same event, as another one, late and with an older version; another agreement still does."""
    again = PartnershipProposalAgreed(partnership_proposal=an_agreed_proposal())
    older = PartnershipProposalAgreed(partnership_proposal=an_agreed_proposal(version=1))
    other = PartnershipProposalAgreed(partnership_proposal=an_agreed_proposal(id=UUID(int=99)))

    await associations.tell(again, event_id="same")
    await associations.tell(again, event_id="same")
    await associations.tell(older)
    await associations.tell(other)

    async def two():
        return len(await associations.announced(PartnershipAgreed)) == 2

    await associations.until(two)
    stored = await associations.documents("partnership", Partnership)
    assert {one.proposal_id for one in stored} == {UUID(int=10), UUID(int=99)}
    assert partnership in stored


async def test_a_malformed_event_does_not_stop_the_next(associations):
    """It is set aside with its error."""
    stream = associations.neighbours["matchmaker"].jetstream()
    subject = "evt.matchmaker.partnership-proposal.agreed.v1"
    await stream.publish(subject, b'{"partnership_proposal": {"id": "nonsense"}}')
    await associations.tell(PartnershipProposalAgreed(partnership_proposal=an_agreed_proposal()))

    await associations.until(lambda: associations.announced(PartnershipAgreed))

    [letter] = await associations.connection.fetch("select subject from dead_letter")
    assert letter["subject"] == subject


async def test_either_party_moves_it(associations, partnership):
    """The one starts, the other closes with an outcome."""
    active = await associations.ask(move(partnership, "start"), COMPANY)
    closed = await associations.ask(move(partnership, "close", "six ateliers"), ASSOCIATION)

    assert (active.state, active.allowed_actions) == ("active", ("close",))
    assert (closed.state, closed.outcome, closed.version) == ("closed", "six ateliers", 3)
    moved = await associations.announced(PartnershipMoved)
    assert [event.partnership.state for event in moved] == ["active", "closed"]


async def test_a_moved_partnership_is_not_reset_by_a_late_event(associations, partnership):
    """The agreement is only its beginning."""
    active = await associations.ask(move(partnership, "start"), COORDINATOR)

    await associations.tell(PartnershipProposalAgreed(partnership_proposal=an_agreed_proposal()))
    await associations.tell(PartnershipProposalAgreed(partnership_proposal=an_agreed_proposal(id=UUID(int=99))))

    async def both():
        return len(await associations.announced(PartnershipAgreed)) == 2

    await associations.until(both)
    stored = await associations.documents("partnership", Partnership)
    assert replace(active, allowed_actions=()) in stored


async def test_closing_asks_for_the_outcome(associations, partnership):
    """It is what indicators are made of."""
    problem = await associations.refusal(move(partnership, "close", " "), COMPANY)

    assert problem.fields[0].field == "reason"


async def test_a_move_that_the_state_does_not_let_is_refused(associations, partnership):
    """An action that nobody knows is a wrong field."""
    await associations.ask(move(partnership, "close", "fini"), COORDINATOR)

    assert (await associations.refusal(move(partnership, "start"), COMPANY)).slug == "transition-refused"
    assert (await associations.refusal(move(partnership, "reopen"), COMPANY)).fields[0].field == "action"


@pytest.mark.parametrize("caller", [COMPANY, ASSOCIATION, COORDINATOR])
async def test_its_parties_and_the_region_see_it(associations, partnership, caller):
    """With what they may do."""
    shown = await associations.ask(GetPartnership(partnership_id=partnership.id), caller)

    assert shown.allowed_actions == ("start", "close")


@pytest.mark.parametrize(
    "caller", [TEACHER, a_caller(Role.COMPANY, STRANGER_ID), a_caller(Role.ASSOCIATION, COMPANY_ID)]
)
async def test_it_does_not_exist_for_anyone_else(associations, partnership, caller):
    """Neither to see nor to move."""
    seen = await associations.refusal(GetPartnership(partnership_id=partnership.id), caller)
    moved = await associations.refusal(move(partnership, "start"), caller)

    assert seen.kind is moved.kind is Kind.NOT_FOUND
