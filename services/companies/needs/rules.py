"""What a job need must be, how it moves, and until when it stands."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict, replace

from contracts.companies.job_needs import (
    JobNeed,
    JobNeedAdded,
    JobNeedChange,
    JobNeedChanged,
    JobNeedClosed,
    JobNeedPublished,
    NewJobNeed,
)
from contracts.companies.profiles import Company, Site
from contracts.errors import FieldError
from contracts.faults import blank_faults, fault, identifier_faults, refuse, repetition_faults
from contracts.local_time import local_day, start_of_day
from contracts.machines import JOB_NEED
from contracts.reference.codes import check_known_rome

# PRODUCT: a need that nobody confirms is not true for longer.
STANDS_FOR = timedelta(days=60)

PRIVATE_STATES = frozenset({"draft", "in_review"})
Announced = JobNeedAdded | JobNeedPublished | JobNeedClosed
_ANNOUNCED: dict[str, type[Announced]] = {
    "draft": JobNeedAdded,
    "in_review": JobNeedAdded,
    "published": JobNeedPublished,
    "filled": JobNeedClosed,
    "withdrawn": JobNeedClosed,
    "expired": JobNeedClosed,
}


def new_need(new: NewJobNeed, company: Company, site: Site, need_id: UUID, now: datetime) -> JobNeed:
    """The job need that the input describes at a site of the company; raises Invalid with every wrong field."""
    refuse(_faults_of_new(new, local_day(now)))
    fields = {name: value for name, value in asdict(new).items() if name in JobNeed.__struct_fields__}
    need = JobNeed(
        **{
            **fields,
            "id": need_id,
            "fictional": company.fictional,
            "company_id": company.id,
            "company_name": company.name,
            "place": site.place,
            "rome": check_known_rome(new.rome),
            "title": new.title.strip(),
            "state": "draft",
            "created_at": now,
        }
    )
    return _in_state(need, published_state(company), now) if new.publish else need


def changed_need(need: JobNeed, change: JobNeedChange, actors: frozenset[str], now: datetime) -> JobNeed:
    """The need with its change, the very same where nothing differs; raises Invalid, NotYours, TransitionRefused."""
    JOB_NEED.step(need.state, "change", actors)
    edited = replace(need, **{name: value for name, value in asdict(change).items() if value is not UNSET})
    refuse((*blank_faults("title", edited.title), *_until_faults(edited.from_date, edited.until_date, local_day(now))))
    edited = replace(edited, title=edited.title.strip())
    if edited == need:
        return need
    edited = replace(edited, version=need.version + 1)
    if need.expires_at is None or edited.until_date == need.until_date:
        return edited
    return replace(edited, expires_at=expiry(edited.until_date, now))


def moved_need(
    need: JobNeed, action: str, reason: str, company: Company, actors: frozenset[str], now: datetime
) -> JobNeed:
    """The need after a move; raises Invalid, NotYours, TransitionRefused."""
    state = JOB_NEED.move(need.state, action, actors)
    if action == "publish":
        state = published_state(company)
    return _in_state(replace(need, version=need.version + 1, reason=reason), state, now)


def back_in_review(need: JobNeed) -> JobNeed:
    """A published need that waits again for its company's approval; the caller counts its version."""
    return replace(need, state="in_review", expires_at=None)


def is_due(need: JobNeed, now: datetime) -> bool:
    """Whether a published need has stood long enough."""
    return need.state == "published" and need.expires_at is not None and need.expires_at <= now


def published_state(company: Company) -> str:
    """Where publishing leads: to the public for an approved company, to review for another."""
    return "published" if company.state == "approved" else "in_review"


def expiry(until_date: date | None, now: datetime) -> datetime:
    """When a need published, or changed, now ends: after 60 days, or with its last day where that comes first."""
    latest = now + STANDS_FOR
    return latest if until_date is None else min(latest, start_of_day(until_date + timedelta(days=1)))


def announced(need: JobNeed) -> Announced:
    """The event that tells of the state that a need has come to."""
    return _ANNOUNCED[need.state](job_need=need)


def changed_event(need: JobNeed) -> JobNeedChanged:
    """The event that tells of changed fields."""
    return JobNeedChanged(job_need=need)


def _in_state(need: JobNeed, state: str, now: datetime) -> JobNeed:
    expires_at = expiry(need.until_date, now) if state == "published" else None
    return replace(need, state=state, expires_at=expires_at)


def _faults_of_new(new: NewJobNeed, today: date) -> Iterator[FieldError]:
    yield from blank_faults("title", new.title)
    yield from identifier_faults("rome", check_known_rome, new.rome)
    yield from repetition_faults("skills", new.skills)
    if new.from_date < today:
        yield fault(
            "from_date",
            f"{new.from_date} is in the past: choose a day from {today} on.",
            f"Le {new.from_date} est passé : choisissez un jour à partir du {today}.",
        )
    yield from _until_faults(new.from_date, new.until_date, today)


def _until_faults(from_date: date, until_date: date | None, today: date) -> Iterator[FieldError]:
    if until_date is None:
        return
    if until_date < from_date:
        yield fault(
            "until_date",
            f"{until_date} comes before from_date, {from_date}: correct one of the two.",
            f"Le {until_date} précède from_date ({from_date}) : corrigez l'une des deux dates.",
        )
    elif until_date < today:
        yield fault(
            "until_date",
            f"{until_date} is in the past: choose a day from {today} on.",
            f"Le {until_date} est passé : choisissez un jour à partir du {today}.",
        )
