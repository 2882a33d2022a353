"""Where each organisation wants its mail, as it last said by an event; read by nothing but the delivery of notices."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from services.work import Connection

_UPSERT = """
insert into address as held (party, for_head, version, name, email) values ($1, $2, $3, $4, $5)
on conflict (party, for_head) do update set
    version = excluded.version, name = excluded.name, email = excluded.email
where excluded.version > held.version
"""


class Addressee(NamedTuple):
    """Whom a mail goes to."""

    name: str
    email: str


class AddressRow(NamedTuple):
    """Where an organisation, or the head of a school, wants mail as of a version; an empty address for nowhere."""

    party: str
    for_head: bool
    version: int
    name: str
    email: str


async def upsert_addresses(connection: "Connection[Any]", rows: Iterable[AddressRow]) -> None:
    """Keep organisations' addresses, unless later ones are there; who has none any more gets no mail."""
    if in_order := sorted(rows):
        await connection.executemany(_UPSERT, in_order)


async def find_address(connection: "Connection[Any]", party: str, *, for_head: bool) -> Addressee | None:
    """Where a mail to a party goes, None where it has no address."""
    row = await connection.fetchrow(
        "select name, email from address where party = $1 and for_head = $2 and email <> ''", party, for_head
    )
    return Addressee(row["name"], row["email"]) if row else None
