"""The rows of the map of actions: one statement over the directory."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contracts.caller import Caller
from contracts.gateway.action_map import ActionKind
from contracts.vocabulary import Level, Theme
from services.work import Connection

_LIST_ACTIONS = Path(__file__).with_name("list_actions.sql").read_text(encoding="utf-8")
# As on the map of actors: more features than this no map draws well.
LIMIT = 12_000


async def list_actions(
    connection: "Connection[Any]",
    caller: Caller,
    kinds: Iterable[ActionKind],
    theme: Theme | None,
    level: Level | None,
    department: str | None,
) -> list[Any]:
    """What the caller may see of what happens, 12 000 at most."""
    party = None if caller.is_coordinator else caller.party
    rows: list[Any] = await connection.fetch(_LIST_ACTIONS, list(kinds), theme, level, department, party, LIMIT)
    return rows
