"""The part of the region that changes touch: which things they are, and what the tables say of them now."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from contracts.companies.profiles import Site
from contracts.local_time import local_day
from services.matchmaker.runs import part_store
from services.matchmaker.runs.change_store import Change
from services.matchmaker.runs.changes import ChangeKind
from services.matchmaker.runs.region import Region
from services.work import Connection


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be looked at again; it may be gone."""

    requests: frozenset[UUID] = frozenset()
    slots: frozenset[UUID] = frozenset()
    capacities: frozenset[UUID] = frozenset()
    sites: frozenset[UUID] = frozenset()
    everything: bool = False

    def __len__(self) -> int:
        """How many things that is."""
        return len(self.requests) + len(self.slots) + len(self.capacities) + len(self.sites)


async def touched_by(connection: Connection, changes: Iterable[Change]) -> Touched:
    """The things that changes have to do with: all slots of an offer, of a company, and so on."""
    ids: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        ids[change.kind].add(change.thing_id)

    def named(kind: ChangeKind) -> frozenset[UUID]:
        return frozenset(map(UUID, ids[kind]))

    requests, slots = named(ChangeKind.CLASS_REQUEST), named(ChangeKind.SLOT)
    capacities = named(ChangeKind.CAPACITY)
    if ids[ChangeKind.SCHOOL]:
        requests |= set(await part_store.list_requests_of_schools(connection, ids[ChangeKind.SCHOOL]))
    offers, companies = named(ChangeKind.VISIT_OFFER), named(ChangeKind.COMPANY)
    if offers or companies:
        slots |= set(await part_store.list_slots_of_offers(connection, offers, companies))
    if associations := named(ChangeKind.ASSOCIATION):
        capacities |= set(await part_store.list_capacities_of_associations(connection, associations))
    return Touched(
        requests=requests,
        slots=slots,
        capacities=capacities,
        sites=named(ChangeKind.SITE),
        everything=bool(ids[ChangeKind.EVERYTHING]),
    )


async def load_part(connection: Connection, touched: Touched, sites: Iterable[Site], now: datetime) -> Region:
    """The touched things that are still there; `sites` are those of the whole region."""
    today = local_day(now)
    requests, schools = await part_store.list_requests(connection, touched.requests, today)
    slots, offers = await part_store.list_slots(connection, touched.slots, now)
    return Region(
        requests={request.id: request for request in requests},
        schools=schools,
        sites=tuple(sites),
        slots={slot.id: slot for slot in slots},
        offers=offers,
        capacities=await part_store.list_capacities(connection, touched.capacities, today),
        waiting=await part_store.list_waiting(connection, touched.requests),
        held=await part_store.list_held(connection, touched.requests),
        promised=await part_store.list_promised(connection, touched.capacities),
        ended=await part_store.list_ended(connection, touched.requests),
    )
