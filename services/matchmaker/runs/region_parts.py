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
from services.matchmaker.runs.reserve_store import load_reserve
from services.matchmaker.runs.reserving import Reserve
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

    def union(self, other: "Touched") -> "Touched":
        """What is touched by one or the other."""
        return Touched(
            requests=self.requests | other.requests,
            slots=self.slots | other.slots,
            capacities=self.capacities | other.capacities,
            sites=self.sites | other.sites,
            everything=self.everything or other.everything,
        )


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


async def with_proposed(connection: Connection, touched: Touched) -> Touched:
    """And the classes that are proposed one of the slots, or one of the capacities as their mediator."""
    classes = await part_store.list_requests_proposed(connection, touched.slots, touched.capacities)
    return msgspec.structs.replace(touched, requests=touched.requests.union(classes))


async def with_same_offers(connection: Connection, slots: frozenset[UUID]) -> frozenset[UUID]:
    """And the other open slots of the same offers: places are kept for some classes over all slots of an offer."""
    return slots.union(await part_store.list_slots_of_same_offers(connection, slots))


async def load_part(
    connection: Connection, touched: Touched, sites: Iterable[Site], now: datetime, *, reserving: bool = False
) -> Region:
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
        reserve=await load_reserve(connection, offers) if reserving else Reserve(),
    )
