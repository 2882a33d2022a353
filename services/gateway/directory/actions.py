"""The map of actions, read from the directory: what happens where, one feature a place, capacity or partnership."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

from contracts.caller import Caller
from contracts.gateway.action_map import Action, ActionFeature, ActionKind, ActionMap
from contracts.gateway.actors import Point
from contracts.vocabulary import Level, Theme
from services.gateway.directory.actions_store import list_actions
from services.work import Connection

WordT = TypeVar("WordT", bound=StrEnum)


async def actions(
    connection: "Connection[Any]",
    caller: Caller,
    *,
    kind: Iterable[ActionKind] | None = None,
    theme: Theme | None = None,
    department: str | None = None,
    level: Level | None = None,
) -> ActionMap:
    """The actions of these kinds (None: of all) that pass the filters and that the caller may see.

    A site shows where it has an open slot, or a visit that is confirmed or took place. A capacity passes the filter of
    its own department and of those that it covers; a partnership is of no level. Partnerships are their parties' and
    the Region's; the rest is everybody's.
    """
    rows = await list_actions(connection, caller, kind or ActionKind, theme, level, department)
    return ActionMap(features=tuple(_feature(row) for row in rows))


def _feature(row: Any) -> ActionFeature:
    return ActionFeature(
        id=row["id"],
        geometry=Point(coordinates=(row["longitude"], row["latitude"])),
        properties=Action(
            kind=ActionKind(row["kind"]),
            name=row["name"],
            department=row["department"],
            commune=row["commune"],
            themes=_words(Theme, row["tags"], "theme:"),
            levels=_words(Level, row["tags"], "level:"),
            company_id=row["company_id"],
            association_id=row["association_id"],
            visit_offers=row["visit_offers"],
            slots_open=row["slots_open"],
            next_slot_at=row["next_slot_at"],
            visits_confirmed=row["visits_confirmed"],
            visits_completed=row["visits_completed"],
            interventions=row["interventions"],
            state=row["state"],
            fictional=row["fictional"],
        ),
    )


def _words(kind: type[WordT], tags: list[str], prefix: str) -> tuple[WordT, ...]:
    """The words of one closed list among tags, in that list's order."""
    return tuple(word for word in kind if f"{prefix}{word}" in tags)
