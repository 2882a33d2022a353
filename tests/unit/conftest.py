"""Unit tests open no socket; some read real open data, which is never copied into the project."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a unit test that reaches for a server fail."""

    def refuse(*_: object) -> None:
        raise AssertionError("a unit test opens no socket: move it to tests/component/")

    for way in ("connect", "connect_ex", "bind"):
        monkeypatch.setattr(socket.socket, way, refuse)


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """The path of one file of the real data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("PASSERELLE_DATA_DIR", ROOT.parent / "shared" / "data"))

    def path_of(name: str) -> Path:
        if not (folder / name).is_file():
            pytest.skip(f"no {name} in {folder}: set PASSERELLE_DATA_DIR to the folder of the real data")
        return folder / name

    return path_of
