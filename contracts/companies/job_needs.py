"""Job needs: what `companies` answers and announces about recruitment."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from contracts.fields import Name, Reason, Text, Url
from contracts.message import Command, Event, Input, Instant, Query, Resource
from contracts.place import Place
from contracts.vocabulary import JobNeedKind


class NewJobNeed(Input, frozen=True, kw_only=True):
    """A recruitment need: a ROME code with the job title (appellation) that people read."""

    site_id: UUID
    rome: str
    title: Name
    kind: JobNeedKind
    openings: Annotated[int, Meta(ge=1, le=1000)] = 1
    from_date: date
    until_date: date | None = None
    skills: Annotated[tuple[Name, ...], Meta(max_length=30)] = ()
    description: Text = ""
    link: Url = ""
    external_id: Annotated[str, Meta(max_length=100)] = ""
    publish: bool = False


class JobNeedChange(Input, frozen=True, kw_only=True):
    """The fields of a job need to change; what is left out stays."""

    title: Name | UnsetType = UNSET
    openings: Annotated[int, Meta(ge=1, le=1000)] | UnsetType = UNSET
    until_date: date | None | UnsetType = UNSET
    skills: Annotated[tuple[Name, ...], Meta(max_length=30)] | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    link: Url | UnsetType = UNSET


class JobNeed(Resource, frozen=True, kw_only=True):
    """A recruitment need; state as in `machines.JOB_NEED`."""

    company_id: UUID
    company_name: str
    site_id: UUID
    place: Place
    rome: str
    title: str
    kind: JobNeedKind
    openings: int
    from_date: date
    until_date: date | None = None
    skills: tuple[str, ...] = ()
    description: str = ""
    link: str = ""
    external_id: str = ""
    state: str
    reason: str = ""
    expires_at: Instant | None = None
    created_at: Instant


class AddJobNeed(Command[JobNeed], frozen=True, kw_only=True):
    """Add a job need; published at once if asked and the company is approved."""

    company_id: UUID
    job_need: NewJobNeed


class ChangeJobNeed(Command[JobNeed], frozen=True, kw_only=True):
    """Change some fields of a job need."""

    job_need_id: UUID
    change: JobNeedChange


class MoveJobNeed(Command[JobNeed], frozen=True, kw_only=True):
    """Publish, approve, fill or withdraw a job need (`machines.JOB_NEED`)."""

    job_need_id: UUID
    action: str
    reason: Reason = ""


class GetJobNeed(Query[JobNeed], frozen=True, kw_only=True):
    """One job need."""

    job_need_id: UUID


class JobNeedAdded(Event, frozen=True, kw_only=True):
    """A job need was written, as a draft or for review."""

    job_need: JobNeed


class JobNeedPublished(Event, frozen=True, kw_only=True):
    """A job need is public now."""

    job_need: JobNeed


class JobNeedChanged(Event, frozen=True, kw_only=True):
    """Some fields of a job need changed."""

    job_need: JobNeed


class JobNeedClosed(Event, frozen=True, kw_only=True):
    """A job need was filled, withdrawn, or expired."""

    job_need: JobNeed
