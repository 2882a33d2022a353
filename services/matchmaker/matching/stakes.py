"""What a choice is worth to all visits together: the cost of forcing a pair, and what a floor of equity was worth."""

from contracts.matchmaker.explanations import Cost
from services.matchmaker.matching.inputs import Wish
from services.matchmaker.matching.visits import VisitPlan


def cost_of(plan: VisitPlan, wish_row: int, slot_row: int) -> Cost | None:
    """Return what all visits lose at least were this pair proposed; None while the plan carries no prices."""
    return None


def floor_points(plan: VisitPlan, wish: Wish) -> float:
    """Return what one more class served in this class's cell is worth under its floor, in points; 0 without floors."""
    return 0.0
