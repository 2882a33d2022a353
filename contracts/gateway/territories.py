"""Figures of each department of Occitanie: who asks, who is served, who is reached, what there is. For the Region.

Only encounters that took place count as such: intentions, and visits on which nobody reported, do not.
"""

from datetime import date

import msgspec


class TerritoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One department over a span of days; schools count where they are, visit offers and companies where their site is.

    `class_requests` were made in the span, `class_requests_open` of them are open; `classes_served` of them have a
    confirmed or completed visit. `classes_unmet` are open and have neither a visit, nor one that somebody still has to
    answer, nor a proposal. Visits are those of the span, by the day on which they take place: `visits_confirmed` are
    still to come or to be reported on. `pupils_reached` attended completed visits; None with `small` where they are
    fewer than five. Shares are None where there is nothing to take a share of; a visit is under-reached as its school
    is (rural or in priority education). Slots are those of the span that can be booked, from now on. Active are
    companies with a published visit offer, associations with a published capacity, schools that asked for or booked
    something in the span.
    """

    department: str
    name: str
    class_requests: int = 0
    class_requests_open: int = 0
    classes_served: int = 0
    classes_unmet: int = 0
    service_rate: float | None = None
    visits_confirmed: int = 0
    visits_completed: int = 0
    pupils_reached: int | None = 0
    small: bool = False
    under_reached_requests_share: float | None = None
    under_reached_visits_share: float | None = None
    visit_offers_open: int = 0
    slots_open: int = 0
    companies_active: int = 0
    associations_active: int = 0
    schools_active: int = 0


class Territories(msgspec.Struct, frozen=True, kw_only=True):
    """All thirteen departments, by their codes, and the span: None is open."""

    since: date | None = None
    until: date | None = None
    rows: tuple[TerritoryRow, ...]
