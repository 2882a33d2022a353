"""How long a coach takes between two places, by the reference's own formula: what searches and matches are held to."""

from contracts.place import Place
from contracts.reference.travel import MOUNTAIN_DEPARTMENTS, coach_minutes_over, straight_km


def coach_minutes(start: Place, end: Place) -> float:
    """Minutes by coach from one place to another."""
    distance_km = straight_km(start.latitude, start.longitude, end.latitude, end.longitude)
    mountain = not MOUNTAIN_DEPARTMENTS.isdisjoint((start.department, end.department))
    return coach_minutes_over(distance_km, mountain=mountain)
