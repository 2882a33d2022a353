"""The language of a refusal, and its status."""

import pytest

from contracts.errors import Kind
from services.gateway.problems import STATUS_OF_KIND, language_of


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("fr", "fr"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.2, fr;q=0.7", "fr"),
        ("de, es", "en"),
        ("de, fr;q=0.1", "fr"),
        ("fr;q=0", "en"),
        ("fr;q=x", "en"),
        ("EN-us", "en"),
        ("en, fr", "en"),
    ],
)
def test_the_reader_s_preferred_language_is_used(header, language):
    """French or English by weight, English where neither is asked for."""
    assert language_of(header) == language


def test_every_kind_has_its_status():
    """A new kind of error cannot be forgotten."""
    assert STATUS_OF_KIND.keys() == set(Kind)
    assert all(status >= 400 for status in STATUS_OF_KIND.values())
