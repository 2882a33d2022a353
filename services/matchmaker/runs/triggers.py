"""What makes the matchmaker think again: a durable timer, so that many changes are one match."""

from services.work import Work

MATCH_VISITS = "match_visits"
MATCH_PARTNERSHIPS = "match_partnerships"
REGION = "occitanie"

# The stages of a match of the whole region (stages.py), each keyed by the run; the first by who asks.
START_RUN = "start_match_run"
TAKE_FACTS = "take_match_facts"
MERGE_RUN = "merge_match_run"
END_RUN = "end_match_run"


def rematch_visits(work: Work) -> None:
    """Have visits matched again as soon as this commits."""
    _set_once(work, MATCH_VISITS)


def rematch_partnerships(work: Work) -> None:
    """Have partnerships matched again as soon as this commits."""
    _set_once(work, MATCH_PARTNERSHIPS)


def rematch_region(work: Work, trigger: str) -> None:
    """Have the whole region matched as things are when this commits: after the run that goes on, where one does."""
    work.set_timer(START_RUN, trigger, work.now)


def _set_once(work: Work, kind: str) -> None:
    # A batch of events is one unit of work: one row tells as much as two hundred.
    if not any(timer[0] == kind for timer in work.timers):
        work.set_timer(kind, REGION, work.now)
