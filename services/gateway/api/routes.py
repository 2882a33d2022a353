"""All routes of the API, one module a subject."""

from typing import Any

from services.gateway.api import (
    actor_map,
    associations,
    bookings,
    capacities,
    class_requests,
    companies,
    health,
    interventions,
    job_needs,
    keys,
    match_runs,
    partnerships,
    proposals,
    schools,
    sites,
    slots,
    visit_offers,
    visits,
    waiting_lists,
)

ROUTES: list[Any] = [
    *companies.routes,
    *sites.routes,
    *job_needs.routes,
    *visit_offers.routes,
    *slots.routes,
    *bookings.routes,
    *waiting_lists.routes,
    *visits.routes,
    *associations.routes,
    *capacities.routes,
    *interventions.routes,
    *schools.routes,
    *class_requests.routes,
    *proposals.routes,
    *partnerships.routes,
    *match_runs.routes,
    *actor_map.routes,
    *keys.routes,
    *health.routes,
]
