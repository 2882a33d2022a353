"""Pairs of a class and a slot, as rows of the tables and how they would meet: what is scored and chosen among."""

import msgspec

from services.matchmaker.matching.arrays import Bools, Ints


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
