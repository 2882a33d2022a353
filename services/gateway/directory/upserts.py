"""Writing the directory's rows: all resources of a batch of events with one statement a table.

Every row is guarded by its resource's version, and of one resource a batch keeps the latest. Rows are written in the
order of their keys, so that replicas which write the same ones wait for each other instead of colliding.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.gateway.visits import OfferSummary
from contracts.message import Resource
from services.gateway.directory.entries import Entry, entry_of, kind_of
from services.gateway.directory.masks import mask
from services.gateway.live.hearing_rules import Change
from services.work import Connection


def _sql(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")


_UPSERT_ENTRIES = _sql("upsert_entries")
_INSERT_PLACES = _sql("insert_places")
_UPSERT_OFFERS = _sql("upsert_search_offers")
_UPSERT_SUMMARIES = _sql("upsert_search_summaries")
_UPSERT_SLOTS = _sql("upsert_search_slots")


async def upsert_resources(connection: "Connection[Any]", resources: Iterable[Resource]) -> list[Change]:
    """Keep resources unless a later version of one is there already; returns what changed."""
    latest: dict[tuple[str, UUID], Resource] = {}
    for resource in resources:
        key = kind_of(type(resource)), resource.id
        if key not in latest or resource.version > latest[key].version:
            latest[key] = resource
    kept = [latest[key] for key in sorted(latest)]
    entries = [entry_of(resource) for resource in kept]
    changed: list[Change] = []
    if entries:
        # Bookings are many: columns cost PostgreSQL two thirds of what rows in JSON do.
        rows = await connection.fetch(_UPSERT_ENTRIES, *zip(*map(_entry_row, entries), strict=True))
        by_key = {(entry.kind, entry.id): entry for entry in entries}
        changed = [_change(by_key[row["kind"], row["id"]], row) for row in rows]
    if offers := [_offer_row(resource) for resource in kept if isinstance(resource, VisitOffer)]:
        await connection.execute(_INSERT_PLACES, offers)
        await connection.execute(_UPSERT_OFFERS, offers)
        await connection.execute(_UPSERT_SUMMARIES, offers)
    if slots := [_slot_row(resource) for resource in kept if isinstance(resource, Slot)]:
        await connection.execute(_UPSERT_SLOTS, slots)
    return changed


def _change(entry: Entry, row: Any) -> Change:
    return Change(
        kind=entry.kind,
        thing_id=entry.id,
        version=entry.document.version,
        state=entry.state,
        parties=entry.parties,
        public=entry.public,
        former_parties=tuple(row["former_parties"] or ()),
        was_public=row["was_public"],
    )


def _entry_row(entry: Entry) -> tuple[Any, ...]:
    place = entry.place
    return (
        entry.kind,
        entry.id,
        entry.document.version,
        " ".join(entry.parties),
        entry.public,
        entry.parent,
        entry.sort_key,
        entry.state,
        place.department if place else "",
        " ".join(entry.tags),
        entry.label,
        place.latitude if place else None,
        place.longitude if place else None,
        msgspec.json.encode(entry.document).decode(),
    )


def _offer_row(offer: VisitOffer) -> dict[str, Any]:
    return {
        "id": offer.id,
        "version": offer.version,
        "published": offer.state == "published",
        "company_id": offer.company_id,
        "site_id": offer.site_id,
        "latitude": offer.place.latitude,
        "longitude": offer.place.longitude,
        "department": offer.place.department,
        "levels": mask(offer.levels),
        "themes": mask(offer.themes),
        "rome_codes": offer.rome_codes,
        "access_needs": mask(offer.accessibility.needs),
        "needs_mediation": offer.needs_mediation,
        "role_model": offer.role_model_present,
        "free": offer.price_cents == 0 and not any(fee.price_cents for fee in offer.fees),
        "lead_time_days": offer.lead_time_days,
        "pupils_min": offer.pupils_min,
        "splitting": offer.splitting,
        "fictional": offer.fictional,
        # As text: it goes into answers byte by byte, and is never read here again.
        "summary": msgspec.json.encode(msgspec.convert(offer, OfferSummary, from_attributes=True)).decode(),
    }


def _slot_row(slot: Slot) -> dict[str, Any]:
    one, two = _largest_class(slot)
    return {
        "id": slot.id,
        "version": slot.version,
        "visit_offer_id": slot.visit_offer_id,
        "starts_at": slot.starts_at,
        "bookable": slot.state == "open" and not slot.is_taken,
        "awaitable": slot.state == "full",
        "fits": one,
        "fits_split": two,
    }


def _largest_class(slot: Slot) -> tuple[int, int]:
    """How many pupils fit in one group of a slot, and in two where an offer splits classes.

    Of what is left; of a full slot, of what may become free.
    """
    if slot.pooled:
        left = slot.places if slot.is_taken else slot.pupils_left
        return left, left
    groups = slot.groups if slot.is_taken else slot.groups_left
    return slot.pupils_per_group, slot.pupils_per_group * min(groups, 2)
