"""The peer's tables made and filled with the same stock as companies'."""

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

from tests.benchmarks import bookable
from tests.benchmarks.peer.tables import ApiKey, Base, School, Slot, VisitOffer

_SLOT = ("id", "visit_offer_id", "company_id", "starts_at", "ends_at", "groups", "pupils_per_group", "state")
_KEY = ("id", "secret_hash", "role", "organisation", "organisation_id", "scopes", "created_at")
_OFFER = (
    "id",
    "company_id",
    "title",
    "state",
    "levels",
    "formats",
    "pupils_min",
    "pupils_per_adult",
    "lead_time_days",
    "instant_confirmation",
)


def url_of(dsn: str) -> str:
    """A data source name as SQLAlchemy writes it."""
    return dsn.replace("postgresql://", "postgresql+asyncpg://", 1)


async def fill(dsn: str) -> None:
    """Make the tables, and write offers, slots, schools and keys."""
    engine = create_async_engine(url_of(dsn))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()

    connection = await asyncpg.connect(dsn)
    offers = [bookable.offer(number) for number in range(bookable.OFFERS)]
    await connection.copy_records_to_table(
        VisitOffer.__tablename__,
        columns=(*_OFFER, "minimum_age", "access_needs", "alternative_route"),
        records=[
            (
                *(getattr(offer, name) for name in _OFFER),
                offer.safety.minimum_age,
                list(offer.accessibility.needs),
                offer.accessibility.alternative_route,
            )
            for offer in offers
        ],
    )
    await connection.copy_records_to_table(
        Slot.__tablename__,
        columns=_SLOT,
        records=(tuple(getattr(slot, name) for name in _SLOT) for slot in bookable.slots()),
    )
    await connection.copy_records_to_table(
        School.__tablename__,
        columns=("uai", "head_approves", "name"),
        records=[(bookable.uai_of(number), False, f"Collège {number}") for number in range(bookable.SCHOOLS)],
    )
    await connection.copy_records_to_table(ApiKey.__tablename__, columns=_KEY, records=list(bookable.key_rows()))
    await connection.execute("vacuum analyze")
    await connection.close()
