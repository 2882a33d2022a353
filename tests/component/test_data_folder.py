"""The data folder: one copy at a time, and never anybody else's."""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.embedded.data_folder import DataFolderError, open_data_folder, passwords
from deploy.embedded.everything import PortBusyError, claim_port, read_endpoints

ROOT = Path(__file__).parents[2]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_new_folder_is_made_and_found_again(tmp_path: Path) -> None:
    """The same passwords are there at the second opening, readable by their owner alone."""
    with open_data_folder(tmp_path / "deep" / "data") as folder:
        first = passwords(folder)
    with open_data_folder(tmp_path / "deep" / "data") as folder:
        second = passwords(folder)

    assert first == second
    assert len(set(first.values())) == len(first)
    assert (folder / "secrets.json").stat().st_mode & 0o077 == 0


def test_second_copy_is_refused(tmp_path: Path) -> None:
    """While one copy holds the folder, another is told so, and may have it afterwards."""
    refused = pytest.raises(DataFolderError, match=r"already runs on .*; stop it first")
    with open_data_folder(tmp_path), refused, open_data_folder(tmp_path):
        pass

    with open_data_folder(tmp_path):
        pass


def test_foreign_folder_is_refused_untouched(tmp_path: Path) -> None:
    """A folder with other things in it is not ours to fill."""
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(DataFolderError, match="not empty and holds no Passerelle data"), open_data_folder(tmp_path):
        pass

    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


@pytest.mark.parametrize(
    ("marker", "complaint"),
    [
        (json.dumps({"format": 99}), r"another version of Passerelle \(format 99"),
        ("{broken", "damaged: .*passerelle.json is not readable"),
        ("[]", "damaged: .*passerelle.json is not readable"),
    ],
)
def test_folder_of_another_kind_is_refused_untouched(tmp_path: Path, marker: str, complaint: str) -> None:
    """What this version cannot read it does not touch."""
    (tmp_path / "passerelle.json").write_text(marker)

    with pytest.raises(DataFolderError, match=complaint), open_data_folder(tmp_path):
        pass

    assert contents(tmp_path) == {"passerelle.json": marker.encode()}


def test_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A path that cannot be a folder is named, with the remedy."""
    (tmp_path / "data").write_text("")

    refused = pytest.raises(DataFolderError, match=r"cannot be used .*choose another one with --data")
    with refused, open_data_folder(tmp_path / "data"):
        pass


@pytest.mark.parametrize("damage", ["{broken", "{}", "[]", '{"nats/gateway": 5}'])
def test_damaged_passwords_are_refused_not_replaced(tmp_path: Path, damage: str) -> None:
    """New passwords would lock the old data away, so none are made."""
    (tmp_path / "secrets.json").write_text(damage)

    with pytest.raises(DataFolderError, match=r"damaged: .*secrets\.json does not hold the passwords"):
        passwords(tmp_path)

    assert (tmp_path / "secrets.json").read_text() == damage


def test_missing_passwords_are_not_made_anew_beside_a_database(tmp_path: Path) -> None:
    """A database whose passwords are lost is not opened with others."""
    (tmp_path / "postgres").mkdir()

    with pytest.raises(DataFolderError, match=r"damaged: .*secrets\.json is missing"):
        passwords(tmp_path)

    assert not (tmp_path / "secrets.json").exists()


def test_opening_cut_short_is_taken_up(tmp_path: Path) -> None:
    """What a kill in the middle of the first opening leaves behind does not make the folder foreign."""
    (tmp_path / "lock").touch()
    (tmp_path / "passerelle.json.new").write_text("{")

    with open_data_folder(tmp_path) as folder:
        made = passwords(folder)

    assert made


def test_busy_port_is_one_sentence() -> None:
    """A port where somebody listens is named, with the remedy."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]

        with pytest.raises(PortBusyError, match=rf"Port {port} on 127\.0\.0\.1 cannot be used .*--port"):
            claim_port("127.0.0.1", port)


def test_nobody_runs_is_one_sentence(tmp_path: Path) -> None:
    """A command that needs a running copy says how to start one."""
    with pytest.raises(DataFolderError, match=r"does not run on .*; start it first with `passerelle run`"):
        read_endpoints(tmp_path)


@pytest.mark.parametrize("obstacle", ["port", "second copy", "foreign folder"])
async def test_run_refuses_in_one_sentence(tmp_path: Path, obstacle: str) -> None:
    """The command ends with exit code 1 and one line, and starts nothing."""
    data = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as busy, open_data_folder(tmp_path / "held") as held:
        port = busy.getsockname()[1] if obstacle == "port" else 0
        if obstacle == "second copy":
            data = held
        if obstacle == "foreign folder":
            data = ROOT / "contracts"
        command = [sys.executable, "-m", "deploy", "run", "--data", str(data), "--port", str(port)]

        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        output, errors = await process.communicate()

    assert process.returncode == 1
    assert output == b""
    assert errors.startswith(b"Error: ")
    assert errors.count(b"\n") == 1
