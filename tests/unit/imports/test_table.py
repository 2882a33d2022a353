"""Which files can be read at all, and what is said of those that cannot."""

from pathlib import Path

import pytest

from deploy.imports.table import FileRefused, Row, open_table


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    ["A;B\n1;é\n", "\ufeffA;B\n1;é\n", "a,b\r\n1,é\r\n", ' a ; b \n 1 ;"é"\n\n;\n'],
    ids=["semicolons", "byte order mark", "commas and Windows line ends", "spaces, quotes and empty lines"],
)
def test_the_usual_ways_to_write_a_table_are_read_alike(tmp_path: Path, content: str):
    """Delimiter, byte order mark, line ends and capitals of the header do not matter."""
    table = open_table(written(tmp_path, content.encode()))

    assert list(table.rows()) == [Row(2, {"a": "1", "b": "é"}, 2)]


def test_a_row_is_known_by_the_line_it_starts_on(tmp_path: Path):
    """A cell may run over several lines; the rows after it are still found in an editor."""
    table = open_table(written(tmp_path, b'a,b\n"one\ntwo",2\n3,4\n'))

    assert [row.line for row in table.rows()] == [2, 4]


def test_a_row_of_another_length_comes_without_cells(tmp_path: Path):
    """It is for the reader to say so; the rows after it are read."""
    table = open_table(written(tmp_path, b"a,b\n1\n1,2,3\n1,2\n"))

    assert [(row.cells is None, row.found) for row in table.rows()] == [(True, 1), (True, 3), (False, 2)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n1,2\n", "has no header"),
        (b"a,b\n1,2\n\xe9,2\n", "is not UTF-8 (line 3)"),
        (b"a,A\n", "names the column a twice"),
        (b'a,"b\n', "is no CSV from line 1 on"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, sentence: str):
    """One sentence names the file and what is wrong with it."""
    path = written(tmp_path, content)

    with pytest.raises(FileRefused) as refused:
        open_table(path)

    assert str(path) in str(refused.value)
    assert sentence in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path):
    """The sentence says so, and no traceback."""
    with pytest.raises(FileRefused, match=r"nowhere\.csv cannot be read: No such file"):
        open_table(tmp_path / "nowhere.csv")


def test_a_quotation_mark_that_is_never_closed_is_named_by_its_line(tmp_path: Path):
    """What came before it has been read."""
    table = open_table(written(tmp_path, b'a,b\n1,2\n3,"4\n5,6\n'))
    rows = table.rows()

    assert next(rows).line == 2
    with pytest.raises(FileRefused, match="is no CSV from line 3 on"):
        next(rows)
