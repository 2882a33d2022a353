"""Statements that hold only the conditions that are asked for.

A condition that is not there costs nothing for each row, and PostgreSQL plans for just those that are. The text stays
whole in its .sql file: values have names there, and a line with a name that is not given is left out.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

# `:level`, but not the cast in `:until::timestamptz`.
_NAME = re.compile(r"(?<!:):([a-z_]+)")


@cache
def read_statement(file: str) -> str:
    """The text of a .sql file of the directory, without its comments."""
    lines = Path(__file__).with_name(file).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


def write_statement(text: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The statement with the lines whose values are given, and those values in its order; None is none."""
    given = frozenset(name for name, value in values.items() if value is not None)
    statement, names = _numbered(text, given)
    return statement, [values[name] for name in names]


@cache
def _numbered(text: str, given: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    lines = [line for line in text.splitlines() if given.issuperset(_NAME.findall(line))]
    kept = "\n".join(lines)
    names = tuple(dict.fromkeys(_NAME.findall(kept)))
    return _NAME.sub(lambda found: f"${names.index(found[1]) + 1}", kept), names
