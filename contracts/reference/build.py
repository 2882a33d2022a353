"""Rebuilds `contracts/reference/data/` from its sources: `make reference`. The same sources give the same bytes."""

from pathlib import Path

from rich.progress import Progress

from contracts.reference.build_calendar import calendar
from contracts.reference.build_places import places

DATA = Path(__file__).with_name("data")


def main() -> None:
    """Write the three data files and say how large they are."""
    with Progress() as progress:
        built = places(progress)
        files = {
            "calendar.json": calendar(),
            "communes.json": built.communes,
            "departments.geojson": built.departments,
        }
        for name, content in files.items():
            (DATA / name).write_bytes(content)
            progress.console.print(f"{name}: {len(content) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
