"""`solve`: the entry for anyone with a plain problem and no server; see `problem.Problem` for shapes and units.

Where all classes of a slot suit the same mediators, one flow is the exact optimum. Otherwise the first flow
is a relaxation: its value bounds every solution, and the slots that clash are split into lanes and solved
again until nothing clashes. Then shares that stay unused are moved to other lanes, a few times, and the best
choice is kept. `Solution.gap` says what that may cost.
"""

from typing import Final

import numpy as np

from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.flow import maximum_gain
from services.matchmaker.matching.lanes import Idle, Links, Pairing, Shares, idle_lanes, pair_mediators, share_out
from services.matchmaker.matching.problem import Network, Problem, Solution, checked
from services.matchmaker.matching.stations import build_stations

# How often unused shares are moved: the first time gains most, and each costs a flow.
_MOVES: Final = 4


def solve(problem: Problem) -> Solution:
    """Return the best choice of pairs, with its value and a bound on every solution's.

    The same arrays give the same solution. Raises ProblemMalformed where the arrays do not fit together,
    FlowUnsolved where the solver ends without an optimum.
    """
    network = checked(problem)
    if not network.pair_class.size:
        nothing = np.zeros(0, np.int64)
        return Solution(pairs=nothing, mediator=nothing, value=0.0, bound=0.0, rounds=0)
    search = _Search(network)
    best = last = search.settle({})
    idle: Idle = {}
    for _ in range(_MOVES):
        for slot, lanes in idle_lanes(network, last.pairs, search.shares).items():
            idle.setdefault(slot, set()).update(lanes)
        moved = share_out(network, best.pairs, sorted(search.shares), idle)
        if not any(idle_lanes(network, best.pairs, moved).values()):
            break
        last = search.settle(moved)
        best = max(best, last, key=search.gain)
    return Solution(
        pairs=best.pairs,
        mediator=best.mediator,
        value=search.gain(best) * problem.step,
        bound=search.bound * problem.step,
        rounds=search.rounds,
    )


class _Search:
    """The flows solved for one problem: how many, the bound that the first one gave, and the shares in use."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._links = Links(network)
        self.rounds = 0
        self.bound = 0
        self.shares: Shares = {}

    def settle(self, shares: Shares) -> Pairing:
        """Solve, splitting the slots that clash, until nothing clashes: each round splits one slot more at least."""
        self.shares = dict(shares)
        while True:
            stations = build_stations(self._network, self.shares)
            flow = maximum_gain(self._network, stations)
            if not self.rounds:
                self.bound = flow.gain
            self.rounds += 1
            pairing = pair_mediators(self._network, stations, flow, self._links)
            if not pairing.clashing:
                return pairing
            self.shares |= share_out(self._network, flow.pairs, pairing.clashing, {})

    def gain(self, choice: Pairing) -> int:
        """Return what a choice is worth, in whole steps."""
        network = self._network
        chosen = choice.pairs
        total = int(network.pair_gain[chosen].sum())
        total += int(network.class_first_gain[np.unique(network.pair_class[chosen])].sum())
        total += int(network.slot_first_gain[np.unique(network.pair_slot[chosen])].sum())
        mediated = np.flatnonzero(choice.mediator >= 0)
        lanes: Ints = network.pair_lane[chosen[mediated]]
        gains = (
            self._links.gain(int(lane), int(mediator))
            for lane, mediator in zip(lanes, choice.mediator[mediated], strict=True)
        )
        return total + sum(gain for gain in gains if gain is not None)
