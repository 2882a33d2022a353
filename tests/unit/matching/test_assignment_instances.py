"""Published instances and tables are read whatever their files are called, and nothing else is taken for one."""

from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.gap_instances import parse_problems, read_best_known, read_instances
from tests.benchmarks.gap_table import MAXIMA, MINIMA, measure


def text_of(agents: int, tasks: int, first: int = 0) -> str:
    """A problem of this size in the usual order: m n, costs, weights, capacities; `first` tells it from others."""
    numbers = [agents, tasks, first, *range(1, agents * tasks), *[1] * (agents * tasks), *[tasks] * agents]
    return "\n".join(str(number) for number in numbers)


def test_a_file_of_several_problems_names_them_by_their_place(tmp_path: Path):
    """OR-Library's form: how many there are, then one after the other."""
    (tmp_path / "gap2.txt").write_text("3\n" + "\n".join(text_of(5, 20, first) for first in (7, 8, 9)))

    instances = read_instances(tmp_path)

    assert [instance.name for instance in instances] == ["gap2-1", "gap2-2", "gap2-3"]
    assert [int(instance.problem.cost[0, 0]) for instance in instances] == [7, 8, 9]
    assert instances[0].problem.capacity.tolist() == [20] * 5


def test_types_are_named_by_the_file_and_sizes_by_the_problem(tmp_path: Path):
    """`gapa` holds all sizes of type a; upper case and endings do not matter."""
    (tmp_path / "GAPA.TXT").write_text("2\n" + text_of(5, 100) + "\n" + text_of(10, 100))
    (tmp_path / "b05100").write_text(text_of(5, 100))

    assert {instance.name for instance in read_instances(tmp_path)} == {"a05100", "a10100", "b05100"}


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (("gap1-0", "gap1-4"), ["gap1-1", "gap1-5"]),
        (("gap1-1.txt", "gap1-5.txt"), ["gap1-1", "gap1-5"]),
        (("c515-1", "c515-2.dat"), ["gap1-1", "gap1-2"]),
        (("gap01_3.txt",), ["gap1-3"]),
    ],
)
def test_single_files_are_named_from_0_or_from_1(tmp_path: Path, files: tuple[str, ...], names: list[str]):
    """A folder with a number 0 counts from it."""
    folder = tmp_path / "below"
    folder.mkdir()
    for file in files:
        (folder / file).write_text(text_of(5, 15))

    assert [instance.name for instance in read_instances(tmp_path)] == names


def test_what_is_neither_problem_nor_table_is_left_alone(tmp_path: Path):
    """A solution, a note, a file cut short, one with too much."""
    (tmp_path / "a05100.sol").write_text("1 2 3 4 5")
    (tmp_path / "README.md").write_text("Instances of 5 agents and 15 tasks.")
    (tmp_path / "gap1.txt").write_text(text_of(5, 15)[:-3])
    (tmp_path / "gap2.txt").write_text(text_of(5, 20) + " 7")
    (tmp_path / "empty").write_text("")

    assert read_instances(tmp_path) == []
    assert read_best_known(tmp_path) == {}


def test_comments_are_no_numbers():
    """What follows a # is left out."""
    (problem,) = parse_problems("# a small one\n1 2 # agents, tasks\n3 4\n1 1\n2\n")

    assert problem.cost.tolist() == [[3, 4]]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "data.csv",
            "Path,Agent number,Best known bound,Best known solution value\nx/gap1-0,5,260,261\nx/gap1-1,5,269,269\n"
            "x/a05100,5,1698,1698\n",
        ),
        ("best.json", '{"gap1-1": 261, "gap1-2": {"optimum": 269}, "a05100": 1698}'),
        (
            "best.json",
            '[{"name": "c515-1", "value": 261}, {"instance": "c515-2", "opt": 269}, {"name": "A05100", "best": 1698}]',
        ),
        ("best.txt", "c515-1  261    a5100  1698\nc515-2  269\n"),
        ("best.tsv", "instance\toptimal\ngap1-1\t261\ngap1-2\t269\ngapa_05100\t1698\n"),
    ],
)
def test_tables_of_best_known_values_are_read(tmp_path: Path, file: str, text: str):
    """CSV by its headings, JSON in its usual forms, and plain text."""
    (tmp_path / file).write_text(text)

    assert read_best_known(tmp_path) == {"gap1-1": 261, "gap1-2": 269, "a05100": 1698}


def test_both_published_tables_name_the_same_sets():
    """60 problems to maximise, the same to minimise, and twelve of types a and b."""
    assert len(MAXIMA) == 60
    assert len(MINIMA) == 72
    assert set(MAXIMA) < set(MINIMA)
    assert all(MAXIMA[name] > MINIMA[name] for name in MAXIMA)


async def test_without_a_folder_there_is_nothing_to_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """One line says so, and no figure is invented."""
    monkeypatch.delenv("GAP_DIR", raising=False)
    assert await measure() == []
    monkeypatch.setenv("GAP_DIR", str(tmp_path))
    assert await measure() == []

    assert capsys.readouterr().out.count("gap_table skipped") == 2


@pytest.mark.parametrize(
    ("told", "reached"), [("", True), ("gap1-1 9999", True), (f"gap1-1 {MAXIMA['gap1-1']}", False)]
)
async def test_a_table_with_the_maximum_asks_for_a_maximisation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str, reached: bool
):
    """An invented problem whose costs add up to 15 at least, below the known minimum, and to 300 at most, below 336."""
    cost = np.full((5, 15), 20)
    cost[0] = 1
    numbers = [5, 15, *cost.ravel().tolist(), *[1] * 75, *[15] * 5]
    (tmp_path / "gap1-1").write_text(" ".join(map(str, numbers)))
    (tmp_path / "best.txt").write_text(told)
    monkeypatch.setenv("GAP_DIR", str(tmp_path))

    figures = {figure.name: figure for figure in await measure()}

    assert figures["gap_table_instances"].value == 1
    assert figures["gap_table_proven"].value == 1
    assert figures["gap_table"].ok is reached
