"""What an import is made of: which files it knows, how a row is read, which command carries the rows.

The layouts themselves are in schools.py, companies.py and associations.py.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.message import Command, ImportReport
from deploy.imports.cells import Cells, RowLeftOut, RowRefused
from deploy.imports.table import FileRefused, Table

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Layout(Generic[ItemT]):
    """One kind of file, known by the columns that it cannot do without; `read` raises RowRefused or RowLeftOut."""

    name: str
    required: tuple[str, ...]
    read: Callable[[Cells], ItemT]


@dataclass(frozen=True)
class Source(Generic[ItemT]):
    """One import: its layouts, the order in which they are tried, and the command that loads `batch` items.

    `key` says which items are the same thing, so that a file cannot contradict itself.
    """

    name: str
    layouts: tuple[Layout[ItemT], ...]
    key: Callable[[ItemT], str]
    command: Callable[[Sequence[ItemT]], Command[ImportReport]]
    batch: int


@dataclass(frozen=True)
class Loadable(Generic[ItemT]):
    """A row that can be sent."""

    line: int
    item: ItemT


@dataclass(frozen=True)
class Remark:
    """A row that is not loaded: left out because it is of no use here, or refused because it is wrong."""

    line: int
    refused: bool
    reason: str


def recognise(source: Source[ItemT], table: Table) -> Layout[ItemT]:
    """The layout that the file's header fits; FileRefused names the columns missing from the likeliest one."""
    missing = [[column for column in each.required if column.lower() not in table.columns] for each in source.layouts]
    fewest = min(range(len(missing)), key=lambda index: len(missing[index]))
    if missing[fewest]:
        listed = ", ".join(missing[fewest])
        raise FileRefused(
            f"{table.path} lacks the columns {listed} of {source.layouts[fewest].name}: "
            f"see `passerelle import {source.name} --help`."
        )
    return source.layouts[fewest]


def read_items(source: Source[ItemT], layout: Layout[ItemT], table: Table) -> Iterator[Loadable[ItemT] | Remark]:
    """Every row as something to load, or the reason why not; a bad row never stops the rest."""
    first_lines: dict[str, int] = {}
    for row in table.rows():
        if row.cells is None:
            yield Remark(row.line, True, f"{row.found} cells where the header has {len(table.columns)}")
            continue
        try:
            item = layout.read(row.cells)
        except RowRefused as refused:
            yield Remark(row.line, True, str(refused))
        except RowLeftOut as left_out:
            yield Remark(row.line, False, str(left_out))
        else:
            key = source.key(item)
            first = first_lines.setdefault(key, row.line)
            if first == row.line:
                yield Loadable(row.line, item)
            else:
                yield Remark(row.line, True, f"{key} stands already in line {first}")
