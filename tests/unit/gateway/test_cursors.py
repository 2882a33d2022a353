"""A cursor leads back to the position that it was made from, and anything else is refused."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Invalid
from services.gateway.directory.cursors import decode_cursor, encode_cursor
from services.gateway.directory.store import ListPosition


class Moment(NamedTuple):
    """A position in a list by time."""

    at: datetime
    id: UUID


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), st.uuids())
def test_a_list_position_comes_back(sort_key, item_id):
    """Whatever the name that a list is sorted by."""
    position = ListPosition(sort_key, item_id)

    assert decode_cursor(encode_cursor(position), ListPosition) == position


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_moment_comes_back_to_the_microsecond(at, item_id):
    """Two visits a microsecond apart are told apart."""
    assert decode_cursor(encode_cursor(Moment(at, item_id)), Moment) == Moment(at, item_id)


def test_no_cursor_is_the_first_page():
    """Nothing given, nothing decoded."""
    assert decode_cursor(None, ListPosition) is None


@pytest.mark.parametrize(
    "cursor", ["", "x", "%%%", "é", "W10", "eyJhIjoxfQ", encode_cursor(("a", "not a uuid")), "A" * 5000, "bnVsbA=="]
)
def test_anything_else_is_refused_by_name(cursor):
    """The field is `cursor` and the remedy is told."""
    with pytest.raises(Invalid) as refused:
        decode_cursor(cursor, ListPosition)

    (error,) = refused.value.fields
    assert error.field == "cursor"
    assert "next_cursor" in error.message.en


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text):
    """Any text is a position or a refusal."""
    try:
        position = decode_cursor(text, ListPosition)
    except Invalid:
        return
    assert isinstance(position, ListPosition)
