"""A statement holds the conditions that are asked for, and the values of just these."""

from services.gateway.directory.statements import read_statement, write_statement

TEXT = """select id from thing
where kind = :kind
    and size >= :size::int and size < :most
    and (:kind = any(kinds) or true)
    and at < now()::date
limit :limit"""


def test_a_line_without_its_value_is_left_out():
    """All names of a line have to be given; 0 and false are values, None is none."""
    statement, values = write_statement(TEXT, {"kind": "a", "size": 3, "most": None, "limit": 0})

    assert statement.splitlines() == [
        "select id from thing",
        "where kind = $1",
        "    and ($1 = any(kinds) or true)",
        "    and at < now()::date",
        "limit $2",
    ]
    assert values == ["a", 0]


def test_the_same_question_is_the_same_statement():
    """PostgreSQL plans it once; what is asked for is in the values."""
    asked = {"kind": "a", "size": 3, "most": 9, "limit": 0}

    one, other = write_statement(TEXT, asked), write_statement(TEXT, asked | {"kind": "b"})

    assert one[0] is other[0]
    assert other[1] == ["b", 3, 9, 0]


def test_comments_ask_for_nothing():
    """They explain the names, and are not sent."""
    text = read_statement("search_by_date.sql")

    assert "--" not in text
    assert ":level" in text
