"""The judge of changes is itself on trial: against random types, changed in ways whose verdict is known."""

import enum
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta

from tests.contracts.compatibility import breaches
from tests.contracts.samples import sample_of

NAMES = ("place", "title", "levels", "groups", "state", "price", "reason")
TYPES: tuple[Any, ...] = (int, str, bool, float, date, UUID, int | None, tuple[str, ...])
Fields = dict[str, tuple[Any, ...]]
# How the changed type is reached from the message: by the field's path, and by a type that holds it.
WRAPPERS: dict[str, Callable[[Any], Any]] = {
    "": lambda kind: kind,
    "inner.": lambda kind: msgspec.defstruct("Outer", [("inner", kind)]),
    "inner[].": lambda kind: msgspec.defstruct("Outer", [("inner", tuple[kind, ...])]),
    "inner{}.": lambda kind: msgspec.defstruct("Outer", [("inner", dict[str, kind])]),
    "maybe.inner.": lambda kind: msgspec.defstruct(
        "Outest", [("maybe", msgspec.defstruct("Outer", [("inner", kind)]) | None, None)]
    ),
}


def words(*values: str) -> type[enum.StrEnum]:
    return enum.StrEnum("Word", {value.upper(): value for value in values})


def bounded(lowest: int, highest: int) -> Any:
    return Annotated[int, Meta(ge=lowest, le=highest)]


def struct(fields: Fields, name: str = "Thing", **options: Any) -> type[msgspec.Struct]:
    return msgspec.defstruct(name, [(field, *rest) for field, rest in fields.items()], kw_only=True, **options)


@st.composite
def some_fields(draw: st.DrawFn) -> Fields:
    """Between one and four fields, some of them optional."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    kinds = {name: draw(st.sampled_from(TYPES)) for name in names}
    return {name: (kind, sample_of(kind)) if draw(st.booleans()) else (kind,) for name, kind in kinds.items()}


def verdict(before: Any, after: Any, wrapper: Callable[[Any], Any]) -> list[tuple[str, str]]:
    schemas = msgspec.json.schema(wrapper(before)), msgspec.json.schema(wrapper(after))
    return [(breach.field, breach.reason) for breach in breaches(*schemas)]


any_wrapper = pytest.mark.parametrize("path", WRAPPERS)


@any_wrapper
@settings(deadline=None)
@given(fields=some_fields())
def test_what_stays_the_same_breaks_nothing(path, fields):
    """Another name, order of fields or description is no change."""
    again = struct(dict(reversed(fields.items())), name="Renamed", namespace={"__doc__": "Said anew."})

    assert verdict(struct(fields), again, WRAPPERS[path]) == []


@any_wrapper
@settings(deadline=None)
@given(fields=some_fields(), kind=st.sampled_from(TYPES))
def test_a_new_field_with_a_default_breaks_nothing(path, fields, kind):
    """And indeed the old form is still read."""
    wrap = WRAPPERS[path]
    before, after = struct(fields), struct({**fields, "brand_new": (kind, sample_of(kind))})

    assert verdict(before, after, wrap) == []
    msgspec.json.decode(msgspec.json.encode(sample_of(wrap(before))), type=wrap(after))


@any_wrapper
@settings(deadline=None)
@given(fields=some_fields(), kind=st.sampled_from(TYPES))
def test_a_new_field_without_a_default_is_seen(path, fields, kind):
    """And indeed the old form is no longer read."""
    wrap = WRAPPERS[path]
    before, after = struct(fields), struct({**fields, "brand_new": (kind,)})

    assert verdict(before, after, wrap) == [(f"{path}brand_new", "new field without a default")]
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(sample_of(wrap(before))), type=wrap(after))


@any_wrapper
@settings(deadline=None)
@given(fields=some_fields())
def test_a_removed_field_is_seen(path, fields):
    """Whether or not it had a default."""
    after = struct(fields)

    assert verdict(struct({**fields, "gone": (str,)}), after, WRAPPERS[path]) == [(f"{path}gone", "field removed")]
    assert verdict(struct({**fields, "gone": (int, 3)}), after, WRAPPERS[path]) == [(f"{path}gone", "field removed")]


@any_wrapper
@settings(deadline=None)
@given(fields=some_fields(), kinds=st.lists(st.sampled_from(TYPES), min_size=2, max_size=2, unique_by=repr))
def test_a_changed_type_is_seen(path, fields, kinds):
    """Also one that only became optional: who reads it may not expect null."""
    before, after = (struct({**fields, "changed": (kind,)}) for kind in kinds)

    [(field, reason)] = verdict(before, after, WRAPPERS[path])

    assert field == f"{path}changed"
    assert reason.startswith("type changed from")


@any_wrapper
@settings(deadline=None)
@given(fields=some_fields())
def test_a_field_that_lost_its_default_is_seen(path, fields):
    """The other way round nothing breaks."""
    optional, required = struct({**fields, "kept": (int, 3)}), struct({**fields, "kept": (int,)})

    assert verdict(optional, required, WRAPPERS[path]) == [(f"{path}kept", "no longer optional")]
    assert verdict(required, optional, WRAPPERS[path]) == []


@any_wrapper
@settings(deadline=None)
@given(some=st.lists(st.sampled_from(NAMES), min_size=2, unique=True))
def test_a_removed_enum_value_is_seen(path, some):
    """A new one breaks nothing."""
    fewer, more = struct({"word": (words(*some[1:]),)}), struct({"word": (words(*some),)})

    assert verdict(more, fewer, WRAPPERS[path]) == [(f"{path}word", f"enum value {some[0]!r} removed")]
    assert verdict(fewer, more, WRAPPERS[path]) == []


@any_wrapper
@settings(deadline=None)
@given(
    low=st.integers(0, 9),
    high=st.integers(10, 19),
    tighter=st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(any),
)
def test_a_tighter_bound_is_seen(path, low, high, tighter):
    """A looser one breaks nothing; where there was no bound, any is tighter."""
    free, wide = struct({"count": (int,)}), struct({"count": (bounded(low, high),)})
    narrow = struct({"count": (bounded(low + tighter[0], high - tighter[1]),)})

    assert {field for field, _ in verdict(wide, narrow, WRAPPERS[path])} == {f"{path}count"}
    assert len(verdict(free, wide, WRAPPERS[path])) == 2
    assert verdict(narrow, wide, WRAPPERS[path]) == []
    assert verdict(wide, free, WRAPPERS[path]) == []


def test_a_new_pattern_is_seen():
    """Nobody can tell whether it takes all that the old one took."""
    digits, letters = (
        struct({"code": (Annotated[str, Meta(pattern=pattern)],)}) for pattern in (r"^[0-9]+$", r"^[a-z]+$")
    )

    [(field, reason)] = verdict(digits, letters, WRAPPERS[""])

    assert (field, reason) == ("code", "pattern changed from ^[0-9]+$ to ^[a-z]+$")


def test_refusing_unknown_fields_is_seen():
    """Somebody may send some."""
    fields: Fields = {"title": (str,)}

    assert verdict(struct(fields), struct(fields, forbid_unknown_fields=True), WRAPPERS["inner."]) == [
        ("inner", "unknown fields are no longer accepted")
    ]
    assert verdict(struct(fields, forbid_unknown_fields=True), struct(fields), WRAPPERS[""]) == []


class Tree(msgspec.Struct):
    """A type that holds itself."""

    leaf: int
    branches: tuple["Tree", ...] = ()


def test_a_type_that_holds_itself_comes_to_an_end():
    """Its fields are compared once."""
    schema = msgspec.json.schema(Tree)

    assert breaches(schema, schema) == []
    assert verdict(Tree, struct({"leaf": (int,)}), WRAPPERS[""]) == [("branches", "field removed")]
