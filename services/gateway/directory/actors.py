"""The map of actors, read from the directory: one statement, one feature a place."""

from pathlib import Path
from typing import Any, NamedTuple

from contracts.errors import Invalid
from contracts.gateway.actors import Actor, ActorFeature, ActorKind, ActorMap, Point
from contracts.vocabulary import Theme
from services.work import Connection

_LIST_ACTORS = (Path(__file__).with_name("list_actors.sql")).read_text(encoding="utf-8")
# All of Occitanie fits twice; more features than this no map draws well.
LIMIT = 12_000


class Box(NamedTuple):
    """A rectangle in degrees (WGS 84)."""

    west: float = -180.0
    south: float = -90.0
    east: float = 180.0
    north: float = 90.0


def read_box(text: str | None) -> Box:
    """A box from `west,south,east,north`; raises Invalid naming `bbox`."""
    if text is None:
        return Box()
    try:
        numbers = tuple(float(number) for number in text.split(","))
    except ValueError:
        numbers = ()
    box = Box(*numbers) if len(numbers) == len(Box._fields) else None
    if box is None or not (-180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        raise Invalid.field(
            "bbox",
            "Write four numbers of degrees: west,south,east,north, as in 1.2,43.4,1.7,43.8.",
            "Écrivez quatre nombres de degrés : ouest,sud,est,nord, comme 1.2,43.4,1.7,43.8.",
        )
    return box


async def list_actors(
    connection: "Connection[Any]",
    kinds: tuple[ActorKind, ...],
    department: str | None,
    theme: Theme | None,
    box: Box,
) -> ActorMap:
    """The features that pass the filters, 12 000 at most."""
    rows = await connection.fetch(_LIST_ACTORS, list(kinds), department, theme, *box, LIMIT)
    return ActorMap(
        features=tuple(
            ActorFeature(
                id=row["id"],
                geometry=Point(coordinates=(row["longitude"], row["latitude"])),
                properties=Actor(
                    kind=ActorKind(row["kind"]),
                    name=row["name"],
                    department=row["department"],
                    commune=row["commune"],
                    themes=tuple(Theme(theme) for theme in row["themes"]),
                    state=row["state"],
                    uai=row["uai"],
                    company_id=row["company_id"],
                    fictional=row["fictional"],
                ),
            )
            for row in rows
        )
    )
