"""Equity in figures: how many classes of each territory get a visit, and what a floor asked for."""

import msgspec


class EquityCell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: a department's under-reached classes, or its others.

    `served_before` had a visit or a proposal before the run, `served` have one after it. `floor` is how many the
    policy wants served, `deficit` how many of them could not be. `price` is what one class more served in this cell
    costs elsewhere, in points of score; above 0 the floor decides.
    """

    territory: str
    under_reached: bool
    classes: int
    served_before: int
    served: int
    floor: int = 0
    deficit: int = 0
    price: float = 0.0

    @property
    def rate(self) -> float:
        """The share of the classes that are served."""
        return self.served / self.classes if self.classes else 0.0


class EquityTable(msgspec.Struct, frozen=True, kw_only=True):
    """The cells, by territory; the lowest rate among them and the Gini coefficient of their rates, before and after.

    The Gini coefficient weighs each cell by its classes: 0 where all rates are equal.
    """

    cells: tuple[EquityCell, ...] = ()
    lowest_rate_before: float = 0.0
    lowest_rate: float = 0.0
    gini_before: float = 0.0
    gini: float = 0.0
