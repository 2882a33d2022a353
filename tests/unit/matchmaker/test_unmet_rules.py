"""Whether the figures of a place are news, and what becomes of them."""

from datetime import timedelta
from itertools import product
from typing import Any

from contracts.matchmaker.unmet_demand import Unanswered, UnmetDemand
from contracts.vocabulary import Level, Theme
from services.matchmaker.unmet.rules import ROWS, commune_id, emptied, news
from tests.unit.matchmaker.given import AUCH, NOW, an_id


def demand(**given: Any) -> UnmetDemand:
    told = {
        "id": an_id(1),
        "place": AUCH,
        "classes": 2,
        "under_reached": 1,
        "rows": (Unanswered(theme=None, level=Level.TROISIEME, classes=2, under_reached=1),),
        "match_run_id": an_id(2),
        "measured_at": NOW,
    }
    return UnmetDemand(**(told | given))


def test_the_first_figures_of_a_place_are_news():
    """Unless nobody asks there."""
    assert news(None, demand()) == demand()
    assert news(None, demand(classes=0, under_reached=0, rows=())) is None


def test_the_same_figures_of_a_later_run_are_no_news():
    """Whatever the run and the hour."""
    later = demand(match_run_id=an_id(3), measured_at=NOW + timedelta(days=1))

    assert news(demand(version=7), later) is None


def test_other_figures_are_the_next_version():
    """With the run that found them."""
    told = demand(classes=3, match_run_id=an_id(3))

    after = news(demand(version=7), told)

    assert after is not None
    assert (after.version, after.classes, after.match_run_id) == (8, 3, an_id(3))


def test_a_place_near_which_all_are_served_is_told_once():
    """And then no more."""
    after = news(demand(), emptied(demand(), an_id(3), NOW))

    assert after is not None
    assert (after.version, after.classes, after.under_reached, after.rows) == (2, 0, 0, ())
    assert news(after, emptied(after, an_id(4), NOW)) is None


def test_no_more_rows_are_told_than_an_answer_carries():
    """Those asked for the most."""
    rows = tuple(
        Unanswered(theme=theme, level=level, classes=1, under_reached=0) for theme, level in product(Theme, Level)
    )

    told = news(None, demand(rows=rows))

    assert told is not None
    assert told.rows == rows[:ROWS]


def test_a_commune_has_the_same_id_at_every_run():
    """And no other commune has it."""
    assert commune_id("32013") == commune_id("32013") != commune_id("32014")
