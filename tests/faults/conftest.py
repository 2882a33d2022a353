"""Faults are made where data lie on a disk: there a commit waits, and there it has to be found again."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """A folder on a disk, gone with the module's tests."""
    with tempfile.TemporaryDirectory(prefix="passerelle-") as folder:
        yield Path(folder)
