"""What an agreed proposal becomes, how a partnership moves, and who sees it."""

from uuid import UUID

from msgspec.structs import replace

from contracts.associations.partnerships import MovePartnership, Partnership
from contracts.errors import Invalid
from contracts.machines import PARTNERSHIP
from contracts.matchmaker.proposals import PartnershipProposal


def new_partnership(proposal: PartnershipProposal, partnership_id: UUID) -> Partnership:
    """The partnership that both sides of the proposal said yes to, agreed when the second of them did."""
    return Partnership(
        id=partnership_id,
        fictional=proposal.fictional,
        company_id=proposal.company_id,
        company_name=proposal.company_name,
        association_id=proposal.association_id,
        association_name=proposal.association_name,
        proposal_id=proposal.id,
        themes=proposal.themes,
        state="agreed",
        agreed_at=proposal.changed_at,
    )


def moved_partnership(partnership: Partnership, wanted: MovePartnership, actors: frozenset[str]) -> Partnership:
    """The partnership started, or closed with its outcome; raises Invalid, TransitionRefused."""
    state = PARTNERSHIP.move(partnership.state, wanted.action, actors)
    outcome = wanted.reason.strip()
    if state == "closed" and not outcome:
        raise Invalid.field(
            "reason",
            "Say how the partnership ended: its outcome is kept.",
            "Dites comment le partenariat s'est terminé : son bilan est conservé.",
        )
    return replace(
        partnership,
        state=state,
        outcome=outcome if state == "closed" else partnership.outcome,
        version=partnership.version + 1,
    )


def shown_to(partnership: Partnership, actors: frozenset[str]) -> Partnership:
    """The partnership with what these actors may do."""
    return replace(partnership, allowed_actions=PARTNERSHIP.allowed(partnership.state, actors))
