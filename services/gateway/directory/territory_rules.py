"""From counts to the figures that are shown: shares, and no count of pupils from which one might be known."""

import msgspec

from contracts.gateway.territories import TerritoryRow

# One to four pupils of a department are people whom somebody knows.
FEWEST_PUPILS_SHOWN = 5


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted in one department."""

    department: str
    class_requests: int
    class_requests_open: int
    classes_served: int
    classes_unmet: int
    under_reached_requests: int
    visits_confirmed: int
    visits_completed: int
    pupils_reached: int
    under_reached_visits: int
    visit_offers_open: int
    slots_open: int
    companies_active: int
    associations_active: int
    schools_active: int


def row_of(counts: Counts, name: str) -> TerritoryRow:
    """The figures of one department."""
    small = 0 < counts.pupils_reached < FEWEST_PUPILS_SHOWN
    visits = counts.visits_confirmed + counts.visits_completed
    return TerritoryRow(
        department=counts.department,
        name=name,
        class_requests=counts.class_requests,
        class_requests_open=counts.class_requests_open,
        classes_served=counts.classes_served,
        classes_unmet=counts.classes_unmet,
        service_rate=share(counts.classes_served, counts.class_requests),
        visits_confirmed=counts.visits_confirmed,
        visits_completed=counts.visits_completed,
        pupils_reached=None if small else counts.pupils_reached,
        small=small,
        under_reached_requests_share=share(counts.under_reached_requests, counts.class_requests),
        under_reached_visits_share=share(counts.under_reached_visits, visits),
        visit_offers_open=counts.visit_offers_open,
        slots_open=counts.slots_open,
        companies_active=counts.companies_active,
        associations_active=counts.associations_active,
        schools_active=counts.schools_active,
    )


def share(part: int, whole: int) -> float | None:
    """Between 0 and 1, to the tenth of a percent; None of nothing."""
    return round(part / whole, 3) if whole else None
