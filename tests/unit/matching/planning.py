"""Plans of small facts, as explanations are made from."""

from collections.abc import Iterable

from contracts.matchmaker.policies import Weights
from services.matchmaker.matching.inputs import Mediation, Opening, Standing, Wish
from services.matchmaker.matching.visits import VisitPlan, match_visits
from tests.unit.matching.facts import TODAY


def planned(
    wish_list: Iterable[Wish],
    opening_list: Iterable[Opening],
    mediation_list: Iterable[Mediation] = (),
    standing_list: Iterable[Standing] = (),
) -> VisitPlan:
    """The plan under the default weights."""
    return match_visits(wish_list, opening_list, mediation_list, standing_list, Weights(), TODAY)
