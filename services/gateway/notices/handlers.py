"""Noting what events give to tell, in the transaction in which the directory keeps them.

Nothing is looked up or written here that can wait, and all events of a batch are noted together: search follows the
same events, and is to be quick. Words and mails are made later (delivering.py, reading.py), reminders by the timers of
reminding.py.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from contracts.associations.profiles import Association
from contracts.caller import party
from contracts.companies.bookings import Booking
from contracts.companies.profiles import Company
from contracts.companies.visit_offers import VisitOffer
from contracts.gateway.notices import Delivery
from contracts.matchmaker.schools import School
from contracts.message import Event, Resource
from contracts.vocabulary import OrganisationKind
from services.gateway.directory.entries import kind_of
from services.gateway.directory.projections import note_changes
from services.gateway.live.hearing_rules import NOTICE, Change, head_of
from services.gateway.notices import store
from services.gateway.notices.address_store import AddressRow, upsert_addresses
from services.gateway.notices.choreography_rules import COMPARED
from services.gateway.notices.condition_rules import Happened
from services.gateway.notices.reminder_rules import next_due
from services.gateway.notices.telling_rules import Telling, tellings
from services.work import Work

WRITE, DELIVER, REMIND = "write_notices", "deliver_notice", "remind"
# After an outage, or from a restored backup: what is older than this is kept, as read, and nobody is mailed about it.
NO_NEWS_AFTER = timedelta(days=7)

READ_KEPT = timedelta(days=365)
KEPT = timedelta(days=2 * 365)
KEPT_A_PARTY = 5000

Key = tuple[str, UUID]
COMPARED_KINDS: dict[str, type[Resource]] = {kind_of(kind): kind for kind in (Booking, VisitOffer)}


class Noted(NamedTuple):
    """An event, and who did what it tells of."""

    event: Event
    actor: str


async def note(event: Event, work: Work) -> None:
    """Note who is to be told of an event, where mails go from now on, and when to remind.

    Before the directory keeps it: what changed is seen by what the directory holds.
    """
    work.gather(note_batch, Noted(event, work.actor))


async def note_batch(batch: list[Noted], work: Work) -> None:
    """Note a batch of events, in their order."""
    await upsert_addresses(work.connection, (row for noted in batch for row in addresses_of(noted.event.resource)))
    known: dict[Key, Any] = {}
    compared = [noted.event.resource for noted in batch if type(noted.event) in COMPARED]
    for kind in sorted({kind_name for kind_name, _ in map(key_of, compared)}):
        ids = [thing.id for thing in compared if key_of(thing)[0] == kind]
        for thing in await store.list_things(work.connection, kind, COMPARED_KINDS[kind], ids):
            known[key_of(thing)] = thing
    told: list[Telling] = []
    looks: dict[str, datetime] = {}
    for event, actor in batch:
        key, before = key_of(event.resource), known.get(key_of(event.resource))
        # A late event tells of what a later one, which is known already, was compared with.
        is_late = before is not None and before.version >= event.resource.version
        happened = Happened(event, actor, None if is_late else before)
        told += tellings(happened, work.now)
        if not is_late:
            known[key] = event.resource
        if due := next_due(happened.thing, work.now):
            looks[":".join(map(str, key_of(happened.thing)))] = due
    await note_tellings(told, work)
    for name, due in looks.items():
        work.set_timer(REMIND, name, due)


async def note_tellings(told: list[Telling], work: Work) -> None:
    """Note what is to be told, once each, and have it written."""
    if not told:
        return
    rows = [
        (work.new_id(), telling, work.now if work.now - telling.occurred_at > NO_NEWS_AFTER else None)
        for telling in told
    ]
    new = await store.insert_notices(work.connection, rows)
    if any(one.delivery is Delivery.WAITING for one in new):
        work.set_timer(WRITE, "", work.now)
    note_changes([_heard_by_its_addressee(one) for one in new], work)


def _heard_by_its_addressee(one: store.Inserted) -> Change:
    addressee = head_of(one.party) if one.for_head else one.party
    return Change(kind=NOTICE, thing_id=one.id, version=1, state=one.kind, parties=(addressee,))


async def forget_old_notices(work: Work) -> None:
    """Drop what nobody looks for any more."""
    await store.delete_old_notices(
        work.connection, read_before=work.now - READ_KEPT, before=work.now - KEPT, kept_a_party=KEPT_A_PARTY
    )


def key_of(thing: Resource) -> Key:
    """Which resource that is, among all kinds."""
    kind: type[Resource] = type(thing)
    return kind_of(kind), thing.id


def addresses_of(resource: Any) -> Iterator[AddressRow]:
    """Where an organisation wants its mail, if the resource is one."""
    match resource:
        case Company():
            name, contacts = party(OrganisationKind.COMPANY, resource.id), {False: resource.contact}
        case Association():
            name, contacts = party(OrganisationKind.ASSOCIATION, resource.id), {False: resource.contact}
        case School():
            name = party(OrganisationKind.SCHOOL, resource.uai)
            contacts = {False: resource.contact, True: resource.head_contact}
        case _:
            return
    for for_head, contact in contacts.items():
        who, email = (contact.name, contact.email) if contact else ("", "")
        yield AddressRow(name, for_head, resource.version, who, email)
