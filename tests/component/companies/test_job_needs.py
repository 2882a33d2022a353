"""Writing, publishing, changing, filling and expiring job needs."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from contracts.companies.job_needs import (
    AddJobNeed,
    ChangeJobNeed,
    GetJobNeed,
    JobNeed,
    JobNeedAdded,
    JobNeedChange,
    JobNeedChanged,
    JobNeedClosed,
    JobNeedPublished,
    MoveJobNeed,
)
from contracts.errors import Kind
from tests.component.companies.asking import a_host
from tests.component.companies.given import (
    COORDINATOR,
    OTHER_COMPANY,
    OTHER_SIREN,
    SITE_ID,
    STRANGER_ID,
    TEACHER,
    new_need,
    today,
)

DAY = timedelta(days=1)


def adding(host, **given):
    need = new_need(**({"first_day": today(), "site_id": host.site.id} | given))
    return AddJobNeed(company_id=host.company.id, job_need=need)


async def a_need_of(companies, host, **given):
    return await companies.ask(adding(host, **given), host.caller)


def moving(need, action):
    return MoveJobNeed(job_need_id=need.id, action=action)


async def test_a_company_writes_and_publishes_a_need(companies):
    """A draft is its own; published, everybody sees it; both are announced."""
    host = await a_host(companies)
    draft = await a_need_of(companies, host)
    hidden = await companies.refusal(GetJobNeed(job_need_id=draft.id), TEACHER)

    published = await companies.ask(moving(draft, "publish"), host.caller)

    assert (draft.state, hidden.kind) == ("draft", Kind.NOT_FOUND)
    assert (published.state, published.version) == ("published", 2)
    assert await companies.ask(GetJobNeed(job_need_id=draft.id), TEACHER) == published
    assert await companies.announced(JobNeedAdded) == [JobNeedAdded(job_need=draft)]
    assert await companies.announced(JobNeedPublished) == [JobNeedPublished(job_need=published)]
    assert await companies.documents("job_need", JobNeed) == [published]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rome": "H29"}, "rome"),
        ({"first_day": today() - DAY}, "from_date"),
        ({"until_date": today() - DAY}, "until_date"),
        ({"site_id": SITE_ID}, "site_id"),
    ],
)
async def test_a_wrong_need_is_refused_by_its_field(companies, wrong, field):
    """Nothing is stored, nothing announced."""
    host = await a_host(companies)

    problem = await companies.refusal(adding(host, **wrong), host.caller)

    assert [fault.field for fault in problem.fields] == [field]


async def test_the_site_must_be_the_company_s(companies):
    """Another company's site is as good as none."""
    host, other = await a_host(companies), await a_host(companies, siren=OTHER_SIREN)

    problem = await companies.refusal(adding(host, site_id=other.site.id), host.caller)

    assert [fault.field for fault in problem.fields] == ["site_id"]


async def test_an_external_id_is_taken_once(companies):
    """The refusal gives the id of the need that has it; another company may use the same."""
    host, other = await a_host(companies), await a_host(companies, siren=OTHER_SIREN)
    need = await a_need_of(companies, host, external_id="A-1")

    problem = await companies.refusal(adding(host, external_id="A-1"), host.caller)
    elsewhere = await a_need_of(companies, other, external_id="A-1")

    assert (problem.slug, problem.facts["id"]) == ("already-exists", str(need.id))
    assert elsewhere.external_id == "A-1"


async def test_a_published_need_changes_and_is_filled(companies):
    """Each step is announced once; the clock is stopped."""
    host = await a_host(companies)
    need = await a_need_of(companies, host, publish=True)

    changed = await companies.ask(ChangeJobNeed(job_need_id=need.id, change=JobNeedChange(openings=5)), host.caller)
    filled = await companies.ask(moving(need, "fill"), host.caller)

    assert (changed.openings, filled.openings, filled.state) == (5, 5, "filled")
    assert await companies.announced(JobNeedChanged) == [JobNeedChanged(job_need=changed)]
    assert await companies.announced(JobNeedClosed) == [JobNeedClosed(job_need=filled)]
    assert await companies.connection.fetchval("select count(*) from timer") == 0


async def test_nobody_else_touches_a_need(companies):
    """What is public is not theirs, what is not public is not there."""
    host = await a_host(companies)
    draft, public = await a_need_of(companies, host), await a_need_of(companies, host, publish=True)

    assert (await companies.refusal(adding(host), OTHER_COMPANY)).slug == "not-yours"
    assert (await companies.refusal(moving(public, "fill"), OTHER_COMPANY)).slug == "not-yours"
    assert (await companies.refusal(moving(public, "expire"), COORDINATOR)).slug == "not-yours"
    assert (await companies.refusal(moving(draft, "publish"), OTHER_COMPANY)).kind is Kind.NOT_FOUND
    assert (await companies.refusal(GetJobNeed(job_need_id=STRANGER_ID), COORDINATOR)).kind is Kind.NOT_FOUND


async def test_a_need_expires_by_its_timer(companies):
    """After sixty days it closes by itself, once."""
    host = await a_host(companies)
    need = await a_need_of(companies, host, publish=True)
    due_at = await companies.connection.fetchval("select due_at from timer where key = $1", str(need.id))

    await let_days_pass(companies, replace(need, expires_at=datetime.now(UTC)))
    [event] = await companies.until(lambda: companies.announced(JobNeedClosed))

    assert due_at == need.expires_at
    assert abs(due_at - need.created_at - timedelta(days=60)) < timedelta(seconds=1)
    assert (event.job_need.state, event.job_need.version) == ("expired", 2)


async def test_a_timer_that_comes_too_early_does_nothing(companies):
    """A need that was prolonged since stands until its new end."""
    host = await a_host(companies)
    need = await a_need_of(companies, host, publish=True)

    await companies.connection.execute("update timer set due_at = now()")
    await companies.until(lambda: no_timer(companies))

    assert await companies.documents("job_need", JobNeed) == [need]


async def let_days_pass(companies, need):
    """Store the need as if it had been published long ago, and let its timer be due."""
    await companies.connection.execute("update job_need set document = $2 where id = $1", need.id, need)
    await companies.connection.execute("update timer set due_at = now()")


async def no_timer(companies):
    return await companies.connection.fetchval("select count(*) = 0 from timer")
