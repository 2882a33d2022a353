"""The generalized assignment problem, solved exactly: every task served once, agents' capacities kept, cost least.

`solver.solve_assignment` is the entry, `problem.AssignmentProblem` what it takes. Nothing here knows of schools
or companies.
"""
