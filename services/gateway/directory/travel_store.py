"""What the journeys are made of: the school that searches, and every place of the directory."""

from typing import Any, NamedTuple

from contracts.matchmaker.schools import School
from contracts.message import decoder_of
from services.work import Connection


class Point(NamedTuple):
    """A place with its number in the database."""

    number: int
    latitude: float
    longitude: float
    department: str


async def find_school_and_count(connection: "Connection[Any]", uai: str) -> tuple[School, int] | None:
    """A school and how many places there are; None where the directory does not know the school."""
    row = await connection.fetchrow(
        "select document, (select count(*) from place) as places from entry where kind = 'school' and parent = $1",
        uai,
    )
    return (decoder_of(School).decode(row["document"]), row["places"]) if row else None


async def list_points(connection: "Connection[Any]") -> list[Point]:
    """All places."""
    rows = await connection.fetch("select number, latitude, longitude, department from place")
    return [Point(*row) for row in rows]
