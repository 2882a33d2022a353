"""What services keep of each other's things is what their owners keep, in the last version."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, TypeVar

from deploy.verify.books import BATCH, Books
from deploy.verify.invariant import Finding, Invariant, Look, together

T = TypeVar("T")

# Whose table holds what the directory shows.
OWNERS = {
    "company": "companies",
    "site": "companies",
    "job_need": "companies",
    "visit_offer": "companies",
    "slot": "companies",
    "booking": "companies",
    "association": "associations",
    "capacity": "associations",
    "partnership": "associations",
    "intervention": "associations",
    "school": "matchmaker",
    "class_request": "matchmaker",
    "visit_proposal": "matchmaker",
    "partnership_proposal": "matchmaker",
    "match_run": "matchmaker",
    "mediation": "matchmaker",
}
# What others keep of it, by version: the matchmaker to match by, associations to know whom they mediate.
COPIES = (
    *(
        ("matchmaker", kind)
        for kind in (
            "company",
            "site",
            "job_need",
            "visit_offer",
            "slot",
            "booking",
            "association",
            "capacity",
            "intervention",
        )
    ),
    ("associations", "booking"),
)


@dataclass(frozen=True)
class Rows:
    """A query to one service's schema: a `key` to sort by, and the `version` of what it names."""

    service: str
    query: str
    arguments: tuple[object, ...] = ()


async def compare(books: Books, things: str, owner: Rows, holder: Rows) -> Look:
    """Two services' rows side by side, in the order of their keys; neither is read as a whole."""
    counted = 0
    findings = []
    async with books.snapshot(owner.service) as owned, books.snapshot(holder.service) as held:
        async for key, kept, copied in side_by_side(each_of(owned, owner), each_of(held, holder)):
            counted += kept is not None
            if kept != copied:
                words = f"{things} at version {copied} with {holder.service}, {kept} with {owner.service}"
                # A copy that stands still is wrong; one that moves is late.
                findings.append(Finding(str(key), words.replace("None", "missing"), stands=str(copied)))
    return Look(counted, tuple(findings))


async def each_of(snapshot: Any, rows: Rows) -> AsyncIterator[tuple[Any, int]]:
    """Key and version of each row."""
    async for row in snapshot.cursor(rows.query, *rows.arguments, prefetch=BATCH):
        yield row["key"], row["version"]


async def side_by_side(
    left: AsyncIterator[tuple[Any, T]], right: AsyncIterator[tuple[Any, T]]
) -> AsyncIterator[tuple[Any, T | None, T | None]]:
    """Each key of either, both sorted by it, with what each gives; None where it has none."""
    one, other = await anext(left, None), await anext(right, None)
    while one or other:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None  # noqa: S101  one of both is there
            yield one[0], one[1], None
            one = await anext(left, None)
        elif one is None or other[0] < one[0]:
            yield other[0], None, other[1]
            other = await anext(right, None)
        else:
            yield one[0], one[1], other[1]
            one, other = await anext(left, None), await anext(right, None)


async def compare_directory(books: Books) -> Look:
    """Every kind of thing that the directory shows."""
    shown = "select id as key, version from entry where kind = $1 order by id"
    return together(
        [
            await compare(books, kind, held_by(owner, kind), Rows("gateway", shown, (kind.replace("_", "-"),)))
            for kind, owner in OWNERS.items()
        ]
    )


async def compare_copies(books: Books) -> Look:
    """What services keep of each other's things to work with; companies of schools, by their own key."""
    schools = 'select uai collate "C" as key, version from school order by 1'
    return together(
        [
            *[
                await compare(books, kind, held_by(OWNERS[kind], kind), held_by(holder, kind))
                for holder, kind in COPIES
            ],
            await compare(books, "school", Rows("matchmaker", schools), Rows("companies", schools)),
        ]
    )


def held_by(service: str, kind: str) -> Rows:
    """A service's own table of a kind, or its copy."""
    return Rows(service, f"select id as key, version from {kind} order by id")  # noqa: S608  constants


INVARIANTS = (
    Invariant(
        "directory",
        "things that the directory shows",
        "each is shown as its owner keeps it",
        compare_directory,
        lags=True,
    ),
    Invariant("copies", "things that others copy", "each copy is as the owner keeps it", compare_copies, lags=True),
)
