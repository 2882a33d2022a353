"""`solve_choice`: the best choice of pairs, with a bound that proves how good it is; see `problem.Problem`.

Where every pair takes one place and mediators are plenty, one flow is the optimum. Packed slots (pooled places, classes
that take two groups) are priced by an ascent, fixed by a dive, and everything else is the exact flow beside them.
Mediators are named to the chosen pairs; where that costs something, their prices enter the choice. The bound is the
lowest that any of the prices on the way proved.
"""

from typing import Final

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.problem import Prices, Problem, Solution
from services.matchmaker.matching.solving.ascent import Climb, climb
from services.matchmaker.matching.solving.averages import average_places, average_taken
from services.matchmaker.matching.solving.checking import checked
from services.matchmaker.matching.solving.diving import Fixed, dive
from services.matchmaker.matching.solving.duals import Duals, bound_at, gains_at, no_prices
from services.matchmaker.matching.solving.effort import Effort
from services.matchmaker.matching.solving.exact import Exact, solve_exactly
from services.matchmaker.matching.solving.mending import Mender
from services.matchmaker.matching.solving.naming import name_mediators
from services.matchmaker.matching.solving.network import Network
from services.matchmaker.matching.solving.pricing import duals_of
from services.matchmaker.matching.solving.record import Found, Record
from services.matchmaker.matching.solving.relaxation import Choice, Task, choose

# How often mediators' prices are renewed before what is missed is given up, and pairs without a mediator are dropped.
_NAMINGS: Final = 5
# Where slots are packed, or pairs many, fewer prices of mediators have to do.
_PACKED_NAMINGS: Final = 3
_NAMINGS_OF_MANY: Final = 4
# How often a very large problem is chosen around pairs without a mediator.
_ATTEMPTS_OF_MANY: Final = 2
# A choice that loses less than this share of its value to mediators is not made again.
_ENOUGH: Final = 4e-4
# In a problem of very many pairs an ascent and a dive take no more steps than these.
_CLIMB_OF_MANY: Final = 300
_DIVE_OF_MANY: Final = 40
# A choice this close to the bound is not mended any more.
_CLOSE: Final = 5e-4
# The bound is thought to be this much too high when an ascent begins.
_EXCESS: Final = 0.003
# And that much where it begins from prices that were known.
_KNOWN_EXCESS: Final = 0.001


def solve_choice(problem: Problem, effort: Effort | None = None, start: Prices | None = None) -> Solution:
    """Return the best choice of pairs; the same arrays give the same. Raises ProblemMalformed, FlowUnsolved.

    Good prices to `start` from, as of the parts of a problem, spare most of the search for them.
    """
    network = checked(problem)
    known = None if start is None else duals_of(network, start, problem.step)
    return _Search(network, effort or Effort(), known).run(problem.step)


class _Search:
    """One problem's search: what was found so far, and the lowest bound."""

    def __init__(self, network: Network, effort: Effort, known: Duals | None = None) -> None:
        self._network = network
        self._effort = effort
        self._known = known
        self._rounds = 0
        self._record = Record(network)

    def run(self, step: float) -> Solution:
        """Return the best of what is found."""
        network = self._network
        alive = np.flatnonzero(network.pair_alive)
        duals = no_prices(network)
        if alive.size:
            choice = self._priced(alive, duals)
            if self._may_be_exact(alive):
                self._to_the_end(alive, choice)
            elif network.packed.any():
                self._pack(alive, choice)
            else:
                self._complete(choice, np.zeros(network.pair_class.size, np.bool_), self._task(alive, choice.duals))
        return self._record.solution(alive, self._rounds, step)

    def _may_be_exact(self, alive: Ints) -> bool:
        """Say whether the problem is so small that its mediators can be part of one exact search, and needs one."""
        network = self._network
        needs_one = network.packed.any() or (self._record.last is not None and self._may_be_bettered(alive))
        return bool(self._effort.climb and alive.size <= self._effort.exact_mediated_pairs and needs_one)

    def _may_be_bettered(self, alive: Ints) -> bool:
        """Say whether mediators may serve classes that the last choice misses, or bring more than a little."""
        last = self._record.last
        return last is None or bool(self._record.missed(last).any()) or not self._gap_is_small(last, alive)

    def _to_the_end(self, alive: Ints, choice: Choice) -> None:
        exact = self._exactly(self._task(alive, choice.duals), with_mediators=True)
        if exact.found:
            self._record.prove_to_the_end(exact.bound, exact.missing)
            pairs = np.flatnonzero(exact.chosen)
            self._record.keep(pairs, exact.mediator[pairs])
        if not exact.found or self._stopped_early():
            self._pack(alive, choice)

    def _exactly(self, task: Task, *, with_mediators: bool = False) -> Exact:
        exact = solve_exactly(self._network, task, self._effort.patience, with_mediators=with_mediators)
        self._record.limited = self._record.limited or exact.limited
        return exact

    def _stopped_early(self) -> bool:
        """Say whether a search that was given up is so far from its bound that prices may do better."""
        record = self._record
        return record.limited and record.bound - record.best().value > _CLOSE * abs(record.bound)

    def _task(self, alive: Ints, duals: Duals) -> Task:
        network = self._network
        return Task(
            alive=alive,
            gain=np.rint(gains_at(network, duals)).astype(np.int64),
            visits=network.class_visits,
            first_gain=network.class_first_gain,
            floor=network.cell_floor,
            served=np.zeros(network.class_visits.size, np.bool_),
            places=network.slot_places,
            open_places=network.slot_open_places,
        )

    def _choose(self, task: Task, before: Duals) -> Choice:
        self._rounds += 1
        return choose(self._network, task, before)

    def _priced(self, alive: Ints, duals: Duals) -> Choice:
        """Return the first choice, made again at mediators' prices until these cost next to nothing.

        Packed slots take part as if each of their pairs took what such pairs take on average.
        """
        network = self._network
        places, open_places = average_places(network, alive)
        task = msgspec.structs.replace(self._task(alive, duals), places=places, open_places=open_places)
        choice = self._choose(task, duals)
        more = np.zeros(network.pair_class.size, np.int64)
        if network.packed.any():
            # What a pair takes more or less than the average, it pays or saves.
            average = average_taken(network, alive)
            place, slot = choice.duals.place / average, network.pair_slot
            more = np.rint(place[slot] * (network.pair_places - average[slot]) * network.packed[slot]).astype(np.int64)
            task = msgspec.structs.replace(task, gain=task.gain - more)
            choice = self._choose(task, duals)
        if not network.pair_mediated[alive].any():
            self._record.prove(choice.duals, choice)
            return choice
        most = _NAMINGS_OF_MANY if alive.size > self._effort.many else _NAMINGS
        for number in range(1, _PACKED_NAMINGS if network.packed.any() else most):
            self._record.prove(choice.duals, choice)
            pairs = np.flatnonzero(choice.chosen)
            naming = name_mediators(network, pairs, network.pair_gain[pairs].astype(np.float64), choice.duals)
            kept = ~np.isin(pairs, naming.missed)
            if not network.packed.any():
                self._record.keep(pairs[kept], naming.mediator[kept])
                if self._gap_is_small(self._record.last, alive):
                    break
            priced = _between(choice.duals, naming.duals, 1 / number)
            gain = np.rint(gains_at(network, priced)).astype(np.int64) - more
            task = msgspec.structs.replace(task, gain=gain)
            choice = self._choose(task, priced)
        self._record.prove(choice.duals, choice)
        return choice

    def _gap_is_small(self, last: Found | None, alive: Ints) -> bool:
        if last is None:
            return False
        bound = self._record.last_bound(alive)
        return bound - last.value <= _ENOUGH * abs(bound)

    def _pack(self, alive: Ints, choice: Choice) -> None:
        """Choose where slots are packed: to the end where the problem is small, else by prices and dives."""
        network = self._network
        task = self._task(alive, choice.duals)
        if not self._effort.climb:
            liked = Climb.of_chosen(choice.chosen, choice.duals)
            self._beside(dive(network, task, liked, choice.chosen, 0), choice.duals)
            return
        if network.packed.any() and alive.size <= self._effort.exact_pairs and not self._record.limited:
            exact = self._exactly(_rounded_up(network, task, choice.duals))
            if exact.found:
                self._record.prove_to_the_end(exact.bound + _paid(network, choice.duals), exact.missing)
                nothing_else = msgspec.structs.replace(task, alive=np.zeros(0, np.int64))
                self._complete(None, exact.chosen, nothing_else, choice.duals)
            if exact.found and not self._stopped_early():
                return
        self._price_and_dive(task, choice)

    def _price_and_dive(self, task: Task, choice: Choice) -> None:
        """Price the packed slots, fix their sets, and mend what prices say was fixed badly."""
        network, effort = self._network, self._effort
        if task.alive.size > self._effort.many:
            effort = Effort(min(effort.climb, _CLIMB_OF_MANY), min(effort.dive, _DIVE_OF_MANY), 0)
        start, excess = self._start(task, choice)
        paid = _paid(network, start)
        task = msgspec.structs.replace(task, gain=np.rint(gains_at(network, start)).astype(np.int64))
        climbed = climb(network, task, start, choice.chosen, effort.climb, excess, paid)
        self._record.prove(climbed.duals)
        self._beside(dive(network, task, climbed, choice.chosen, effort.dive), climbed.duals)
        mender = Mender(network, task, climbed)
        for _ in range(effort.mend):
            best = self._record.best()
            bound = bound_at(self._record.reached(best), climbed.duals, task.alive)
            if bound - best.value <= _CLOSE * abs(bound):
                break
            self._beside(mender.again(best.pairs), climbed.duals)

    def _start(self, task: Task, choice: Choice) -> tuple[Duals, float]:
        """Return the prices to climb from, the choice's or better ones that are known, and how far off they are."""
        bound = bound_at(self._network, choice.duals, task.alive)
        if self._known is not None:
            better = bound_at(self._network, self._known, task.alive)
            if better < bound:
                return self._known, _KNOWN_EXCESS * abs(better)
        return choice.duals, _EXCESS * abs(bound)

    def _beside(self, fixed: Fixed, duals: Duals) -> None:
        """Choose everything else beside the packed slots' sets."""
        left = fixed.task.alive
        loose = left[~self._network.packed[self._network.pair_slot[left]]]
        self._complete(None, fixed.pairs, msgspec.structs.replace(fixed.task, alive=loose), duals)

    def _complete(self, choice: Choice | None, fixed: Bools, task: Task, duals: Duals | None = None) -> None:
        """Choose everything beside the fixed pairs and name mediators; missed pairs are chosen around, then dropped."""
        network = self._network
        before = duals or (choice.duals if choice else no_prices(network))
        attempts = _NAMINGS if task.alive.size <= self._effort.many else _ATTEMPTS_OF_MANY
        for attempt in range(attempts):
            made = choice if choice is not None else self._choose(task, before)
            choice = None
            pairs = np.flatnonzero(made.chosen | fixed)
            last = attempt == attempts - 1
            worth = network.pair_gain[pairs].astype(np.float64) * (4 if last else 1)
            naming = name_mediators(network, pairs, np.maximum(worth, 1.0), before)
            kept = ~np.isin(pairs, naming.missed)
            self._record.keep(pairs[kept], naming.mediator[kept])
            if not naming.missed.size:
                return
            task = msgspec.structs.replace(task, alive=np.setdiff1d(task.alive, naming.missed))


def _rounded_up(network: Network, task: Task, duals: Duals) -> Task:
    """Return the task with gains that are no whole steps rounded up: what bounds it bounds the true gains too."""
    return msgspec.structs.replace(task, gain=np.ceil(gains_at(network, duals)).astype(np.int64))


def _paid(network: Network, duals: Duals) -> float:
    """Return what all mediators' time is worth at these prices, in steps."""
    return float((duals.mediator * network.mediator_visits).sum() + duals.mediator_day.sum())


def _between(old: Duals, new: Duals, share: float) -> Duals:
    return msgspec.structs.replace(
        old,
        mediator=(1 - share) * old.mediator + share * new.mediator,
        mediator_day=(1 - share) * old.mediator_day + share * new.mediator_day,
    )
