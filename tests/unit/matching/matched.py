"""One match of the whole, from facts."""

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.visits import VisitPlan, match_visits


def matched_facts(facts: VisitFacts, settings: PolicySettings) -> VisitPlan:
    """The plan of these facts."""
    return match_visits(facts, settings)
