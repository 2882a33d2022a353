"""Unit tests open no socket."""

import socket

import pytest


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a unit test that reaches for a server fail."""

    def refuse(*_: object) -> None:
        raise AssertionError("a unit test opens no socket: move it to tests/component/")

    for way in ("connect", "connect_ex", "bind"):
        monkeypatch.setattr(socket.socket, way, refuse)
