"""A small problem with packed slots solved to the end, by branch and bound (HiGHS inside OR-Tools).

Prices and dives leave a gap of about one visit, which is nothing in a region and much in a small town. Mediators take
part by their prices, as they do in every other choice of pairs, and by themselves only where there are few pairs. Where
floors cannot all be met, it is first found out how few classes must be missing to them, then the best of such choices.
"""

from datetime import timedelta
from typing import Final

import msgspec
import numpy as np
from ortools.math_opt.python.expressions import fast_sum
from ortools.math_opt.python.model import Model
from ortools.math_opt.python.parameters import SolveParameters, SolverType
from ortools.math_opt.python.result import TerminationReason
from ortools.math_opt.python.solve import solve
from ortools.math_opt.python.variables import LinearSum, LinearTerm, Variable

from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.solving.network import Network
from services.matchmaker.matching.solving.relaxation import Task

# Larger problems are left to prices: there the gap is small against the whole.
MOST_PAIRS: Final = 4_000
# With mediators a problem is several times as hard.
MOST_MEDIATED_PAIRS: Final = 400
_GAP: Final = 1e-5
_HALF: Final = 0.5
_IMPOSSIBLE: Final = frozenset({TerminationReason.INFEASIBLE, TerminationReason.INFEASIBLE_OR_UNBOUNDED})
_UNFINISHED: Final = frozenset({TerminationReason.FEASIBLE, TerminationReason.NO_SOLUTION_FOUND})


class Patience(msgspec.Struct, frozen=True):
    """How long to look: parts of the problem, and seconds, a net for what no limit of parts catches."""

    nodes: int = 2_000
    seconds: float = 20.0


class Exact(msgspec.Struct, frozen=True, eq=False):
    """The pairs chosen, (P,) flags, their mediators, (P,) rows or -1, the bound in steps, and whether the search was
    over before all was looked at: then the best found stands. Nothing `found`: none was come upon so far. The bound is
    of choices to whose floors no more classes are `missing` in all.
    """

    found: bool
    chosen: Bools
    mediator: Ints
    bound: float
    limited: bool
    missing: int = 0


def solve_exactly(network: Network, task: Task, patience: Patience, *, with_mediators: bool = False) -> Exact:
    """Return the best choice that meets the floors as far as can be, near to certain."""
    model = Model()
    short = {int(cell): model.add_variable(lb=0.0, ub=0.0) for cell in np.flatnonzero(task.floor > 0)}
    take = {int(row): model.add_binary_variable() for row in task.alive}
    gain = network.pair_gain if with_mediators else task.gain
    objective: list[LinearTerm] = [float(gain[row]) * variable for row, variable in take.items()]
    objective += _limit_classes(model, network, task, take, short)
    _limit_slots(model, network, task, take)
    mediate = _add_mediators(model, network, take) if with_mediators else {}
    objective += [float(network.link_gain[link]) * variable for (_, link), variable in mediate.items()]
    model.maximize(fast_sum(objective))
    parameters = SolveParameters(
        time_limit=timedelta(seconds=patience.seconds), relative_gap_tolerance=_GAP, node_limit=patience.nodes
    )
    found = solve(model, SolverType.HIGHS, params=parameters)
    missing = 0
    if short and found.termination.reason in _IMPOSSIBLE:
        missing = _allow_missing(model, task, short, parameters)
        model.maximize(fast_sum(objective))
        found = solve(model, SolverType.HIGHS, params=parameters)
    chosen = np.zeros(network.pair_class.size, np.bool_)
    mediator = np.full(network.pair_class.size, -1, np.int64)
    limited = found.termination.reason in _UNFINISHED
    if not found.has_primal_feasible_solution():
        return Exact(False, chosen, mediator, np.inf, limited, missing)
    values = found.variable_values()
    chosen[[row for row, variable in take.items() if values[variable] > _HALF]] = True
    for (row, link), variable in mediate.items():
        if values[variable] > _HALF:
            mediator[row] = network.link_mediator[link]
    return Exact(True, chosen, mediator, found.dual_bound(), limited, missing)


def _allow_missing(model: Model, task: Task, short: dict[int, Variable], parameters: SolveParameters) -> int:
    """Let the model miss as few classes of floors as it must, and return how many these are."""
    for cell, variable in short.items():
        variable.upper_bound = float(task.floor[cell])
    model.minimize(fast_sum(short.values()))
    found = solve(model, SolverType.HIGHS, params=parameters)
    missing = round(found.objective_value()) if found.has_primal_feasible_solution() else int(task.floor.sum())
    model.add_linear_constraint(fast_sum(short.values()) <= missing)
    return missing


def _add_mediators(model: Model, network: Network, take: dict[int, Variable]) -> dict[tuple[int, int], Variable]:
    """Give each mediated pair that is taken one mediator; returns the variables by pair and link."""
    mediate: dict[tuple[int, int], Variable] = {}
    of_day: dict[int, list[Variable]] = {}
    of_mediator: dict[int, list[Variable]] = {}
    for row, variable in take.items():
        lane = int(network.pair_lane[row])
        if not network.lane_mediated[lane]:
            continue
        links = range(int(network.links_of_lane[lane]), int(network.links_of_lane[lane + 1]))
        mine = {link: model.add_binary_variable() for link in links}
        model.add_linear_constraint(fast_sum(mine.values()) == variable)
        for link, each in mine.items():
            mediate[row, link] = each
            of_day.setdefault(int(network.link_day[link]), []).append(each)
            of_mediator.setdefault(int(network.link_mediator[link]), []).append(each)
    for variables in of_day.values():
        model.add_linear_constraint(fast_sum(variables) <= 1)
    for mediator, variables in of_mediator.items():
        model.add_linear_constraint(fast_sum(variables) <= int(network.mediator_visits[mediator]))
    return mediate


def _groups(keys: Ints, rows: Ints) -> list[list[int]]:
    """Return the rows by key, in the order of keys."""
    if not rows.size:
        return []
    order = np.argsort(keys, kind="stable")
    return [part.tolist() for part in np.split(rows[order], np.flatnonzero(np.diff(keys[order])) + 1)]


def _limit_classes(
    model: Model, network: Network, task: Task, take: dict[int, Variable], short: dict[int, Variable]
) -> list[LinearTerm]:
    """Limit visits and days, meet the floors but for what is `short`; returns what first visits gain."""
    rows = task.alive
    gains: list[LinearTerm] = []
    of_cell: dict[int, list[Variable]] = {}
    for group in _groups(network.pair_class[rows], rows):
        c = int(network.pair_class[group[0]])
        visits = fast_sum(take[row] for row in group)
        model.add_linear_constraint(visits <= int(task.visits[c]))
        served = model.add_variable(lb=0.0, ub=1.0)
        model.add_linear_constraint(served <= visits)
        gains.append(float(task.first_gain[c]) * served)
        of_cell.setdefault(int(network.class_cell[c]), []).append(served)
    for cell, missing in short.items():
        model.add_linear_constraint(fast_sum(of_cell.get(cell, [])) + missing >= int(task.floor[cell]))
    dated = rows[network.pair_day[rows] >= 0]
    for group in _groups(network.pair_day[dated], dated):
        if len(group) > 1:
            model.add_linear_constraint(fast_sum(take[row] for row in group) <= 1)
    return gains


def _limit_slots(model: Model, network: Network, task: Task, take: dict[int, Variable]) -> None:
    for group in _groups(network.pair_slot[task.alive], task.alive):
        s = int(network.pair_slot[group[0]])
        model.add_linear_constraint(_places(network, take, group) <= int(task.places[s]))
        general = [row for row in group if not network.pair_privileged[row]]
        if task.open_places[s] < task.places[s] and general:
            model.add_linear_constraint(_places(network, take, general) <= int(task.open_places[s]))


def _places(network: Network, take: dict[int, Variable], rows: list[int]) -> LinearSum:
    return fast_sum(int(network.pair_places[row]) * take[row] for row in rows)
