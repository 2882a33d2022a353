"""`solve`: the entry for anyone with a plain problem and no server; see `problem.Problem` for shapes and units."""

from typing import overload

from services.matchmaker.matching.assignment.problem import AssignmentProblem, AssignmentSolution
from services.matchmaker.matching.problem import Problem, Solution
from services.matchmaker.matching.solving.effort import Effort
from services.matchmaker.matching.solving.search import solve_choice

# How long a generalized assignment may take, unless the caller says otherwise.
ASSIGNMENT_S = 1.0


@overload
def solve(problem: Problem, effort: Effort | None = None) -> Solution: ...
@overload
def solve(problem: AssignmentProblem, *, time_limit_s: float = ASSIGNMENT_S) -> AssignmentSolution: ...
def solve(
    problem: Problem | AssignmentProblem, effort: Effort | None = None, *, time_limit_s: float = ASSIGNMENT_S
) -> Solution | AssignmentSolution:
    """Return the best choice of pairs, or the best assignment, with a bound on every solution's.

    The same arrays give the same solution; of an assignment, where its optimum is proven in time. Raises
    ProblemMalformed or AssignmentMalformed where the arrays do not fit together, AssignmentInfeasible where no
    assignment serves every task, AssignmentUnfinished where time ended before one was found, FlowUnsolved where the
    solver fails.
    """
    if isinstance(problem, Problem):
        return solve_choice(problem, effort or Effort())
    # Its solver takes a second and 48 MiB to load, which no service needs.
    from services.matchmaker.matching.assignment.solver import solve_assignment

    return solve_assignment(problem, time_limit_s)
