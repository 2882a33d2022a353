"""Says what an import did: a line of counts, the first rows refused, and all that were not loaded in a file."""

import csv
from pathlib import Path

from rich.table import Table as RichTable

from deploy.commands.speaking import console, tell
from deploy.imports.sending import Outcome
from deploy.imports.table import FileRefused

SHOWN = 20


def show(path: Path, outcome: Outcome, report: Path | None) -> None:
    """Print what became of a file's rows."""
    tell(f"{path}: read as {outcome.layout}.")
    tell(
        f"{outcome.created} created, {outcome.changed} changed, {outcome.unchanged} unchanged, "
        f"{len(outcome.left_out)} left out, {len(outcome.refused)} refused."
    )
    for reason, count in counted(outcome):
        tell(f"  left out {count}: {reason}")
    if outcome.refused:
        console.print(refusals(outcome))
    hidden = len(outcome.refused) - SHOWN
    if hidden > 0 and report is None:
        tell(f"{hidden} more refused rows: name a file with --report to have them all.")
    if report is not None:
        tell(f"All rows that were not loaded are in {report}.")


def counted(outcome: Outcome) -> list[tuple[str, int]]:
    """How many rows were left out for each reason, most first."""
    reasons = [remark.reason for remark in outcome.left_out]
    return sorted(((reason, reasons.count(reason)) for reason in set(reasons)), key=lambda pair: (-pair[1], pair[0]))


def refusals(outcome: Outcome) -> RichTable:
    """The first refused rows with their line and reason."""
    table = RichTable(box=None, pad_edge=False)
    table.add_column("line", justify="right")
    table.add_column("refused because", overflow="fold")
    for remark in outcome.refused[:SHOWN]:
        table.add_row(str(remark.line), remark.reason)
    return table


def check_writable(path: Path) -> None:
    """Refuse a report that could not be written, before anything is loaded."""
    try:
        path.open("a").close()
    except OSError as error:
        raise FileRefused(f"The report {path} cannot be written: {error.strerror}.") from error


def write(path: Path, outcome: Outcome) -> None:
    """Write every row that was not loaded: line, outcome, reason."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "outcome", "reason"))
        writer.writerows(
            (remark.line, "refused" if remark.refused else "left out", remark.reason) for remark in outcome.remarks
        )
