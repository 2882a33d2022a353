"""What the directory keeps of each kind of resource: who may see it, what its list hangs from, how it is sorted.

Pure. Contacts are removed here, so that no read model ever holds one.
"""

import unicodedata
from datetime import UTC, datetime, timedelta
from functools import cache, singledispatch
from typing import Any
from uuid import UUID

import msgspec

from contracts.associations.capacities import Capacity
from contracts.associations.interventions import Intervention
from contracts.associations.partnerships import Partnership
from contracts.associations.profiles import Association
from contracts.caller import party
from contracts.companies.bookings import Booking
from contracts.companies.job_needs import JobNeed
from contracts.companies.profiles import Company, Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.match_runs import MatchRun
from contracts.matchmaker.mediations import Mediation
from contracts.matchmaker.proposals import PartnershipProposal, VisitProposal
from contracts.matchmaker.schools import School
from contracts.matchmaker.unmet_demand import UnmetDemand
from contracts.message import Resource, kebab_case
from contracts.place import Place
from contracts.vocabulary import Level, OrganisationKind, Theme

COMPANY, ASSOCIATION, SCHOOL = OrganisationKind.COMPANY, OrganisationKind.ASSOCIATION, OrganisationKind.SCHOOL


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One resource as the directory keeps it.

    `parties` may see it though it is not public. `tags` are what lists filter by (`rome:H2903`), `label` what a
    person searches by.
    """

    document: Resource
    parties: tuple[str, ...]
    public: bool = False
    parent: str = ""
    sort_key: str
    state: str = ""
    tags: tuple[str, ...] = ()
    label: str = ""
    place: Place | None = None

    @property
    def kind(self) -> str:
        """The kind of resource, in one word."""
        return kind_of(type(self.document))

    @property
    def id(self) -> UUID:
        """The resource's id."""
        return self.document.id


@cache
def kind_of(resource: type[Resource]) -> str:
    """`VisitOffer` as `visit-offer`."""
    return kebab_case(resource.__name__)


# Nobody but its parties sees one of these, so that their lists need not look for public ones.
PRIVATE: frozenset[type[Resource]] = frozenset(
    {Booking, Mediation, Intervention, Partnership, ClassRequest, VisitProposal, PartnershipProposal, MatchRun}
)
_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


def plain(text: str) -> str:
    """A text for searching and sorting: lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def soonest_first(instant: datetime) -> str:
    """A time as a word that sorts as the time does."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def newest_first(instant: datetime) -> str:
    """A time as a word that sorts the other way: the microseconds left until the end of the year 9999."""
    return f"{(_END_OF_TIME - instant) // timedelta(microseconds=1):018d}"


def most_first(number: int) -> str:
    """A number as a word that sorts the other way."""
    return f"{10**9 - number:010d}"


def asked_for(theme: Theme | None, level: Level | None) -> str:
    """What a class asked for, as one word; None leaves it open."""
    return f"{theme or ''}/{level or ''}"


@singledispatch
def entry_of(resource: Any) -> Entry:
    """The entry of a resource; raises TypeError for a kind that the directory does not keep."""
    raise TypeError(f"the directory keeps no {type(resource).__name__}")


@entry_of.register
def _(company: Company) -> Entry:
    return Entry(
        document=msgspec.structs.replace(company, contact=None),
        parties=(party(COMPANY, company.id),),
        public=company.state != "suspended",
        sort_key=plain(company.name),
        state=company.state,
        label=plain(company.name),
    )


@entry_of.register
def _(site: Site) -> Entry:
    return Entry(
        document=site,
        parties=(party(COMPANY, site.company_id),),
        public=True,
        parent=str(site.company_id),
        sort_key=plain(site.name),
        label=plain(site.name),
        place=site.place,
    )


@entry_of.register
def _(need: JobNeed) -> Entry:
    return Entry(
        document=need,
        parties=(party(COMPANY, need.company_id),),
        public=need.state == "published",
        parent=str(need.company_id),
        sort_key=newest_first(need.created_at),
        state=need.state,
        tags=(f"rome:{need.rome}", f"kind:{need.kind}"),
        label=plain(need.title),
        place=need.place,
    )


@entry_of.register
def _(offer: VisitOffer) -> Entry:
    return Entry(
        document=offer,
        parties=(party(COMPANY, offer.company_id),),
        public=offer.state == "published",
        parent=str(offer.company_id),
        sort_key=newest_first(offer.created_at),
        state=offer.state,
        tags=(
            *(f"theme:{theme}" for theme in offer.themes),
            *(f"level:{level}" for level in offer.levels),
            *(f"rome:{rome}" for rome in offer.rome_codes),
        ),
        label=plain(offer.title),
        place=offer.place,
    )


@entry_of.register
def _(slot: Slot) -> Entry:
    return Entry(
        document=slot,
        parties=(party(COMPANY, slot.company_id),),
        public=slot.state in ("open", "full"),
        parent=str(slot.visit_offer_id),
        sort_key=soonest_first(slot.starts_at),
        state=slot.state,
    )


@entry_of.register
def _(booking: Booking) -> Entry:
    return Entry(
        document=booking,
        parties=(
            party(COMPANY, booking.company_id),
            party(SCHOOL, booking.school_uai),
            *((party(ASSOCIATION, booking.association_id),) if booking.association_id else ()),
        ),
        parent=str(booking.slot_id),
        sort_key=soonest_first(booking.starts_at),
        state=booking.state,
    )


@entry_of.register
def _(association: Association) -> Entry:
    return Entry(
        document=msgspec.structs.replace(association, contact=None),
        parties=(party(ASSOCIATION, association.id),),
        public=association.state != "suspended",
        sort_key=plain(association.name),
        state=association.state,
        tags=tuple(f"theme:{theme}" for theme in association.themes),
        label=plain(association.name),
        place=association.place,
    )


@entry_of.register
def _(capacity: Capacity) -> Entry:
    return Entry(
        document=capacity,
        parties=(party(ASSOCIATION, capacity.association_id),),
        public=capacity.state == "published",
        parent=str(capacity.association_id),
        sort_key=newest_first(capacity.created_at),
        state=capacity.state,
        tags=tuple(f"theme:{theme}" for theme in capacity.themes),
        label=plain(capacity.title),
        place=capacity.place,
    )


@entry_of.register
def _(intervention: Intervention) -> Entry:
    return Entry(
        document=intervention,
        parties=(
            party(ASSOCIATION, intervention.association_id),
            party(COMPANY, intervention.company_id),
            party(SCHOOL, intervention.school_uai),
        ),
        parent=str(intervention.booking_id),
        sort_key=soonest_first(intervention.starts_at),
        state=intervention.state,
    )


@entry_of.register
def _(mediation: Mediation) -> Entry:
    return Entry(
        document=mediation,
        parties=(party(COMPANY, mediation.company_id), party(SCHOOL, mediation.school_uai)),
        parent=str(mediation.id),
        sort_key=soonest_first(mediation.starts_at),
        state=mediation.state,
    )


@entry_of.register
def _(partnership: Partnership) -> Entry:
    return Entry(
        document=partnership,
        parties=(party(COMPANY, partnership.company_id), party(ASSOCIATION, partnership.association_id)),
        sort_key=newest_first(partnership.agreed_at),
        state=partnership.state,
    )


@entry_of.register
def _(school: School) -> Entry:
    return Entry(
        document=msgspec.structs.replace(school, contact=None, head_contact=None),
        parties=(party(SCHOOL, school.uai),),
        public=True,
        parent=school.uai,
        sort_key=plain(school.name),
        tags=(f"kind:{school.kind}",),
        label=plain(f"{school.name} {school.place.commune_name} {school.uai}"),
        place=school.place,
    )


@entry_of.register
def _(request: ClassRequest) -> Entry:
    return Entry(
        document=request,
        parties=(party(SCHOOL, request.school_uai),),
        parent=request.school_uai,
        sort_key=newest_first(request.created_at),
        state=request.state,
        place=request.place,
    )


@entry_of.register
def _(proposal: VisitProposal) -> Entry:
    return Entry(
        document=proposal,
        parties=(
            party(SCHOOL, proposal.school_uai),
            party(COMPANY, proposal.company_id),
            *((party(ASSOCIATION, proposal.association_id),) if proposal.association_id else ()),
        ),
        parent=str(proposal.class_request_id),
        sort_key=newest_first(proposal.created_at),
        state=proposal.state,
    )


@entry_of.register
def _(proposal: PartnershipProposal) -> Entry:
    return Entry(
        document=msgspec.structs.replace(proposal, company_contact=None, association_contact=None),
        parties=(party(COMPANY, proposal.company_id), party(ASSOCIATION, proposal.association_id)),
        sort_key=newest_first(proposal.created_at),
        state=proposal.state,
    )


@entry_of.register
def _(run: MatchRun) -> Entry:
    return Entry(document=run, parties=(), sort_key=newest_first(run.started_at), state=run.state)


@entry_of.register
def _(demand: UnmetDemand) -> Entry:
    asked = {
        asked_for(*pair)
        for row in demand.rows
        for pair in ((row.theme, row.level), (row.theme, None), (None, row.level))
    }
    return Entry(
        document=demand,
        parties=(),
        public=True,
        sort_key=most_first(demand.classes),
        state="unmet" if demand.classes else "met",
        tags=(
            *((f"site:{demand.site_id}", f"company:{demand.company_id}") if demand.site_id else ()),
            f"commune:{demand.place.commune}",
            *(f"asked:{each}" for each in sorted(asked)),
        ),
        label=plain(demand.company_name or demand.place.commune_name),
        place=demand.place,
    )
