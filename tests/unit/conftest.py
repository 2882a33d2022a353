"""Real open data for the tests that want it; it is never copied into the project."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """The path of one file of the real data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("PASSERELLE_DATA_DIR", ROOT.parent / "shared" / "data"))

    def path_of(name: str) -> Path:
        if not (folder / name).is_file():
            pytest.skip(f"no {name} in {folder}: set PASSERELLE_DATA_DIR to the folder of the real data")
        return folder / name

    return path_of
