"""What a company does: its offers, slots, job needs, profile and sites."""

from services.gateway.web.offers import companies, job_needs, offer_forms, opening, slots, visit_offers

routes = (
    *visit_offers.routes,
    *offer_forms.routes,
    *slots.routes,
    *opening.routes,
    *job_needs.routes,
    *companies.routes,
)
