"""Pairs of a class and a slot, as rows of the tables and how they would meet: what is scored and chosen among."""

import msgspec

from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.gates import is_on_site, minutes
from services.matchmaker.matching.tables import Tables


class Pairs(msgspec.Struct, frozen=True, eq=False):
    """P pairs, each column (P,): wish row, opening row, minutes one way by coach, at the site, proposed before."""

    c: Ints
    s: Ints
    minutes: Ints
    on_site: Bools
    stays: Bools

    def take(self, rows: Ints) -> "Pairs":
        """Return these rows, in this order."""
        return Pairs(self.c[rows], self.s[rows], self.minutes[rows], self.on_site[rows], self.stays[rows])


def met(tables: Tables, c: Ints, s: Ints, stays: Bools) -> Pairs:
    """Return the pairs of wish rows `c` and opening rows `s` with how they would meet."""
    journey = minutes(tables, c, s)
    return Pairs(c=c, s=s, minutes=journey, on_site=is_on_site(tables, c, s, journey), stays=stays)
