"""Figures of a department: shares of something, and no few pupils."""

import pytest

from services.gateway.directory.territory_rules import Counts, row_of, share


def counted(**given) -> Counts:
    """What was counted, nothing unless it is given."""
    return Counts(**(dict.fromkeys(Counts.__struct_fields__, 0) | {"department": "31"} | given))


@pytest.mark.parametrize(("pupils", "shown", "small"), [(0, 0, False), (1, None, True), (4, None, True), (5, 5, False)])
def test_one_to_four_pupils_are_not_shown(pupils, shown, small):
    """None are none, and five are many enough."""
    row = row_of(counted(pupils_reached=pupils), "Haute-Garonne")

    assert (row.pupils_reached, row.small) == (shown, small)


def test_shares_are_of_requests_and_of_visits():
    """Each of its own whole."""
    row = row_of(
        counted(
            class_requests=8,
            classes_served=6,
            under_reached_requests=2,
            visits_confirmed=1,
            visits_completed=2,
            under_reached_visits=2,
        ),
        "Haute-Garonne",
    )

    assert (row.name, row.service_rate) == ("Haute-Garonne", 0.75)
    assert (row.under_reached_requests_share, row.under_reached_visits_share) == (0.25, 0.667)


def test_nothing_has_no_share():
    """It is not known, and not nought."""
    assert share(0, 0) is None
    assert share(0, 3) == 0.0
