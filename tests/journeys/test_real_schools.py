"""The main job with every real school of the region, where the official extract is at hand."""

import asyncio
from datetime import timedelta

from contracts.matchmaker.class_requests import NewClassRequest, SubmitClassRequest
from contracts.vocabulary import LEVELS_OF_SCHOOL, Level, Role, SchoolKind
from deploy.imports.layout import recognise
from deploy.imports.schools import SCHOOLS
from deploy.imports.sending import load
from deploy.imports.table import open_table
from tests.given import a_company, a_match_run, a_site, a_slot, an_offer, body, school_day, until

# Prefectures and small industrial towns of all parts of the region.
TOWNS = (
    "31555",
    "34172",
    "30189",
    "66136",
    "81004",
    "82121",
    "12202",
    "32013",
    "46042",
    "48095",
    "65440",
    "09122",
    "11069",
)
CLASSES = 300


async def test_the_main_job_with_the_real_schools(region, real_data):
    """4 908 rows are loaded, 300 classes ask, 13 companies open: what is proposed is booked, nothing twice."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    table = open_table(real_data("ecoles.csv"))

    outcome = await load(SCHOOLS, recognise(SCHOOLS, table), table, region.bus, lambda _line: None)
    schools = await lower_secondary_schools(coordinator)
    await ask_for_visits(region, [school["uai"] for school in schools])
    slots = [slot for town in TOWNS for slot in await open_company(region, coordinator, town)]

    async def settled():
        run = await a_match_run(coordinator)
        return run if run["visits_proposed"] == 0 and run["slots"] == len(slots) else None

    run = await until(settled)
    proposed = await proposals_of_region(coordinator, run["visits_kept"])
    await asyncio.gather(*(accept(coordinator, one) for one in proposed))

    async def booked():
        found = await everything(coordinator, "/v1/bookings")
        return found if len(found) == len(proposed) else None

    bookings = await until(booked)
    assert outcome.refused == []
    assert outcome.created > 4000
    assert run["class_requests"] == CLASSES
    assert len(proposed) > len(TOWNS)
    assert len({one["class_request_id"] for one in bookings}) == len(bookings)
    assert all(one["state"] == "confirmed" for one in bookings)
    for slot in slots:
        seen = body(await coordinator.get(f"/v1/slots/{slot['id']}"))
        assert seen["groups_taken"] == sum(one["slot_id"] == slot["id"] for one in bookings) <= seen["groups"]


async def lower_secondary_schools(coordinator):
    """Some collèges of all departments, once the directory knows them all."""

    async def known():
        found = await everything(coordinator, "/v1/schools", kind=SchoolKind.COLLEGE.value)
        return found if len(found) > 600 else None

    return sorted(await until(known), key=lambda school: school["uai"][::-1])[:CLASSES]


async def ask_for_visits(region, uais):
    """One class of 3e of each of these schools asks."""
    wish = NewClassRequest(
        level=Level.TROISIEME,
        pupils=24,
        adults=2,
        from_date=school_day(3),
        until_date=school_day(3) + timedelta(weeks=22),
        max_travel_minutes=75,
    )
    assert Level.TROISIEME in LEVELS_OF_SCHOOL[SchoolKind.COLLEGE]
    gate = asyncio.Semaphore(8)

    async def ask(uai):
        async with gate:
            await region.bus.ask(SubmitClassRequest(school_uai=uai, class_request=wish))

    await asyncio.gather(*(ask(uai) for uai in uais))


async def open_company(region, coordinator, town):
    """A company in that town with one offer that confirms at once, and three slots of two groups."""
    company = await a_company(coordinator)
    site = await a_site(coordinator, company, commune=town)
    offer = await an_offer(coordinator, company, site, instant_confirmation=True)
    return [await a_slot(coordinator, offer, weeks=weeks, groups=2) for weeks in (6, 10, 14)]


async def everything(client, path, **wanted):
    """All pages of a list."""
    items, cursor = [], None
    while True:
        page = body(await client.get(path, params={**wanted, "limit": 100, **({"cursor": cursor} if cursor else {})}))
        items += page["items"]
        if (cursor := page["next_cursor"]) is None:
            return items


async def proposals_of_region(coordinator, number):
    """Every visit proposal that waits for an answer, once the directory has them all."""

    async def known():
        found = await everything(coordinator, "/v1/visit-proposals", state="proposed")
        return found if len(found) == number else None

    return await until(known)


async def accept(coordinator, proposal):
    """The Region says yes in the school's place."""
    body(await coordinator.post(f"/v1/visit-proposals/{proposal['id']}/accept"))
