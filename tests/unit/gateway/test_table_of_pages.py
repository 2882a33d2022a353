"""No page is left out of tests/browser/pages.py, where axe, the tour and the benchmark find what to look at."""

import re
import typing

from litestar.response import Template

from services.gateway.web.routes import PAGES as HANDLERS
from tests.browser.pages import PAGES

# Shown only on the way to somewhere: their own stories look at them.
ON_THE_WAY = {"/sign-in/code", "/visit-proposals/{}/booking"}
IN_BRACES = re.compile(r"\{[^}]*\}")


def shape(path: str) -> str:
    """A path without its query, and without the names of what it needs."""
    return IN_BRACES.sub("{}", path.split("?", maxsplit=1)[0])


def shows_a_page(handler) -> bool:
    """Whether it answers a GET with a template, and not only with a file, a stream or a way on."""
    answers = typing.get_type_hints(handler.fn).get("return")
    return "GET" in handler.http_methods and Template in (answers, *typing.get_args(answers))


def test_every_page_is_in_the_table():
    """Whoever adds one adds its line."""
    paths = {path for handler in HANDLERS if shows_a_page(handler) for path in handler.paths}

    missing = {shape(path) for path in paths} - {shape(shown.path) for shown in PAGES} - ON_THE_WAY

    assert missing == set(), "tests/browser/pages.py has no line for these"


def test_no_two_lines_look_alike():
    """Pictures and tests are called after reader and path."""
    names = [shown.name for shown in PAGES]

    assert sorted({name for name in names if names.count(name) > 1}) == []
