"""Words for what a choice costs or is worth to all visits together, French and English."""

from contracts.errors import Wording
from contracts.matchmaker.explanations import UnderReachedReason
from services.matchmaker.matching.explaining import words


def cost(points: float) -> Wording:
    """Say what proposing a pair would cost all visits together."""
    if not points:
        return Wording(
            "Proposing it instead might cost the other visits nothing.",
            "La proposer à la place ne coûterait peut-être rien aux autres visites.",
        )
    told = tenths(points)
    return Wording(
        f"Proposing it instead would cost all visits together at least {told.en}.",
        f"La proposer à la place coûterait à l'ensemble des visites au moins {told.fr}.",
    )


def equity(points: int, reasons: tuple[UnderReachedReason, ...], territory: str, floor_points: float) -> Wording:
    """Say how much of the score the class has because too few visits reach it, and whether a floor decided."""
    said = [_priority(points, reasons)] if points else []
    if floor_points:
        said.append(_floor(territory, floor_points))
    return Wording(" ".join(one.en for one in said), words.typeset_french(" ".join(one.fr for one in said)))


def _priority(points: int, reasons: tuple[UnderReachedReason, ...]) -> Wording:
    why = words.listed((words.UNDER_REACHED[reason] for reason in reasons), empty=Wording("", ""))
    score = words.points(points)
    return Wording(
        f"Of these, {score.en} because too few visits reach this class ({why.en}).",
        f"Dont {score.fr} parce que trop peu de visites atteignent cette classe ({why.fr}).",
    )


def _floor(territory: str, points: float) -> Wording:
    worth = tenths(points)
    return Wording(
        f"Chosen because territory {territory} was under its floor, for which a class served is worth {worth.en} more.",
        f"Choisie parce que le territoire {territory} était sous son plancher, pour lequel une classe servie vaut"
        f" {worth.fr} de plus.",
    )


def tenths(points: float) -> Wording:
    """Write points with a decimal where there is one."""
    decimals = 0 if points == int(points) else 1
    return Wording(
        f"{words.english_number(points, decimals)}{words.NBSP}point{'' if points == 1 else 's'}",
        f"{words.french_number(points, decimals)}{words.NBSP}point{'' if abs(points) < 2 else 's'}",
    )
