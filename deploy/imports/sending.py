"""Sends what was read to the service that keeps it, in batches, and counts what became of every row."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from contracts.errors import Kind, PasserelleError, Problem, RequestRefused, Unavailable
from contracts.message import ImportReport
from deploy.imports.layout import Layout, Loadable, Remark, Source, read_items
from deploy.imports.table import Table
from deploy.operator import OPERATOR
from services.bus import Bus

ItemT = TypeVar("ItemT")

# A batch of new schools takes a good second on a small machine.
BATCH_TIMEOUT_S = 30.0
# What says nothing against the rows: the service is away, overrun or broken.
AWAY = frozenset({Kind.UNAVAILABLE, Kind.TOO_MANY, Kind.INTERNAL})


class ImportStopped(Exception):
    """The service went away in the middle; the message says what is loaded and what to do."""


class Outcome(msgspec.Struct, kw_only=True):
    """What became of a file's rows."""

    layout: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    remarks: list[Remark] = []

    @property
    def loaded(self) -> int:
        """Rows that the service now holds as the file says."""
        return self.created + self.changed + self.unchanged

    @property
    def refused(self) -> list[Remark]:
        """The rows that are wrong."""
        return [remark for remark in self.remarks if remark.refused]

    @property
    def left_out(self) -> list[Remark]:
        """The rows that are of no use here."""
        return [remark for remark in self.remarks if not remark.refused]

    def add(self, report: ImportReport, batch: Sequence[Loadable[ItemT]]) -> None:
        """Count a batch that was answered."""
        self.created += report.created
        self.changed += report.changed
        self.unchanged += report.unchanged
        self.remarks += [Remark(batch[refused.row].line, True, refused.reason) for refused in report.refused]


async def load(
    source: Source[ItemT], layout: Layout[ItemT], table: Table, bus: Bus, on_line: Callable[[int], None]
) -> Outcome:
    """Load a file; `on_line` hears how far it has come. Raises ImportStopped, or FileRefused for broken quoting."""
    outcome = Outcome(layout=layout.name)
    batch: list[Loadable[ItemT]] = []
    for read in read_items(source, layout, table):
        if isinstance(read, Remark):
            outcome.remarks.append(read)
            continue
        batch.append(read)
        if len(batch) == source.batch:
            await send(source, batch, bus, outcome)
            on_line(batch[-1].line)
            batch = []
    if batch:
        await send(source, batch, bus, outcome)
    on_line(table.lines)
    outcome.remarks.sort(key=lambda remark: remark.line)
    return outcome


async def send(source: Source[ItemT], batch: Sequence[Loadable[ItemT]], bus: Bus, outcome: Outcome) -> None:
    """Send a batch; one that is refused whole is sent again by halves, so that a bad row never stops the rest."""
    try:
        report = await bus.ask(source.command([each.item for each in batch]), OPERATOR, timeout_s=BATCH_TIMEOUT_S)
    except RequestRefused as refused:
        if refused.problem.kind in AWAY:
            raise stopped(outcome, refused) from refused
        if len(batch) == 1:
            outcome.remarks.append(Remark(batch[0].line, True, reason_of(refused.problem)))
            return
        half = len(batch) // 2
        await send(source, batch[:half], bus, outcome)
        await send(source, batch[half:], bus, outcome)
    except Unavailable as away:
        raise stopped(outcome, away) from away
    else:
        outcome.add(report, batch)


def reason_of(problem: Problem) -> str:
    """A problem as one line: its fields' sentences, or else its own."""
    fields = "; ".join(f"{each.field}: {each.message.en}" for each in problem.fields)
    return fields or problem.detail.en


def stopped(outcome: Outcome, error: PasserelleError) -> ImportStopped:
    """The end of an import whose service went away."""
    return ImportStopped(
        f"{error.problem.detail.en} {outcome.loaded} rows are loaded and stay; run the same command again for the rest."
    )
