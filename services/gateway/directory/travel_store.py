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


async def find_school(connection: "Connection[Any]", uai: str) -> School | None:
    """A school; None where the directory does not know it."""
    text = await connection.fetchval("select document from entry where kind = 'school' and parent = $1", uai)
    return decoder_of(School).decode(text) if text else None


async def count_points(connection: "Connection[Any]") -> int:
    """How many places there are."""
    number: int = await connection.fetchval("select count(*) from place")
    return number


async def list_points(connection: "Connection[Any]") -> list[Point]:
    """All places."""
    rows = await connection.fetch("select number, latitude, longitude, department from place")
    return [Point(*row) for row in rows]
