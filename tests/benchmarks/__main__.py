"""`make bench [ARGS=main_job]`: measures, prints a table, and writes `build/bench.json`.

Every module listed here has one `async def measure() -> list[Figure]`. A figure short of its goal is
printed as such and the exit status is 1: nothing is rounded away.
"""

import asyncio
import importlib
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tests.benchmarks.figures import Figure

MODULES = ("main_job", "matching", "offer_to_proposal", "bookings", "search", "gap_table", "pages")
RESULT = Path("build/bench.json")


def show(figures: list[Figure], console: Console) -> None:
    """The figures as a table."""
    table = Table(title="Passerelle, measured on this machine", title_justify="left")
    for heading in ("figure", "value", "unit", "goal", ""):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for figure in figures:
        verdict = "" if figure.goal is None else ("reached" if figure.ok else "NOT REACHED")
        table.add_row(figure.name, f"{figure.value:,.4g}", figure.unit, figure.goal or "", verdict)
    console.print(table)


async def measure(names: list[str], console: Console) -> list[Figure]:
    """The figures of the named modules, in order."""
    figures: list[Figure] = []
    for name in names:
        console.print(f"Measuring {name} …")
        module = importlib.import_module(f"tests.benchmarks.{name}")
        figures += await module.measure()
    return figures


def main() -> int:
    """Measure what is asked for, or everything."""
    console = Console()
    names = sys.argv[1:] or list(MODULES)
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        console.print(f"No benchmark {', '.join(unknown)}; there are {', '.join(MODULES)}.")
        return 2
    figures = asyncio.run(measure(names, console))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    show(figures, console)
    console.print(f"Written to {RESULT}.")
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
