"""Plans of small facts, as explanations are made from."""

from collections.abc import Iterable

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.inputs import Mediation, Opening, Standing, VisitFacts, Wish
from services.matchmaker.matching.visits import VisitPlan, match_visits
from tests.unit.matching.facts import TODAY


def planned(
    wish_list: Iterable[Wish],
    opening_list: Iterable[Opening],
    mediation_list: Iterable[Mediation] = (),
    standing_list: Iterable[Standing] = (),
    settings: PolicySettings | None = None,
) -> VisitPlan:
    """The plan under these settings, else those that Passerelle starts with."""
    facts = VisitFacts(
        wishes=tuple(wish_list),
        openings=tuple(opening_list),
        mediations=tuple(mediation_list),
        standing=tuple(standing_list),
        today=TODAY,
    )
    return match_visits(facts, settings or PolicySettings())
