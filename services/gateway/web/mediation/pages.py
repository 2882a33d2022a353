"""What associations give, and what they agreed with companies: the pages of the area, one module a subject."""

from services.gateway.web.mediation import association, capacities, interventions, partnerships

routes = (
    *association.routes,
    *capacities.routes,
    *interventions.routes,
    *partnerships.routes,
)
