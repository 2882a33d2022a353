"""The queries about notices; those about where their mails go are in address_store.py."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from contracts.caller import Caller
from contracts.gateway.notices import Delivery, Notice
from contracts.message import decoder_of
from contracts.vocabulary import Role
from services.gateway.notices.facts_rules import Facts
from services.gateway.notices.telling_rules import Telling
from services.gateway.notices.words_rules import Names, Words
from services.work import Connection

_COLUMNS = "id, kind, words, about, for_head, occurred_at, read_at, delivery, delivery_detail"
# A mail waits for whoever has an address, unless it is no news any more.
_INSERT = """
insert into notice (id, fact, party, for_head, kind, about, facts, occurred_at, read_at, delivery)
select id, fact, party, for_head, kind, about, facts::json, occurred_at, read_at, case
    when read_at is not null then 'too_old'
    when exists (
        select from address where address.party = told.party and address.for_head = told.for_head and email <> ''
    ) then 'waiting'
    else 'no_address' end
from unnest($1::uuid[], $2::text[], $3::text[], $4::bool[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
    $9::timestamptz[]) as told (id, fact, party, for_head, kind, about, facts, occurred_at, read_at)
on conflict (fact, party, for_head) do nothing
returning id, kind, party, for_head, delivery
"""
# What a caller sees: the head of a school also what is for the head alone.
_MINE = "party = $1 and (not for_head or $2)"


class Unwritten(NamedTuple):
    """A notice without its words yet."""

    id: UUID
    kind: str
    facts: Facts


class Inserted(NamedTuple):
    """A notice that is new, and what becomes of its mail."""

    id: UUID
    kind: str
    party: str
    for_head: bool
    delivery: Delivery


class Outgoing(NamedTuple):
    """A notice whose mail is to be delivered."""

    id: UUID
    party: str
    for_head: bool
    about: str
    words: Words
    attempts: int


async def insert_notices(
    connection: "Connection[Any]", rows: Iterable[tuple[UUID, Telling, datetime | None]]
) -> list[Inserted]:
    """Note what is to be told, each with when it counts as read, being too old for a mail.

    What was told already stays as it is. Returns what was not.
    """
    columns = [
        (
            notice_id,
            telling.fact,
            telling.party,
            telling.for_head,
            telling.kind,
            telling.about,
            msgspec.json.encode(telling.facts).decode(),
            telling.occurred_at,
            read_at,
        )
        for notice_id, telling, read_at in rows
    ]
    inserted = await connection.fetch(_INSERT, *zip(*columns, strict=True))
    return [
        Inserted(row["id"], row["kind"], row["party"], row["for_head"], Delivery(row["delivery"])) for row in inserted
    ]


async def list_to_mail(connection: "Connection[Any]", limit: int) -> list[Unwritten]:
    """The notices that a mail waits for, as far as they have no words yet, oldest first."""
    rows = await connection.fetch(
        "select id, kind, facts from notice where words is null and delivery = 'waiting' order by id limit $1", limit
    )
    return _unwritten(rows)


async def list_unwritten(connection: "Connection[Any]", ids: Iterable[UUID]) -> list[Unwritten]:
    """Those of some notices that have no words yet."""
    return _unwritten(
        await connection.fetch("select id, kind, facts from notice where words is null and id = any($1)", list(ids))
    )


def _unwritten(rows: Iterable[Any]) -> list[Unwritten]:
    decode = decoder_of(Facts).decode
    return [Unwritten(row["id"], row["kind"], decode(row["facts"])) for row in rows]


async def find_names(connection: "Connection[Any]", facts: Iterable[Facts]) -> Names:
    """The names that facts leave to be looked up, as the directory has them."""
    told = tuple(facts)
    things = {
        *(one.company_id for one in told if not one.company),
        *(one.association_id for one in told if not one.association),
        *(one.visit_offer_id for one in told if not one.offer),
    }
    rows = await connection.fetch(
        "select kind, id, document->>'name' as name, document->>'title' as title from entry"
        " where kind in ('company', 'association', 'visit-offer') and id = any($1)",
        list(things - {None}),
    )
    schools = await connection.fetch(
        "select parent, document->>'name' as name from entry where kind = 'school' and parent = any($1)",
        list({one.school_uai for one in told if not one.school}),
    )

    def of(kind: str, field: str) -> dict[object, str]:
        return {row["id"]: row[field] for row in rows if row["kind"] == kind}

    return Names(
        companies=of("company", "name"),
        associations=of("association", "name"),
        schools={row["parent"]: row["name"] for row in schools},
        offers=of("visit-offer", "title"),
    )


async def update_words(connection: "Connection[Any]", rows: Iterable[tuple[UUID, Words]]) -> None:
    """Give notices their words; those that have some keep them."""
    await connection.execute(
        "update notice set words = written.words from unnest($1::uuid[], $2::jsonb[]) as written (id, words)"
        " where notice.id = written.id and notice.words is null",
        *map(list, zip(*rows, strict=True)),
    )


async def find_outgoing(connection: "Connection[Any]", notice_id: UUID) -> Outgoing | None:
    """A notice whose mail still waits, locked; None where there is nothing (any more) to deliver."""
    row = await connection.fetchrow(
        "select id, party, for_head, about, words, attempts from notice"
        " where id = $1 and delivery = 'waiting' and words is not null for update",
        notice_id,
    )
    if row is None:
        return None
    words = decoder_of(Words).decode(row["words"])
    return Outgoing(row["id"], row["party"], row["for_head"], row["about"], words, row["attempts"])


async def update_all_waiting(connection: "Connection[Any]", delivery: Delivery) -> None:
    """Say what becomes of all mails that wait."""
    await connection.execute("update notice set delivery = $1 where delivery = 'waiting'", delivery)


async def update_delivery(
    connection: "Connection[Any]", notice_id: UUID, delivery: Delivery, detail: str, attempts: int
) -> None:
    """Say what became of a notice's mail."""
    await connection.execute(
        "update notice set delivery = $2, delivery_detail = $3, attempts = $4 where id = $1",
        notice_id,
        delivery,
        detail,
        attempts,
    )


async def list_ids(
    connection: "Connection[Any]", caller: Caller, *, unread: bool, before: UUID | None, limit: int
) -> list[UUID]:
    """Which notices the caller's organisation has, newest first."""
    rows = await connection.fetch(
        f"select id from notice where {_MINE}"  # noqa: S608  constants
        " and (not $3 or read_at is null) and ($4::uuid is null or id < $4) order by id desc limit $5",
        caller.party,
        caller.role is Role.HEAD,
        unread,
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def list_notices(connection: "Connection[Any]", ids: list[UUID]) -> list[Notice]:
    """Notices that have their words, newest first."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from notice where id = any($1) and words is not null order by id desc",  # noqa: S608  constants
        ids,
    )
    return [_notice(row) for row in rows]


async def update_read(connection: "Connection[Any]", caller: Caller, notice_id: UUID, now: datetime) -> bool:
    """Mark one notice of the caller's organisation as read, once; whether there is such a notice for the caller."""
    return bool(
        await connection.fetchval(
            f"update notice set read_at = coalesce(read_at, $4) where id = $3 and {_MINE} returning true",  # noqa: S608  constants
            caller.party,
            caller.role is Role.HEAD,
            notice_id,
            now,
        )
    )


async def list_things(connection: "Connection[Any]", kind: str, as_type: Any, ids: list[UUID]) -> list[Any]:
    """Resources of one kind as the directory holds them, as far as it does."""
    rows = await connection.fetch("select document from entry where kind = $1 and id = any($2)", kind, ids)
    decode = decoder_of(as_type).decode
    return [decode(row["document"]) for row in rows]


async def delete_old_notices(
    connection: "Connection[Any]", *, read_before: datetime, before: datetime, kept_a_party: int
) -> None:
    """Forget what was read long ago, what nobody read for longer still, and what a party has too much of."""
    await connection.execute(
        "delete from notice where delivery <> 'waiting'"
        " and (read_at < $1 or occurred_at < $2 or id in ("
        "   select id from (select id, row_number() over (partition by party order by id desc) as place from notice)"
        "   as placed where place > $3))",
        read_before,
        before,
        kept_a_party,
    )


def _notice(row: Any) -> Notice:
    words = decoder_of(Words).decode(row["words"])
    return Notice(
        id=row["id"],
        kind=row["kind"],
        title=words.title,
        text=words.text,
        about=row["about"],
        for_head=row["for_head"],
        occurred_at=row["occurred_at"],
        read_at=row["read_at"],
        delivery=Delivery(row["delivery"]),
        delivery_detail=row["delivery_detail"],
    )
