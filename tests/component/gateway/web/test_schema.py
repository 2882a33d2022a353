"""The API's document as pages: every operation and every type, from our own server, in both languages."""

import re

import pytest

from services.gateway.openapi import document_of
from services.gateway.web.schema.reading import Kind, kind_of, read_type, subjects


async def test_the_page_leads_to_every_operation(shared_gateway):
    """By subject; each is found where its link leads."""
    http = shared_gateway.http
    document = (await http.get("/schema/openapi.json")).json()

    page = await http.get("/schema")
    links = set(re.findall(r'href="/schema/([a-z-]+)#(\w+)"', page.text))
    written = {slug: (await http.get(f"/schema/{slug}")).text for slug in {slug for slug, _ in links}}

    wanted = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    assert page.status_code == 200
    assert {operation for _, operation in links} == wanted
    assert all(f'id="{operation}"' in written[slug] for slug, operation in links)


async def test_every_type_that_is_linked_has_its_page(shared_gateway):
    """All that operations and other types name."""
    http = shared_gateway.http
    document = (await http.get("/schema/openapi.json")).json()

    pages = {name: await http.get(f"/schema/types/{name}") for name in document["components"]["schemas"]}
    texts = [page.text for page in pages.values()]
    texts += [(await http.get(f"/schema/{subject.slug}")).text for subject in subjects(document)]

    assert {page.status_code for page in pages.values()} == {200}
    assert {name for text in texts for name in re.findall(r'href="/schema/types/([^"]+)"', text)} <= pages.keys()
    assert "obligatoire" in (await http.get("/schema/types/NewBooking", headers={"accept-language": "fr"})).text
    assert "required" in (await http.get("/schema/types/NewBooking", headers={"accept-language": "en"})).text
    assert "<li><code>" in pages["Level"].text


async def test_nothing_is_loaded_from_elsewhere(shared_gateway):
    """The document itself may be linked; scripts, style and pictures are ours."""
    page = await shared_gateway.http.get("/schema")

    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert not re.findall(r'(?:src|srcset)="(?!/static/)', page.text)
    assert not re.findall(r'<link[^>]+href="(?!/static/)', page.text)


@pytest.mark.parametrize("path", ["/schema/no-such-subject", "/schema/types/NoSuchType", "/schema/openapi.json/more"])
async def test_what_the_document_does_not_have_is_not_found(shared_gateway, path):
    """As any other page."""
    assert (await shared_gateway.http.get(path)).status_code == 404


async def test_the_document_is_the_application_s_own(shared_gateway):
    """The page and the JSON say the same."""
    served = (await shared_gateway.http.get("/schema/openapi.json")).json()

    assert served["paths"].keys() == document_of(shared_gateway.app)["paths"].keys()


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"$ref": "#/components/schemas/Theme"}, Kind("", "Theme")),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Theme"}}, Kind("list of", "Theme")),
        ({"oneOf": [{"$ref": "#/components/schemas/Place"}, {"type": "null"}]}, Kind("null or", "Place")),
        ({"oneOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}, Kind("null or uuid")),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, Kind("string or integer")),
        ({"oneOf": [{"type": "string"}]}, Kind("string")),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, Kind("object of integer")),
        ({"type": "object"}, Kind("object")),
        ({"const": "fr"}, Kind("“fr”")),
        ({"enum": ["fr", "en"]}, Kind("fr | en")),
        ({}, Kind("")),
    ],
)
def test_a_kind_is_said_in_words(schema, kind):
    """And leads to the type that it names."""
    assert kind_of(schema) == kind


def test_limits_are_said_as_the_document_has_them():
    """Whole numbers without the decimals that the framework writes."""
    field = {"type": "integer", "minimum": 1.0, "maximum": 200.0, "default": 20}
    document = {"components": {"schemas": {"Some": {"properties": {"pupils": field}, "required": ["pupils"]}}}}

    found = read_type(document, "Some")

    assert found is not None
    assert found.fields[0].limits == "minimum 1, maximum 200, default 20"
    assert found.fields[0].required
    assert read_type(document, "Other") is None
