"""Territories of equity and of work: a class's cell, and the shard that its department belongs to."""

from typing import NamedTuple

from contracts.reference.places import DEPARTMENTS
from services.matchmaker.matching.inputs import Wish


class Cell(NamedTuple):
    """A department's under-reached classes, or its others."""

    territory: str
    under_reached: bool


def cell_of(wish: Wish) -> Cell:
    """Return the cell that a class counts in."""
    return Cell(wish.department, bool(wish.under_reached))


def shard_of(department: str) -> str:
    """Return the shard of a department: its academy, as large as a region of old; few journeys cross its border."""
    known = DEPARTMENTS.get(department)
    return known.academy.casefold() if known else department
