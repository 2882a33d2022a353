"""The API's document for people: what `/schema/openapi.json` says, a page a subject and a page a type."""

from functools import lru_cache
from typing import Any

from litestar import Litestar, Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from services.gateway.auth.guard import PUBLIC
from services.gateway.openapi import document_of
from services.gateway.web.page import Page
from services.gateway.web.schema.reading import Subject, read_type, subjects

AnyRequest = Request[Any, Any, Any]


@get("/schema", scope=PUBLIC)
async def show_schema(request: AnyRequest, page: Page) -> Template:
    """What the API is, and all its addresses."""
    document = document_of(request.app)
    paragraphs = [each.replace("\n", " ") for each in document["info"]["description"].strip().split("\n\n")]
    return page("schema/schema.html", paragraphs=paragraphs, subjects=subjects_of(request.app))


@get("/schema/{slug:str}", scope=PUBLIC)
async def show_schema_subject(slug: FromPath[str], request: AnyRequest, page: Page) -> Template:
    """All operations of a subject."""
    found = next((each for each in subjects_of(request.app) if each.slug == slug), None)
    if found is None:
        raise NotFoundException
    return page("schema/subject.html", subject=found)


@get("/schema/types/{name:str}", scope=PUBLIC)
async def show_schema_type(name: FromPath[str], request: AnyRequest, page: Page) -> Template:
    """The fields of a type, or its values."""
    found = read_type(document_of(request.app), name)
    if found is None:
        raise NotFoundException
    return page("schema/type.html", type=found)


@lru_cache(maxsize=1)
def subjects_of(app: Litestar) -> tuple[Subject, ...]:
    """The application's operations by subject; its routes never change."""
    return subjects(document_of(app))


routes = (show_schema, show_schema_subject, show_schema_type)
