"""What an agreed proposal becomes, and how a partnership moves."""

from uuid import UUID

import pytest

from contracts.associations.partnerships import MovePartnership
from contracts.errors import Invalid, TransitionRefused
from services.associations.partnerships.rules import moved_partnership, new_partnership, shown_to
from tests.component.associations.given import NOW, an_agreed_proposal

COMPANY = frozenset({"company"})


def agreed(**given):
    return new_partnership(an_agreed_proposal(**given), UUID(int=20))


def wish(action, reason=""):
    return MovePartnership(partnership_id=UUID(int=20), action=action, reason=reason)


def test_an_agreed_proposal_becomes_a_partnership():
    """Agreed when the second side said yes; what is invented stays marked so."""
    proposal = an_agreed_proposal(fictional=True)

    partnership = new_partnership(proposal, UUID(int=20))

    assert (partnership.proposal_id, partnership.company_id) == (proposal.id, proposal.company_id)
    assert (partnership.association_id, partnership.themes) == (proposal.association_id, proposal.themes)
    assert (partnership.state, partnership.agreed_at, partnership.fictional) == ("agreed", NOW, True)


def test_it_starts_and_is_closed_with_its_outcome():
    """One version a move."""
    active = moved_partnership(agreed(), wish("start"), COMPANY)
    closed = moved_partnership(active, wish("close", " six ateliers "), COMPANY)

    assert (active.state, active.outcome, active.version) == ("active", "", 2)
    assert (closed.state, closed.outcome, closed.version) == ("closed", "six ateliers", 3)


def test_no_partnership_is_closed_without_an_outcome():
    """Spaces are none."""
    with pytest.raises(Invalid) as refused:
        moved_partnership(agreed(), wish("close", "  "), COMPANY)

    assert refused.value.fields[0].field == "reason"


def test_a_closed_partnership_stays_closed():
    """The error says which actions are left: none."""
    closed = moved_partnership(agreed(), wish("close", "fini"), COMPANY)

    with pytest.raises(TransitionRefused) as refused:
        moved_partnership(closed, wish("start"), COMPANY)

    assert refused.value.problem.facts["allowed_actions"] == ()


def test_it_is_shown_with_what_the_caller_may_do():
    """Either party may start or close it."""
    assert shown_to(agreed(), COMPANY).allowed_actions == ("start", "close")
