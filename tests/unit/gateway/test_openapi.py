"""The committed OpenAPI document is the application's own."""

import re
from pathlib import Path

import msgspec
import pytest
from openapi_spec_validator import validate

from contracts.caller import Scope
from services.gateway.app import create_app
from services.gateway.openapi import corrected, scopes_of
from services.settings import Settings

COMMITTED = Path(__file__).parents[3] / "contracts" / "openapi.json"


@pytest.fixture(scope="module")
def document():
    """The document as the application serves it."""
    app = create_app(Settings(database_dsn="", nats_url=""))
    return corrected(app.openapi_schema.to_schema(), scopes_of(app))


def operations(document):
    return [(path, method, each) for path, item in document["paths"].items() for method, each in item.items()]


def test_the_committed_document_is_up_to_date(document):
    """`make contracts` was run after the last change of a route."""
    served = msgspec.json.decode(msgspec.json.encode(document))

    assert msgspec.json.decode(COMMITTED.read_bytes()) == served


def test_every_operation_says_its_scope_and_its_refusals(document):
    """A reader sees which key a route needs and what may come back."""
    for path, method, operation in operations(document):
        if path.startswith(("/health", "/v1/calendars/")):
            assert operation["security"] == [], (path, method)
            continue
        assert operation["x-scope"] in {*Scope, "any key"}, (path, method)
        assert operation["responses"].keys() >= {"401", "403", "404", "422", "503"}, (path, method)
        assert ("requestBody" in operation) == ("413" in operation["responses"]), (path, method)
        assert operation["description"], (path, method)


def test_every_reference_leads_somewhere(document):
    """No schema is named that is not there."""
    text = msgspec.json.encode(document).decode()

    for reference in set(re.findall(r'"#/components/(schemas|responses)/([^"]+)"', text)):
        assert reference[1] in document["components"][reference[0]], reference


def test_inputs_are_closed(document):
    """Unknown fields are refused, and the document says so."""
    bodies = {
        media["schema"]["$ref"].rpartition("/")[2]
        for _, _, operation in operations(document)
        for media in operation.get("requestBody", {}).get("content", {}).values()
    }

    assert "NewBooking" in bodies
    for name in bodies:
        assert document["components"]["schemas"][name]["additionalProperties"] is False, name


def test_the_promised_addresses_are_there(document):
    """The names that the product promises."""
    promised = {
        "/v1/companies",
        "/v1/companies/{company_id}/sites",
        "/v1/companies/{company_id}/job-needs",
        "/v1/companies/{company_id}/visit-offers",
        "/v1/visit-offers/{visit_offer_id}/slots",
        "/v1/visit-offers/{visit_offer_id}/slots/batch",
        "/v1/visit-offers/{visit_offer_id}/slots/recurring",
        "/v1/visit-offers/{visit_offer_id}/still-valid",
        "/v1/slots/{slot_id}/bookings",
        "/v1/slots/{slot_id}/check",
        "/v1/slots/{slot_id}/waiting-list",
        "/v1/bookings/{booking_id}",
        "/v1/bookings/{booking_id}/{action}",
        "/v1/bookings/{booking_id}/checklist",
        "/v1/bookings/{booking_id}/reschedule",
        "/v1/bookings/{booking_id}/complete",
        "/v1/bookings/{booking_id}/no-show",
        "/v1/interventions/{intervention_id}/{action}",
        "/v1/associations",
        "/v1/associations/{association_id}/capacities",
        "/v1/schools",
        "/v1/schools/{uai}/class-requests",
        "/v1/partnership-proposals",
        "/v1/visit-proposals",
        "/v1/visit-proposals/{proposal_id}/{action}",
        "/v1/visits",
        "/v1/map/actors",
        "/v1/match-runs",
    }

    assert promised <= document["paths"].keys()


def test_the_document_is_valid_openapi():
    """By the standard's own schema, defaults included."""
    validate(msgspec.json.decode(COMMITTED.read_bytes()))


def test_versions_are_told_where_they_are(document):
    """One thing comes with its ETag; changing it needs If-Match, and may be 412 or 428; a list has neither."""
    paths = document["paths"]
    read, listed = paths["/v1/slots/{slot_id}"]["get"], paths["/v1/bookings"]["get"]
    changed, made = paths["/v1/slots/{slot_id}"]["patch"], paths["/v1/slots/{slot_id}/bookings"]["post"]

    def headers(operation):
        return {each["name"]: each["required"] for each in operation["parameters"] if each["in"] == "header"}

    assert "ETag" in read["responses"]["200"]["headers"]
    assert "304" in read["responses"]
    assert "ETag" not in listed["responses"]["200"].get("headers", {})
    assert headers(changed)["If-Match"] is True
    assert changed["responses"].keys() >= {"412", "428"}
    assert headers(made) == {"Idempotency-Key": False}
    assert not {"412", "428"} & made["responses"].keys()


def test_a_list_is_a_list_of_one_thing(document):
    """No array of our structs lets anything through."""
    weekdays = document["components"]["schemas"]["ClassRequest"]["properties"]["weekdays"]

    assert weekdays["items"] == {"$ref": "#/components/schemas/Weekday"}
