"""What a search has found so far: its choices, the prices that prove a bound, and the best of both in the end."""

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Ints, runs_of
from services.matchmaker.matching.problem import Solution
from services.matchmaker.matching.solving.duals import Duals, bound_at, no_prices
from services.matchmaker.matching.solving.network import Network
from services.matchmaker.matching.solving.pricing import prices_of
from services.matchmaker.matching.solving.relaxation import Choice
from services.matchmaker.matching.solving.residual import Residual


class Found(msgspec.Struct, frozen=True, eq=False):
    """One choice: its pairs, ascending, their mediators, its value in steps, and how many of each cell it serves."""

    pairs: Ints
    mediator: Ints
    value: int
    served: Ints


class Record:
    """What was found of one problem. `limited` says that a search was given up before all was looked at."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._found: list[Found] = []
        # Prices that prove a bound, and the choice that they are of where it is one flow.
        self._proofs: list[tuple[Duals, Choice | None]] = []
        # A bound that a search to the end proved, where there was one, of choices that miss no more of their floors.
        self._bound = np.inf
        self._missing = 0
        self.limited = False

    @property
    def last(self) -> Found | None:
        """The choice that was kept last."""
        return self._found[-1] if self._found else None

    @property
    def bound(self) -> float:
        """The bound that a search to the end proved, in steps."""
        return float(self._bound)

    def prove(self, duals: Duals, choice: Choice | None = None) -> None:
        """Take down prices, with the choice that they are of where it is one flow."""
        self._proofs.append((duals, choice))

    def prove_to_the_end(self, bound: float, missing: int) -> None:
        """Take down the bound of a search to the end, of choices that miss no more classes of their floors."""
        self._bound, self._missing = bound, missing

    def last_bound(self, alive: Ints) -> float:
        """Return the bound that the last prices prove of choices that reach as many floors as the last choice."""
        found = self._found[-1]
        return bound_at(self.reached(found), self._proofs[-1][0], alive)

    def keep(self, pairs: Ints, mediator: Ints) -> None:
        """Take down a choice: its pairs, ascending, and their mediators."""
        network = self._network
        first = np.unique(network.pair_class[pairs])
        value = int(network.pair_gain[pairs].sum() + network.class_first_gain[first].sum())
        value += int(network.slot_first_gain[np.unique(network.pair_slot[pairs])].sum())
        value += int(self._link_gains(pairs, mediator).sum())
        cell = network.class_cell[first]
        served = np.bincount(cell[cell >= 0], minlength=network.cell_floor.size)
        self._found.append(Found(pairs, mediator, value, served))

    def _link_gains(self, pairs: Ints, mediator: Ints) -> Ints:
        network = self._network
        rows = np.flatnonzero(mediator >= 0)
        lane = network.pair_lane[pairs[rows]]
        lengths = network.links_of_lane[lane + 1] - network.links_of_lane[lane]
        link = runs_of(network.links_of_lane[lane], lengths)
        right = network.link_mediator[link] == np.repeat(mediator[rows], lengths)
        gains: Ints = network.link_gain[link[right]]
        return gains

    def best(self) -> Found:
        """Return the best choice so far. Floors go first: of two, the one that misses fewer classes of its floors."""
        return min(self._found, key=lambda found: (int(self.missed(found).sum()), -found.value))

    def missed(self, found: Found) -> Ints:
        """Return how many classes of each cell this choice misses of its floor, (G,)."""
        missed: Ints = np.maximum(self._network.cell_floor - found.served, 0)
        return missed

    def reached(self, found: Found) -> Network:
        """Return the problem with the floors that this choice reaches: a bound is of choices that reach as much."""
        network = self._network
        return msgspec.structs.replace(network, cell_floor=np.minimum(network.cell_floor, found.served))

    def solution(self, alive: Ints, rounds: int, step: float) -> Solution:
        """Return the best choice with the lowest bound."""
        network = self._network
        nothing = np.zeros(0, np.int64)
        if not self._found:
            self._found.append(Found(nothing, nothing, 0, np.zeros(network.cell_floor.size, np.int64)))
        best = self.best()
        reached = self.reached(best)
        deficit = self.missed(best)
        proofs = self._proofs or [(no_prices(network), None)]
        bounds = [bound_at(reached, proof, alive) for proof, _ in proofs]
        priced, (proof, choice) = min(zip(bounds, proofs, strict=True), key=lambda pair: pair[0])
        bound = priced
        if deficit.sum() <= self._missing:
            bound = min(bound, self._bound)
        return Solution(
            pairs=best.pairs,
            mediator=best.mediator,
            value=best.value * step,
            bound=max(bound, float(best.value)) * step,
            prices=prices_of(network, proof, step),
            deficit=deficit,
            rounds=rounds,
            limited=self.limited,
            residual=Residual.of(network, choice, step) if choice is not None and not network.packed.any() else None,
            price_slack=max(priced - max(bound, float(best.value)), 0.0) * step,
        )
