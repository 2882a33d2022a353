"""The table `school`: what companies know of schools, a copy kept by version."""

from collections.abc import Collection

from contracts.matchmaker.schools import School
from services.database import Connection


async def keep_school(connection: Connection, school: School) -> None:
    """Keep a school unless a later version is there already."""
    await connection.execute(
        "insert into school (uai, version, head_approves, name) values ($1, $2, $3, $4)"
        " on conflict (uai) do update set version = excluded.version, head_approves = excluded.head_approves,"
        " name = excluded.name where excluded.version > school.version",
        school.uai,
        school.version,
        school.head_approves,
        school.name,
    )


async def list_with_approval(connection: Connection, uais: Collection[str]) -> frozenset[str]:
    """Which of these schools have every booking approved by their head."""
    rows = await connection.fetch("select uai from school where uai = any($1::text[]) and head_approves", list(uais))
    return frozenset(row["uai"] for row in rows)
