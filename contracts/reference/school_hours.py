"""When a class can be away: the hours of its school day, within which the coach leaves and is back.

Schools set their own hours; these are the ones that most of Occitanie's keep, so that nobody is asked to bring
children before their day begins or to fetch them after the school bus has left.
"""

from typing import Final, NamedTuple

from contracts.vocabulary import LEVELS_OF_SCHOOL, Level, SchoolKind


class Hours(NamedTuple):
    """The minutes of the day, Europe/Paris, between which a class is at school."""

    begins: int
    ends: int


# Six hours of lessons and the midday break (code de l'éducation, D521-10): the usual 8:30 to 16:30.
PRIMARY: Final = Hours(8 * 60 + 30, 16 * 60 + 30)
# Collèges and lycées open at 8:00; the last lessons end at 18:00, and the coaches that bring pupils home wait for them.
SECONDARY: Final = Hours(8 * 60, 18 * 60)


def hours_of(level: Level) -> Hours:
    """Return the school day of a class of this level."""
    return PRIMARY if level in LEVELS_OF_SCHOOL[SchoolKind.ECOLE] else SECONDARY


def longest_journey(hours: Hours, starts_minute: int, ends_minute: int) -> int:
    """Return the minutes, one way, within which a visit can be reached and left again; negative outside the day."""
    return min(starts_minute - hours.begins, hours.ends - ends_minute)
