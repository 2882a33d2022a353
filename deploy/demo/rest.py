"""The region at rest: what the matchmaker made of it by itself, and who gets the demo's keys."""

import asyncio
import time
from typing import Any

from contracts.vocabulary import Role
from deploy.demo.acting import Hand, hands, step, until
from deploy.demo.keys import DemoKeys, issue
from deploy.demo.load import Loaded
from deploy.demo.main_job import Line, milliseconds
from services.bus import Bus

# No new run for so long: the matchmaker has come to rest.
REST_S = 0.7


async def settle(coordinator: Hand, loaded: Loaded) -> Line:
    """Wait until the matchmaker has proposed what it can, and tell what that is; raises StepFailed."""
    began = time.monotonic()

    async def settled() -> Any:
        run = await newest_run(coordinator)
        if run is None or run["class_requests"] < loaded.class_requests:
            return None
        await asyncio.sleep(REST_S)
        return run if (await newest_run(coordinator))["id"] == run["id"] else None

    with step("the matchmaker proposes"):
        await until(settled)
        took = max(0.0, time.monotonic() - began - REST_S)
        visits = await coordinator.items("/v1/visit-proposals", state="proposed")
        partnerships = await coordinator.items("/v1/partnership-proposals", state="proposed")
    classes = len({one["class_request_id"] for one in visits})
    which = f"a visit to {classes} of {loaded.class_requests} classes, {len(partnerships)} partnerships"
    return Line("The matchmaker proposed, unasked", which, milliseconds(took))


async def newest_run(coordinator: Hand) -> Any:
    """The match run that ended last, None before the first."""
    page = await coordinator.get("/v1/match-runs", limit=1)
    return page["items"][0] if page["items"] else None


async def make_keys(url: str, bus: Bus, loaded: Loaded, uai: str) -> DemoKeys:
    """A key for each kind of user: the story's company and school, and the association proposed to that company."""
    company_id = str(loaded.story_company)
    with step("making keys"):
        coordinator_key = await issue(bus, Role.COORDINATOR)
        company_key = await issue(bus, Role.COMPANY, company_id)
        school_key = await issue(bus, Role.TEACHER, uai)
    async with hands(url, company_key) as (company,):

        async def proposed() -> list[Any]:
            return await company.items("/v1/partnership-proposals")

        with step("a partnership is proposed to the company"):
            proposals, _ = await until(proposed)
            best = max(proposals, key=lambda one: float(one["score"]))
            school = await company.get(f"/v1/schools/{uai}")
            association_key = await issue(bus, Role.ASSOCIATION, best["association_id"])
    return DemoKeys(
        company_id=company_id,
        company_name=best["company_name"],
        company_key=company_key,
        association_id=best["association_id"],
        association_name=best["association_name"],
        association_key=association_key,
        school_uai=uai,
        school_name=school["name"],
        school_key=school_key,
        coordinator_key=coordinator_key,
    )
