"""What a reader is told about input that does not fit."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta

from contracts.errors import Invalid
from contracts.message import Input, Instant
from contracts.vocabulary import VisitFormat
from services.gateway.bodies import BodyUnreadable, read_body
from services.gateway.input_words import field_error, words_for


class Part(Input, frozen=True, kw_only=True):
    """A part of a form."""

    size: Annotated[int, Meta(ge=1, le=9)]


class Form(Input, frozen=True, kw_only=True):
    """One field of every sort."""

    name: Annotated[str, Meta(min_length=1, max_length=5)] = "a"
    mail: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+$")] = "a@b"
    web: Annotated[str, Meta(pattern=r"^(https?://\S+)?$")] = ""
    code: Annotated[str, Meta(pattern=r"^[A-N]$")] = "A"
    ratio: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    at: Instant | None = None
    day: date | None = None
    thing: UUID | None = None
    how: VisitFormat | None = None
    hows: Annotated[tuple[VisitFormat, ...], Meta(min_length=1, max_length=2)] = (VisitFormat.ON_SITE,)
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    yes: bool = True


@pytest.mark.parametrize(
    ("body", "field", "english", "french"),
    [
        ({"nmae": "b"}, "nmae", "check its spelling", "orthographe"),
        ({"part": {}}, "part.size", "required", "obligatoire"),
        ({"part": {"size": 0}}, "part.size", "at least 1", "au moins 1"),
        ({"parts": [{"size": 1}, {"size": 12}]}, "parts[1].size", "at most 9", "au plus 9"),
        ({"parts": [{"size": 1, "colour": 2}]}, "parts[0].colour", "check its spelling", "orthographe"),
        ({"ratio": 0}, "ratio", "more than 0", "plus de 0"),
        ({"ratio": 1}, "ratio", "less than 1", "moins de 1"),
        ({"name": ""}, "name", "at least 1 character.", "au moins 1 caractère."),
        ({"name": "abcdefg"}, "name", "at most 5 characters", "au plus 5 caractères"),
        ({"hows": []}, "hows", "at least 1 entry", "au moins 1 élément"),
        ({"hows": ["remote"] * 3}, "hows", "at most 2 entries", "au plus 2 éléments"),
        ({"hows": ["remote", "moon"]}, "hows[1]", "on_site, in_class, remote", "on_site, in_class, remote"),
        ({"how": "moon"}, "how", "Choose among on_site", "Choisissez parmi on_site"),
        ({"mail": "b"}, "mail", "marie@exemple.fr", "marie@exemple.fr"),
        ({"web": "b"}, "web", "https://exemple.fr", "https://exemple.fr"),
        ({"code": "z"}, "code", "form", "forme"),
        ({"at": "2027-01-01T10:00:00"}, "at", "with its zone", "avec son fuseau"),
        ({"at": "noon"}, "at", "Write the time", "Écrivez l'instant"),
        ({"day": "01/02/2027"}, "day", "2027-03-15", "2027-03-15"),
        ({"thing": "x"}, "thing", "UUID", "UUID"),
        ({"yes": 1}, "yes", "true or false", "true ou false"),
        ({"part": 3}, "part", "an object or null", "un objet ou null"),
        ({"parts": None}, "parts", "a list", "une liste"),
        ([], "body", "an object", "un objet"),
    ],
)
def test_the_field_and_the_remedy_are_named(body, field, english, french):
    """One field, by its path, with a sentence in each language."""
    with pytest.raises(Invalid) as refused:
        read_body(msgspec.json.encode(body), Form)

    (error,) = refused.value.fields
    assert error.field == field
    assert english in error.message.en
    assert french in error.message.fr


@pytest.mark.parametrize(
    ("body", "english"),
    [
        (b"{", "ends too early"),
        (b'{"name": "a"', "ends too early"),
        (b'{"unknown": 1, ]', "byte"),
        (b'{"name": "\xff"}', "UTF-8"),
    ],
)
def test_what_is_no_json_is_not_called_a_wrong_field(body, english):
    """Even where a wrong field stands before the place at which the text breaks."""
    with pytest.raises(BodyUnreadable) as refused:
        read_body(body, Form)

    assert english in refused.value.problem.detail.en
    assert refused.value.problem.detail.fr != refused.value.problem.detail.en


def test_a_message_that_is_not_known_is_told_as_it_is():
    """A later msgspec may say something new: better its words than none."""
    assert words_for("Something new").en == "Something new."
    assert field_error(datetime, "Something new").field == "body"


def test_a_body_that_fits_comes_through_strictly():
    """The struct itself, decoded once."""
    assert read_body(b'{"name": "abc", "part": {"size": 3}}', Form) == Form(name="abc", part=Part(size=3))
