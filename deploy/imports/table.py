"""A CSV file as people have them: UTF-8 with or without BOM, semicolons or commas; read row by row.

Knows nothing of what the columns mean. A file that cannot be read at all is refused before its first row is used.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

# A cell longer than this is a quotation mark that was never closed, not a description.
LONGEST_CELL = 100_000


class FileRefused(Exception):
    """The file cannot be read; the message is one sentence that names it and says what to do."""


class Row(NamedTuple):
    """One row: the line it starts on (the header is line 1) and its cells by column, stripped.

    `cells` is None where the row has another number of cells than the header; `found` says how many.
    """

    line: int
    cells: dict[str, str] | None
    found: int


@dataclass(frozen=True)
class Table:
    """A file whose header has been read. Columns are in lower case, so that spelling them is easy."""

    path: Path
    delimiter: str
    columns: tuple[str, ...]
    lines: int

    def rows(self) -> Iterator[Row]:
        """The rows in order, empty lines left out; raises FileRefused where the quoting breaks."""
        with open_text(self.path) as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            next(reader)
            line = reader.line_num + 1
            while (cells := next_row(reader, self.path, line)) is not None:
                if any(cells):
                    fits = len(cells) == len(self.columns)
                    named = dict(zip(self.columns, (cell.strip() for cell in cells), strict=True)) if fits else None
                    yield Row(line, named, len(cells))
                line = reader.line_num + 1


def open_table(path: Path) -> Table:
    """Read the file's header and check that all of it is text; FileRefused says what is wrong with it."""
    lines = count_lines(path)
    with open_text(path) as file:
        header = file.readline()
    delimiter = max(";,", key=header.count)
    columns = next_row(csv.reader([header], delimiter=delimiter, strict=True), path, 1) or []
    names = tuple(column.strip().lower() for column in columns)
    if not any(names):
        raise FileRefused(f"{path} has no header: its first line must name the columns.")
    if repeated := {name for name in names if names.count(name) > 1}:
        raise FileRefused(f"{path} names the column {min(repeated)} twice: rename or remove one of them.")
    return Table(path, delimiter, names, lines)


def count_lines(path: Path) -> int:
    """How many lines the file has; FileRefused where it is missing, empty or not UTF-8."""
    lines = 0
    try:
        # Every file is decoded to its end first: a wrong encoding found half-way would leave it half loaded.
        with path.open("rb") as file:
            for line in file:
                lines += 1
                line.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 (line {lines}): save it again as CSV with the encoding UTF-8."
        raise FileRefused(message) from error
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror or error}.") from error
    if not lines:
        raise FileRefused(f"{path} is empty.")
    return lines


def open_text(path: Path) -> TextIO:
    """The file as text; a byte order mark is not part of the first column's name."""
    return path.open(encoding="utf-8-sig", newline="")


def next_row(reader: Iterator[list[str]], path: Path, line: int) -> list[str] | None:
    """The next row, or None at the end; FileRefused names the line whose quoting is broken."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        return next(reader, None)
    except csv.Error as error:
        message = f"{path} is no CSV from line {line} on ({error}): check the quotation marks there."
        raise FileRefused(message) from error
