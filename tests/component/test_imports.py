"""`passerelle import` against services at work: what is loaded, what is said of the rest, and that twice is once."""

import asyncio
import csv
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from services.associations.service import service as associations
from services.companies.service import service as companies
from services.matchmaker.service import service as matchmaker
from services.runtime import running
from services.settings import Settings
from tests.conftest import Servers

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "deploy" / "imports" / "samples"
HEADER = "uai,nom,type,commune_insee,lat,lon"


@pytest.fixture
async def import_file(servers: Servers) -> AsyncIterator[Callable]:
    """Runs `passerelle import ...` against the three services that take imports; gives exit code and output."""

    async def command(*arguments: str | Path) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy", "import", *map(str, arguments)),
            cwd=ROOT,
            env={**os.environ, "PASSERELLE_NATS_URL": servers.nats_url("operator"), "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode, output.decode()

    async with AsyncExitStack() as stack:
        for service in (companies, associations, matchmaker):
            settings = Settings(database_dsn=servers.dsn(service.name), nats_url=servers.nats_url(service.name))
            await stack.enter_async_context(running(service, settings))
        yield command


def written(folder: Path, *lines: str) -> Path:
    path = folder / "file.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def counted(output: str) -> dict[str, int]:
    """The counts of the report's line."""
    found = re.search(r"(\d+) created, (\d+) changed, (\d+) unchanged, (\d+) left out, (\d+) refused", output)
    assert found, output
    return dict(zip(("created", "changed", "unchanged", "left out", "refused"), map(int, found.groups()), strict=True))


@pytest.mark.parametrize(("kind", "rows"), [("companies", 3), ("associations", 2)])
async def test_the_samples_load_and_load_again(import_file, kind: str, rows: int):
    """The second time nothing changes."""
    first = await import_file(kind, SAMPLES / f"{kind}.csv")
    second = await import_file(kind, SAMPLES / f"{kind}.csv")

    assert (first[0], second[0]) == (0, 0)
    assert counted(first[1])["created"] == rows
    assert counted(second[1]) == {"created": 0, "changed": 0, "unchanged": rows, "left out": 0, "refused": 0}


async def test_bad_rows_are_named_and_the_rest_is_loaded(import_file, tmp_path: Path):
    """By line and reason, whether the file or the service found it; all of them in the report that was asked for."""
    file = written(
        tmp_path,
        HEADER,
        "0310024A,Lettre fausse,college,31555,,",
        "0310024H,Bonne ligne,college,31555,,",
        "0310025J,Commune inconnue,college,31999,,",
        "0310026K,Point ailleurs,college,31555,48.8,2.3",
        "0310027L,Centre,cio,31555,,",
    )

    code, output = await import_file("schools", file, "--report", tmp_path / "report.csv")

    assert code == 0
    assert counted(output) == {"created": 1, "changed": 0, "unchanged": 0, "left out": 1, "refused": 3}
    with (tmp_path / "report.csv").open() as report:
        rows = {row["line"]: (row["outcome"], row["reason"]) for row in csv.DictReader(report)}
    assert [rows[line][0] for line in ("2", "4", "5", "6")] == ["refused", "refused", "refused", "left out"]
    assert "fails its check letter" in rows["2"][1]
    assert "31999" in rows["4"][1]
    assert "km from the town hall of Toulouse" in rows["5"][1]
    assert all(rows[line][1] in output for line in ("2", "4"))


async def test_a_changed_row_is_one_change(import_file, tmp_path: Path):
    """What the directory says now is what is kept."""
    await import_file("schools", written(tmp_path, HEADER, "0310024H,Avant,college,31555,,"))

    code, output = await import_file("schools", written(tmp_path, HEADER, "0310024H,Après,college,31555,,"))

    assert code == 0
    assert counted(output)["changed"] == 1


async def test_a_file_of_which_nothing_loads_is_a_failure(import_file, tmp_path: Path):
    """With its reasons, and exit code 1."""
    code, output = await import_file("schools", written(tmp_path, HEADER, "0310024A,Lettre fausse,college,31555,,"))

    assert code == 1
    assert counted(output)["refused"] == 1
    assert "Nothing of" in output


async def test_without_a_running_passerelle_one_sentence_says_how_to_start_it(tmp_path: Path):
    """Neither a traceback nor a wait."""
    file = written(tmp_path, HEADER, "0310024H,Nom,college,31555,,")

    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy", "import", "schools", str(file), "--data", str(tmp_path / "none")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "passerelle run" in done.stderr


@pytest.mark.slow
async def test_the_real_schools_load_and_load_again(import_file, real_data: Callable[[str], Path]):
    """4 677 schools of the region's 4 908 institutions, in one command; the second run changes nothing."""
    file = real_data("ecoles.csv")

    first = await import_file("schools", file)
    second = await import_file("schools", file)

    assert (first[0], second[0]) == (0, 0)
    assert counted(first[1]) == {"created": 4677, "changed": 0, "unchanged": 0, "left out": 231, "refused": 0}
    assert counted(second[1]) == {"created": 0, "changed": 0, "unchanged": 4677, "left out": 231, "refused": 0}
