"""What other things name by id alone: offers, schools and associations, as far as the directory has them.

For pages that show them beside something that the reader may see; who may list them is asked in store.py.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from contracts.companies.bookings import Booking
from contracts.companies.visit_offers import VisitOffer
from contracts.message import decoder_of
from services.work import Connection


async def list_offers(connection: "Connection[Any]", ids: Iterable[UUID]) -> dict[UUID, VisitOffer]:
    """Visit offers by their ids."""
    rows = await connection.fetch(
        "select id, document from entry where kind = 'visit-offer' and id = any($1::uuid[])", sorted(set(ids))
    )
    return {row["id"]: decoder_of(VisitOffer).decode(row["document"]) for row in rows}


async def list_school_names(connection: "Connection[Any]", uais: Iterable[str]) -> dict[str, str]:
    """Schools' names, with their communes, by UAI."""
    rows = await connection.fetch(
        "select parent, document->>'name' as name, document->'place'->>'commune_name' as commune from entry"
        " where kind = 'school' and parent = any($1::text[])",
        sorted(set(uais)),
    )
    return {row["parent"]: f"{row['name']}, {row['commune']}" for row in rows}


async def list_association_names(connection: "Connection[Any]", ids: Iterable[UUID]) -> dict[UUID, str]:
    """Associations' names by their ids."""
    rows = await connection.fetch(
        "select id, document->>'name' as name from entry where kind = 'association' and id = any($1::uuid[])",
        sorted(set(ids)),
    )
    return {row["id"]: row["name"] for row in rows}


async def list_bookings_of_request(
    connection: "Connection[Any]", school: str, class_request_id: UUID, most: int
) -> list[Booking]:
    """The bookings that answer a class request of a school (`school:0320001A`), soonest visit first."""
    rows = await connection.fetch(
        "select document from entry where kind = 'booking' and parties @> array[$1::text]"
        " and document->>'class_request_id' = $2 order by sort_key, id limit $3",
        school,
        str(class_request_id),
        most,
    )
    return [decoder_of(Booking).decode(row["document"]) for row in rows]
