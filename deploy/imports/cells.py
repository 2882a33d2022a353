"""From cells to the contracts' inputs, with reasons that name the column as the file spells it.

Only shapes and check digits are judged here; whether a commune exists or a company is known is for the service to say.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from contracts.identifiers import IdentifierRefused

ItemT = TypeVar("ItemT")
Cells = Mapping[str, str]

YES = frozenset({"1", "yes", "true", "oui", "vrai"})
NO = frozenset({"", "0", "no", "false", "non", "faux"})


class RowRefused(Exception):
    """The row is wrong; the message says which column and what to do."""


class RowLeftOut(Exception):
    """The row is right but of no use here; the message says why."""


def identifier(cells: Cells, column: str, check: Callable[[str], str]) -> str:
    """A cell that a check of `contracts.identifiers` accepts, normalised; empty stays empty."""
    try:
        return check(cells[column]) if cells.get(column) else ""
    except IdentifierRefused as refused:
        raise RowRefused(f"column {column}: {refused}") from refused


def required(cells: Cells, column: str) -> str:
    """A cell that may not be empty."""
    if not (cell := cells.get(column, "")):
        raise RowRefused(f"column {column} is empty")
    return cell


def number(cells: Cells, column: str) -> float | None:
    """A number, with a point or a French comma; None for an empty cell or an absent column."""
    cell = cells.get(column, "")
    if not cell:
        return None
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        raise RowRefused(f"column {column}: '{cell[:40]}' is not a number") from None


def whole_number(cells: Cells, column: str) -> int | None:
    """A whole number; None for an empty cell or an absent column."""
    value = number(cells, column)
    if value is None:
        return None
    if value != value // 1:
        raise RowRefused(f"column {column}: '{cells[column][:40]}' is not a whole number")
    return int(value)


def flag(cells: Cells, column: str) -> bool:
    """Yes or no, in English, French or as 1 and 0; empty and absent mean no."""
    cell = cells.get(column, "").lower()
    if cell not in YES | NO:
        raise RowRefused(f"column {column}: '{cell[:40]}' is neither yes nor no")
    return cell in YES


def words(cells: Cells, column: str) -> tuple[str, ...]:
    """The words of a list such as `robotics|energy`."""
    return tuple(word for part in cells.get(column, "").split("|") if (word := part.strip()))


def made(kind: type[ItemT], fields: Mapping[str, object], columns: Mapping[str, str] | None = None) -> ItemT:
    """An input of the contracts, all its bounds checked; `columns` gives the columns of fields that differ in name."""
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise RowRefused(in_words(str(error), columns or {})) from error


def in_words(complaint: str, columns: Mapping[str, str]) -> str:
    """The library's complaint as a sentence about a column."""
    what, _, path = complaint.partition(" - at ")
    field = re.sub(r"\[.*", "", path.strip("`").removeprefix("$."))
    column = columns.get(field, field.replace(".", "_"))
    for pattern, sentence in COMPLAINTS:
        if found := re.search(pattern, what):
            return f"column {column} {sentence.format(*found.groups())}"
    return f"column {column}: {what}"


COMPLAINTS = (
    (r"length >= 1\b", "is empty"),
    (r"of length <= (\d+)", "is too long: {0} at most"),
    (r"Invalid enum value (.*)", "may not hold {0}: see the list of words in the command's help"),
    (r"`(?:int|float)` >= (\S+)", "must be {0} at least"),
    (r"`(?:int|float)` <= (\S+)", "must be {0} at most"),
    (r"matching regex", "is not written as it should be"),
)
