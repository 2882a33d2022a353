"""`passerelle run` and `passerelle demo` as people use them: twice, twice at once, on a busy port, on broken data."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "deploy", *map(str, arguments)]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
    return {**kept, "COLUMNS": "160", "PYTHONUNBUFFERED": "1"}


def finish(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that must end by itself."""
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Run:
    """A `passerelle run` that serves, and what it printed until then."""

    process: subprocess.Popen[str]
    folder: Path
    output: str
    last_words: str = ""

    @property
    def url(self) -> str:
        return re.search(r"serves on (\S+);", self.output)[1]

    def stop(self) -> list[psutil.Process]:
        """Press Ctrl-C once; gives the children that did not end."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        assert len(children) >= 6
        self.process.send_signal(signal.SIGINT)
        self.last_words, _ = self.process.communicate(timeout=PATIENCE_S)
        return psutil.wait_procs(children, timeout=10)[1]


def start(folder: Path, *options: str) -> Run:
    """Start a run on that folder and wait until it serves."""
    process = subprocess.Popen(
        command("run", "--data", folder, "--port", str(free_port()), *options),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines, deadline = [], time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and (line := process.stdout.readline()):
        lines.append(line)
        if "Ctrl-C stops it" in line:
            return Run(process, folder, "".join(lines))
    process.kill()
    process.communicate()
    raise AssertionError(f"it did not come to serve:\n{''.join(lines)}")


@dataclass
class Starts:
    """The same data folder started, stopped by Ctrl-C and started again."""

    first: Run
    left_over: list[psutil.Process]
    second: Run


@pytest.fixture(scope="module")
def starts(disk: Path) -> Iterator[Starts]:
    folder = disk / "data"
    first = start(folder)
    left_over = first.stop()
    second = start(folder)
    yield Starts(first, left_over, second)
    second.stop()


def keys_of(output: str) -> list[str]:
    return re.findall(r"^ +([A-Z]+_KEY) +(\S+)", output, re.MULTILINE)


def test_the_first_start_plays_the_main_job(starts: Starts):
    """Each step is told with what came of it, and that everybody in it is invented."""
    told = starts.first.output

    assert "All organisations are invented" in told
    for step in ("region was loaded", "proposed, unasked", "by themselves", "confirmed", "agreed", "next best"):
        assert step in told
    roles = ("COMPANY", "ASSOCIATION", "SCHOOL", "HEAD", "COORDINATOR")
    assert [name for name, _ in keys_of(told)] == [f"{role}_KEY" for role in roles]


def test_ctrl_c_leaves_no_child(starts: Starts):
    """Both servers and the four services end with it, and it says where the data are."""
    assert starts.left_over == []
    assert starts.first.process.returncode == 0
    assert f"Everything is kept in {starts.first.folder}" in starts.first.last_words


def test_the_second_start_finds_its_data_again(starts: Starts):
    """The same keys work, the visit is still confirmed, and the main job is not played twice."""
    told = starts.second.output
    keys = dict(keys_of(told))

    assert keys_of(told) == keys_of(starts.first.output)
    assert "by themselves" not in told
    assert "56 company sites, 25 associations, 120 schools" in told
    headers = {"Authorization": f"Bearer {keys['COMPANY_KEY']}"}
    bookings = httpx.get(f"{starts.second.url}/v1/bookings", headers=headers).json()["items"]
    assert [booking["state"] for booking in bookings] == ["confirmed"]


def test_the_keys_are_for_their_owner_alone(starts: Starts):
    """The file that a shell can source, and the state of the demonstration."""
    for name in ("demo-keys.env", "demo.json", "running.json"):
        assert (starts.second.folder / name).stat().st_mode & 0o077 == 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl: install it to try the commands of README.md")
@pytest.mark.parametrize(
    ("block", "told"),
    [
        (0, ('"travel_minutes":', '"gates":', '"state":"accepted"', '"state":"confirmed"', '"FeatureCollection"')),
        (1, ("The same, byte for byte", '"floor_share":1.0', '"deficit":', '"class_request_id":', '"site_id":')),
    ],
    ids=["the tour", "the matcher"],
)
def test_the_commands_of_the_readme_work_as_written(starts: Starts, block, told):
    """Every one of them, against this copy's keys and data instead of the default folder's."""
    written = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[block]
    folder = starts.second.folder
    tour = written.replace(".passerelle/data/", f"{folder}/")
    tour = tour.replace("passerelle match", f"passerelle match --data {folder}")

    done = subprocess.run(["sh", "-eu"], input=tour, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)

    assert tour != written
    assert done.stderr == ""
    assert '"status":' not in done.stdout
    for found in told:
        assert found in done.stdout


def test_a_second_copy_on_the_same_data_is_refused(starts: Starts):
    """In one sentence, and the first one goes on."""
    second = finish("run", "--data", starts.second.folder, "--port", "0")

    assert second.returncode == 1
    assert re.fullmatch(r"Error: Passerelle already runs on .*\n", second.stderr)
    assert httpx.get(f"{starts.second.url}/health/ready").status_code == 200


def test_a_busy_port_is_refused(starts: Starts, tmp_path: Path):
    """In one sentence that names the port, before anything is made."""
    port = starts.second.url.rpartition(":")[2]

    refused = finish("run", "--data", tmp_path / "data", "--port", port)

    assert refused.returncode == 1
    assert re.fullmatch(rf"Error: Port {port} .*\n", refused.stderr)
    assert not (tmp_path / "data").exists()


def test_a_foreign_folder_is_refused(tmp_path: Path):
    """Somebody's photographs are not a data folder; nothing is added to them."""
    (tmp_path / "photo.jpg").write_bytes(b"cheese")

    refused = finish("run", "--data", tmp_path, "--port", "0")

    assert refused.returncode == 1
    assert re.fullmatch(r"Error: .* holds no Passerelle data; .*\n", refused.stderr)
    assert [entry.name for entry in tmp_path.iterdir()] == ["photo.jpg"]


def test_a_broken_data_folder_is_refused(tmp_path: Path):
    """The sentence names the file; nothing is changed."""
    folder = tmp_path / "data"
    start(folder, "--no-demo").stop()
    (folder / "secrets.json").write_text("{")

    refused = finish("run", "--data", folder, "--port", "0")

    assert refused.returncode == 1
    assert re.fullmatch(r"Error: The data folder is damaged: .*secrets\.json.*\n", refused.stderr)
    assert (folder / "secrets.json").read_text() == "{"


def test_the_invented_region_is_never_mixed_with_real_organisations(tmp_path: Path):
    """A Passerelle that already knows a school gets no demonstration, whatever is asked."""
    file = tmp_path / "schools.csv"
    file.write_text("uai,nom,type,commune_insee\n0310024H,Collège,college,31555\n")
    plain = start(tmp_path / "data", "--no-demo")
    loaded = finish("import", "schools", file, "--data", tmp_path / "data")
    time.sleep(1)  # the directory, which is asked who is there, follows within milliseconds
    plain.stop()

    again = start(tmp_path / "data")

    assert loaded.returncode == 0
    assert "region was loaded" not in again.output
    assert not (tmp_path / "data" / "demo.json").exists()
    again.stop()


def test_the_demo_plays_the_main_job_and_keeps_nothing():
    """The same report, exit code 0, no folder left."""
    # Not pytest's own folder: its path is so long that PostgreSQL's socket would lie elsewhere.
    with tempfile.TemporaryDirectory(prefix="psl-") as folder:
        done = finish("demo", TMPDIR=folder)

        assert done.returncode == 0, done.stderr
        assert "the next best" in done.stdout
        assert list(Path(folder).iterdir()) == []


def test_an_interrupted_load_goes_on_where_it_ended(tmp_path: Path):
    """What was loaded is not loaded twice; the day and the seed are those of the first start."""
    folder = tmp_path / "data"
    process = subprocess.Popen(
        command("run", "--data", folder, "--port", str(free_port())),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + PATIENCE_S
    while not (folder / "demo.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE_S)
    interrupted = json.loads((folder / "demo.json").read_bytes())

    again = start(folder)
    keys = dict(keys_of(again.output))
    headers = {"Authorization": f"Bearer {keys['COORDINATOR_KEY']}"}
    actors: list[object] = []
    # The map follows what was loaded, a moment later.
    while len(actors) < 56 + 25 + 120 and time.monotonic() < deadline + PATIENCE_S:
        actors = httpx.get(f"{again.url}/v1/map/actors", headers=headers).json()["features"]
    again.stop()

    assert interrupted["loaded"] is None
    assert "43 companies, 25 associations, 120 schools" in again.output
    assert len(actors) == 56 + 25 + 120
