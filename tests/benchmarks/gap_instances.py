"""Reads published instances of the generalized assignment problem from a folder, whatever their files are called.

Two forms are known: OR-Library's (how many problems, then each: m, n, m×n costs, m×n weights, m capacities) and one
problem a file (the same without the number). What an instance is follows from its size and its file's name: the
twelve sizes of gap1–12 name the set, the place in the file or the number at the name's end which of the five; of
100 and 200 tasks the letter before tells the type. A file that is neither is a table of best known values if it
has names and numbers (CSV with headings, JSON, or text with `name value`), and otherwise left alone.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from services.matchmaker.matching.assignment.problem import AssignmentProblem

# Agents and the four numbers of tasks of gap1–4, gap5–8, gap9–12.
_SHAPES: Final = ((5, (15, 20, 25, 30)), (8, (24, 32, 40, 48)), (10, (30, 40, 50, 60)))
_SET_OF: Final = {
    size: number for number, size in enumerate(((agents, n) for agents, tasks in _SHAPES for n in tasks), 1)
}
# Files beyond this are no instance of the sets that are read here.
_LARGEST_BYTES: Final = 4_000_000

# Headings under which tables give their best known value, the better ones first.
_VALUE_HEADINGS: Final = (
    "best known solution",
    "best_known",
    "best known",
    "best",
    "optim",
    "opt",
    "value",
    "objective",
)
_OF_SET: Final = re.compile(r"gap[-_ ]?(\d{1,2})[-_ .](\d)")
_OF_SIZE: Final = re.compile(r"c(\d|10)(\d\d)[-_](\d)")
_OF_TYPE: Final = re.compile(r"(?:gap[-_]?)?([a-e])[-_]?(\d\d?)[-_x]?([124689]00|1600)")
_IN_TEXT: Final = re.compile(r"([A-Za-z][\w./-]*\d)[\s:=,;|]+(-?\d+(?:\.\d+)?)(?![\w.-])")


class Instance(msgspec.Struct, frozen=True, eq=False):
    """One published instance under its usual name: `gap1-1` … `gap12-5`, `a05100` … `e801600`."""

    name: str
    problem: AssignmentProblem


def read_instances(folder: Path) -> list[Instance]:
    """Every instance in the folder and below, once each, by name."""
    found: dict[str, Instance] = {}
    for paths in _by_folder(folder):
        shift = _shift(path.stem for path in paths)
        for path in paths:
            problems = parse_problems(path.read_text(errors="replace"))
            for place, problem in enumerate(problems):
                name = _name(path, place if len(problems) > 1 else None, problem, shift)
                if name is not None:
                    found.setdefault(name, Instance(name, problem))
    return sorted(found.values(), key=lambda instance: (instance.problem.cost.shape[1], instance.name))


def read_best_known(folder: Path) -> dict[str, float]:
    """The best known values that tables in the folder and below give, by instance."""
    rows = [row for paths in _by_folder(folder) for path in paths for row in _table(path)]
    shift = _shift(name for name, _ in rows)
    names = ((_named(name, shift), value) for name, value in rows)
    return {name: value for name, value in names if name is not None}


def parse_problems(text: str) -> list[AssignmentProblem]:
    """The problems of a file in either form, none where it has neither."""
    try:
        numbers = np.array(re.sub(r"#.*", "", text).split(), dtype=np.float64)
    except ValueError:
        return []
    for count, begins in ((1, 0), (int(numbers[0]) if numbers.size else 0, 1)):
        problems, place = [], begins
        for _ in range(count):
            problem, place = _problem_at(numbers, place)
            if problem is None:
                break
            problems.append(problem)
        if problems and len(problems) == count and place == numbers.size:
            return problems
    return []


def _problem_at(numbers: Any, place: int) -> tuple[AssignmentProblem | None, int]:
    if place + 2 > numbers.size:
        return None, place
    agents, tasks = (int(number) for number in numbers[place : place + 2])
    size, begins = agents * tasks, place + 2
    ends = begins + 2 * size + agents
    if agents < 1 or tasks < 1 or ends > numbers.size:
        return None, place
    whole = numbers[begins:ends].astype(np.int64)
    problem = AssignmentProblem(
        cost=whole[:size].reshape(agents, tasks),
        weight=whole[size : 2 * size].reshape(agents, tasks),
        capacity=whole[2 * size :],
    )
    return problem, ends


def _by_folder(folder: Path) -> Iterator[list[Path]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size <= _LARGEST_BYTES)
    for parent in sorted({path.parent for path in paths}):
        yield [path for path in paths if path.parent == parent]


def _shift(names: Iterable[str]) -> int:
    """1 where the five of a set are counted from 0, otherwise 0."""
    return int(any(match.group(2) == "0" for name in names if (match := _OF_SET.search(name.lower()))))


def _name(path: Path, place: int | None, problem: AssignmentProblem, shift: int) -> str | None:
    agents, tasks = problem.cost.shape
    number = _SET_OF.get((agents, tasks))
    if number is not None:
        if place is not None:
            return f"gap{number}-{place + 1}"
        named = _named(path.stem, shift)
        ending = re.search(r"(\d)$", path.stem)
        return named or (f"gap{number}-{ending.group(1)}" if ending else None)
    letter = re.search(r"(?:gap[-_]?|^|[-_])([a-e])(?![a-z])", path.stem.lower())
    return f"{letter.group(1)}{agents:02}{tasks}" if letter else None


def _named(text: str, shift: int) -> str | None:
    """The usual name of the instance that a table or a file calls so."""
    text = text.strip().rsplit("/", 1)[-1].lower()
    if match := _OF_SET.match(text):
        return f"gap{int(match.group(1))}-{int(match.group(2)) + shift}"
    if match := _OF_SIZE.match(text):
        number = _SET_OF.get((int(match.group(1)), int(match.group(2))))
        return f"gap{number}-{match.group(3)}" if number else None
    if match := _OF_TYPE.match(text):
        return f"{match.group(1)}{int(match.group(2)):02}{match.group(3)}"
    return None


def _table(path: Path) -> Iterator[tuple[str, float]]:
    """The rows of a table: a name and its value; none where the file is no table."""
    text = path.read_text(errors="replace")
    if path.suffix.lower() == ".json":
        yield from _json_rows(text)
    elif path.suffix.lower() in {".csv", ".tsv"}:
        dialect = csv.excel_tab if path.suffix.lower() == ".tsv" else csv.excel
        yield from (pair for row in csv.DictReader(text.splitlines(), dialect=dialect) for pair in _row(row))
    elif path.suffix.lower() in {".txt", ".md", ""}:
        yield from ((name, float(value)) for name, value in _IN_TEXT.findall(text))


def _json_rows(text: str) -> Iterator[tuple[str, float]]:
    try:
        content = json.loads(text)
    except ValueError:
        return
    for key, value in content.items() if isinstance(content, dict) else (("", row) for row in content):
        if isinstance(value, dict):
            yield from _row({"name": key, **value} if key else value)
        elif isinstance(value, list):
            yield from (pair for row in value if isinstance(row, dict) for pair in _row(row))
        elif isinstance(value, int | float):
            yield key, float(value)


def _row(row: dict[Any, Any]) -> Iterator[tuple[str, float]]:
    name = next((text for text in map(str, row.values()) if _named(text, 0) is not None), None)
    for heading in _VALUE_HEADINGS:
        for title, value in row.items():
            if (
                name is not None
                and heading in str(title).lower()
                and re.fullmatch(r"-?\d+(\.\d+)?", str(value).strip())
            ):
                yield name, float(value)
                return
