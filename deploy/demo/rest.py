"""The region at rest: what the matchmaker made of it by itself, and who gets the demo's keys."""

import time
from typing import Any

from contracts.operations import CheckHealth
from contracts.vocabulary import Role
from deploy.demo.acting import Hand, hands, step, until
from deploy.demo.keys import DemoKeys, issue
from deploy.demo.load import Loaded
from deploy.demo.main_job import Line, milliseconds
from deploy.operator import OPERATOR
from services.bus import Bus

# Nothing to do anywhere for so long: what is on its way from one service to the next has arrived.
REST_S = 0.5
WHO_ACTS = ("companies", "associations", "matchmaker")


async def settle(coordinator: Hand, bus: Bus, loaded: Loaded) -> Line:
    """Wait until the matchmaker has proposed what it can, and tell what that is; raises StepFailed."""
    began = time.monotonic()
    busy_until = began

    async def settled() -> bool:
        nonlocal busy_until
        if await is_busy(bus):
            busy_until = time.monotonic()
        return time.monotonic() - busy_until >= REST_S

    with step("the matchmaker proposes"):
        await until(settled)
        visits = await coordinator.items("/v1/visit-proposals", state="proposed")
        partnerships = await coordinator.items("/v1/partnership-proposals", state="proposed")
    classes = len({one["class_request_id"] for one in visits})
    which = f"a visit to {classes} of {loaded.class_requests} classes, {len(partnerships)} partnerships"
    return Line("The matchmaker proposed, unasked", which, milliseconds(busy_until - began))


async def is_busy(bus: Bus) -> bool:
    """Whether a service has events to publish or something due."""
    health = [await bus.ask(CheckHealth(), OPERATOR, service=service) for service in WHO_ACTS]
    return any(each.relay_backlog or each.timers_due for each in health)


async def make_keys(url: str, bus: Bus, loaded: Loaded, uai: str) -> DemoKeys:
    """A key for each kind of user: the story's company and school, and the association proposed to that company."""
    company_id = str(loaded.story_company)
    with step("making keys"):
        coordinator_key = await issue(bus, Role.COORDINATOR)
        company_key = await issue(bus, Role.COMPANY, company_id)
        school_key = await issue(bus, Role.TEACHER, uai)
        head_key = await issue(bus, Role.HEAD, uai)
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
        head_key=head_key,
        coordinator_key=coordinator_key,
    )
