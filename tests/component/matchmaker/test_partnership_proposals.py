"""Companies and associations are brought together, and only then know each other's contact."""

import pytest

from contracts.associations.capacities import CapacityPublished, CapacityWithdrawn
from contracts.associations.profiles import AssociationRegistered
from contracts.companies.profiles import CompanyRegistered, SiteAdded
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.errors import RequestRefused
from contracts.matchmaker.proposals import (
    AnswerPartnershipProposal,
    DeclineReason,
    ExplainPartnershipProposal,
    GetPartnershipProposal,
    PartnershipProposal,
    PartnershipProposalAgreed,
)
from contracts.vocabulary import Role
from tests.component.matchmaker.given import (
    a_capacity,
    a_company,
    a_site,
    an_association,
    an_id,
    an_offer,
    matched_whole,
)
from tests.unit.matchmaker.given import a_caller

COMPANY = a_caller(Role.COMPANY, an_id(100))
ASSOCIATION = a_caller(Role.ASSOCIATION, an_id(500))
PAIR = (
    CompanyRegistered(company=a_company()),
    SiteAdded(site=a_site()),
    VisitOfferPublished(visit_offer=an_offer()),
)
PARTNER = (
    AssociationRegistered(association=an_association()),
    CapacityPublished(capacity=a_capacity()),
)


async def proposed(matchmaker, state="proposed"):
    """The proposals in that state, once there are any."""
    return await matchmaker.until(
        lambda: matchmaker.documents("partnership_proposal", PartnershipProposal, f"state = '{state}'")
    )


def answer(proposal, action, reason=None):
    return AnswerPartnershipProposal(proposal_id=proposal.id, action=action, reason=reason)


async def test_a_company_and_an_association_that_fit_are_proposed_to_each_other(matchmaker):
    """By themselves, with an explanation, and without anybody's contact."""
    await matchmaker.tell(*PAIR, *PARTNER)

    (proposal,) = await proposed(matchmaker)

    assert proposal.policy_version == 1
    explanation = await matchmaker.ask(ExplainPartnershipProposal(proposal_id=proposal.id), COMPANY)
    assert sum(part.points for part in explanation.parts) == explanation.points
    assert proposal.company_contact is None
    assert proposal.association_contact is None


async def test_contacts_show_once_both_accepted(matchmaker):
    """Not after the first yes."""
    await matchmaker.tell(*PAIR, *PARTNER)
    (proposal,) = await proposed(matchmaker)

    first = await matchmaker.ask(answer(proposal, "accept"), ASSOCIATION)
    second = await matchmaker.ask(answer(proposal, "accept"), COMPANY)

    assert (first.state, first.company_contact) == ("accepted_by_association", None)
    assert (second.state, second.association_contact.name) == ("agreed", "Dominique")
    seen = await matchmaker.ask(GetPartnershipProposal(proposal_id=proposal.id), ASSOCIATION)
    assert seen.company_contact.name == "Camille"
    (agreed,) = await matchmaker.announced(PartnershipProposalAgreed)
    assert agreed.partnership_proposal.company_contact is None


async def test_a_declined_pair_rests(matchmaker):
    """It is not proposed again tomorrow."""
    await matchmaker.tell(*PAIR, *PARTNER)
    (proposal,) = await proposed(matchmaker)

    await matchmaker.ask(answer(proposal, "decline", DeclineReason.NO_CAPACITY), COMPANY)
    run = await matched_whole(matchmaker)

    assert run.partnerships_proposed == 0


async def test_an_open_proposal_is_not_made_twice(matchmaker):
    """One open proposal a pair."""
    await matchmaker.tell(*PAIR, *PARTNER)
    await proposed(matchmaker)

    run = await matched_whole(matchmaker)

    assert run.partnerships_proposed == 0
    assert len(await proposed(matchmaker)) == 1


async def test_a_proposal_is_withdrawn_with_the_last_capacity(matchmaker):
    """There is nothing left to agree upon."""
    await matchmaker.tell(*PAIR, *PARTNER)
    await proposed(matchmaker)

    await matchmaker.tell(CapacityWithdrawn(capacity=a_capacity(version=2, state="withdrawn")))

    (withdrawn,) = await proposed(matchmaker, "withdrawn")
    assert withdrawn.why == "nothing_left_to_offer"


@pytest.mark.parametrize("stranger", [a_caller(Role.COMPANY, an_id(999)), a_caller(Role.TEACHER, "0320001C")])
async def test_nobody_else_sees_or_answers_it(matchmaker, stranger):
    """For others it does not exist."""
    await matchmaker.tell(*PAIR, *PARTNER)
    (proposal,) = await proposed(matchmaker)

    for request in (GetPartnershipProposal(proposal_id=proposal.id), answer(proposal, "accept")):
        with pytest.raises(RequestRefused) as refused:
            await matchmaker.ask(request, stranger)
        assert refused.value.problem.slug == "not-found"
