"""The pure matcher: facts in, matches with their explanations out; no I/O, no clock, no database.

`visits.match_visits`, `shards.merge`, `board.board.Board` and `partners.partnerships.match_partnerships` are what the
service calls; `solve` is the entry for researchers and tests, on plain arrays (`problem.Problem`), the one name that
this package gives away.
"""

from services.matchmaker.matching.solver import solve

__all__ = ["solve"]
