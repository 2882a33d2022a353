"""The table `class_request`."""

from datetime import date
from uuid import UUID

from contracts.matchmaker.class_requests import ClassRequest
from contracts.message import decoder_of
from services.work import Connection

_REQUEST = "select document from class_request where id = $1"
_REQUEST_LOCKED = _REQUEST + " for update"


async def find_class_request(connection: Connection, request_id: UUID, *, lock: bool = False) -> ClassRequest | None:
    """One class request; `lock` holds its row until the end of the transaction."""
    text = await connection.fetchval(_REQUEST_LOCKED if lock else _REQUEST, request_id)
    return decoder_of(ClassRequest).decode(text) if text else None


async def insert_class_request(connection: Connection, request: ClassRequest) -> bool:
    """Write a new class request; False where the booking that it is to replace has its replacement already."""
    inserted = await connection.execute(
        "insert into class_request (id, version, school_uai, state, until_date, document, replaces_booking_id)"
        " values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (replaces_booking_id) where replaces_booking_id is not null do nothing",
        request.id,
        request.version,
        request.school_uai,
        request.state,
        request.until_date,
        request,
        request.replaces_booking_id,
    )
    return inserted == "INSERT 0 1"


async def update_class_request(connection: Connection, request: ClassRequest) -> None:
    """Write a class request that was read with its row locked."""
    await connection.execute(
        "update class_request set version = $2, state = $3, until_date = $4, document = $5 where id = $1",
        request.id,
        request.version,
        request.state,
        request.until_date,
        request,
    )


async def list_past_requests(connection: Connection, today: date) -> tuple[ClassRequest, ...]:
    """Open class requests whose last day is over, locked; 500 at a time."""
    rows = await connection.fetch(
        "select document from class_request where state = 'open' and until_date < $1"
        " order by id limit 500 for update skip locked",
        today,
    )
    return tuple(decoder_of(ClassRequest).decode(row["document"]) for row in rows)
