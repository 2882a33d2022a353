"""Supply as others tell of it: kept as copies, and matched again when it matters."""

from contracts.associations.capacities import (
    CapacityChanged,
    CapacityPublished,
    CapacityWithdrawn,
)
from contracts.associations.profiles import (
    AssociationApproved,
    AssociationChanged,
    AssociationRegistered,
    AssociationSuspended,
)
from contracts.companies.job_needs import (
    JobNeedAdded,
    JobNeedChanged,
    JobNeedClosed,
    JobNeedPublished,
)
from contracts.companies.profiles import (
    CompanyApproved,
    CompanyChanged,
    CompanyRegistered,
    CompanySuspended,
    SiteAdded,
    SiteChanged,
)
from contracts.companies.slots import SlotChanged, SlotClosed, SlotDone, SlotOpened
from contracts.companies.visit_offers import (
    VisitOfferAdded,
    VisitOfferChanged,
    VisitOfferClosed,
    VisitOfferPublished,
    VisitOfferStale,
)
from services.matchmaker.mediations.triggers import seek_again
from services.matchmaker.runs.changes import ChangeKind, note_change
from services.matchmaker.runs.triggers import rematch_partnerships
from services.matchmaker.supply import store
from services.work import Work

CompanyEvent = CompanyRegistered | CompanyChanged | CompanyApproved | CompanySuspended
SiteEvent = SiteAdded | SiteChanged
JobNeedEvent = JobNeedAdded | JobNeedPublished | JobNeedChanged | JobNeedClosed
VisitOfferEvent = VisitOfferAdded | VisitOfferPublished | VisitOfferChanged | VisitOfferClosed | VisitOfferStale
SlotEvent = SlotOpened | SlotClosed | SlotChanged | SlotDone
AssociationEvent = AssociationRegistered | AssociationChanged | AssociationApproved | AssociationSuspended


async def follow_company(event: CompanyEvent, work: Work) -> None:
    """A company's name, state or wish for partners."""
    if await store.keep_company(work.connection, event.company):
        note_change(work, ChangeKind.COMPANY, event.company.id)
        rematch_partnerships(work)


async def follow_site(event: SiteEvent, work: Work) -> None:
    """Where a company is: a school near it is not far from industry."""
    if await store.keep_site(work.connection, event.site):
        note_change(work, ChangeKind.SITE, event.site.id)
        rematch_partnerships(work)


async def follow_job_need(event: JobNeedEvent, work: Work) -> None:
    """What a company recruits for makes a partnership more useful."""
    if await store.keep_job_need(work.connection, event.job_need):
        rematch_partnerships(work)


async def follow_visit_offer(event: VisitOfferEvent, work: Work) -> None:
    """What a site opens to classes."""
    if await store.keep_visit_offer(work.connection, event.visit_offer):
        note_change(work, ChangeKind.VISIT_OFFER, event.visit_offer.id)
        rematch_partnerships(work)


async def follow_slot(event: SlotEvent, work: Work) -> None:
    """When a site is open, and for how many groups."""
    if await store.keep_slot(work.connection, event.slot):
        note_change(work, ChangeKind.SLOT, event.slot.id)


async def follow_association(event: AssociationEvent, work: Work) -> None:
    """An association's name, state or wish for partners."""
    if await store.keep_association(work.connection, event.association):
        seek_again(work)
        note_change(work, ChangeKind.ASSOCIATION, event.association.id)
        rematch_partnerships(work)


async def follow_capacity(event: CapacityPublished | CapacityChanged | CapacityWithdrawn, work: Work) -> None:
    """What an association can give."""
    if await store.keep_capacity(work.connection, event.capacity):
        seek_again(work)
        note_change(work, ChangeKind.CAPACITY, event.capacity.id)
        rematch_partnerships(work)
