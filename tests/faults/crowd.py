"""A crowd of classes that all want the same three slots: they book, wait, take what is offered, move and cancel."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from contracts.vocabulary import Role
from tests.faults.people import Acknowledged, post, surely
from tests.given import Region, a_company, a_school, a_site, a_slot, an_offer, body

SCHOOLS = 16
CLASSES_A_SCHOOL = 4
HOT_SLOTS, GROUPS = 3, 3
FREE_SLOTS = 12
# One that no class of the main job has: the matchmaker would give these slots away for good.
LEVEL = "5E"
# Those who answer look at their lists again after so long.
ANSWER_PAUSE_S = 0.1


@dataclass(frozen=True)
class Town:
    """The slots that everybody wants, and those that are left."""

    hot: list[str]
    free: list[str]


class ClassAtWork:
    """One class with its teacher's key: knows which booking it has of each slot."""

    def __init__(self, client: httpx.AsyncClient, name: str, town: Town, acknowledged: Acknowledged) -> None:
        self._client = client
        self._class = {"level": LEVEL, "pupils": 24, "adults": 2, "class_name": name}
        self._town = town
        self._acknowledged = acknowledged
        self._chance = random.Random(name)
        self._bookings: dict[str, str] = {}

    async def work(self) -> None:
        """Go on until it is over."""
        while not self._acknowledged.over.is_set():
            slot = self._chance.choice(self._town.hot if self._chance.random() < 0.7 else self._of_the_free())
            if slot in self._bookings:
                await self._go_on(slot, self._bookings[slot])
            else:
                await self._come(slot)

    def _of_the_free(self) -> list[str]:
        """A class does not take more of what is left than it needs."""
        return [slot for slot in self._town.free if slot in self._bookings] or self._town.free

    async def _come(self, slot: str) -> None:
        """Book; where all is taken, wait."""
        if not await self._post("booked", f"/v1/slots/{slot}/bookings", self._class, slot):
            await self._post("waited", f"/v1/slots/{slot}/waiting-list", self._class, slot)

    async def _go_on(self, slot: str, booking_id: str) -> None:
        """Do what a class does with the booking that it has."""
        booking = body(await surely(lambda: self._client.get(f"/v1/bookings/{booking_id}")))
        allowed = booking["allowed_actions"]
        path = f"/v1/bookings/{booking_id}"
        elsewhere = [one for one in self._town.free if one not in self._bookings]
        if "accept" in allowed:
            await self._post("accepted", f"{path}/accept", None, slot)
        elif "reschedule" in allowed and elsewhere and self._chance.random() < 0.6:
            target = self._chance.choice(elsewhere)
            if await self._post("rescheduled", f"{path}/reschedule", {"slot_id": target}, target):
                del self._bookings[slot]
        elif "cancel" in allowed and (booking["state"] != "waitlisted" or self._chance.random() < 0.1):
            await self._post("cancelled", f"{path}/cancel", None, slot)
        elif "cancel" not in allowed:
            del self._bookings[slot]

    async def _post(self, kind: str, path: str, told: Any, slot: str) -> bool:
        """A write until it is answered; whether it was done. A refusal says what stands against it and what is left."""
        answer = await post(self._client, path, told)
        if answer.status_code in {200, 201}:
            note(self._acknowledged, kind, answer.json())
            self._bookings[slot] = answer.json()["id"]
            return True
        refused = body(answer, 409)
        assert refused["state"]
        assert isinstance(refused["allowed_actions"], list)
        self._acknowledged.answers["refused"].append(refused)
        return False


def note(acknowledged: Acknowledged, kind: str, booking: Any) -> None:
    """Remember what a booking was acknowledged as, by what was done and among all changes."""
    acknowledged.answers[kind].append(booking)
    acknowledged.answers["change"].append(booking)


async def answer(
    client: httpx.AsyncClient, state: str, yes: str, no: str, reason: str, acknowledged: Acknowledged
) -> None:
    """A company, or a head of school: says yes to most of what waits for it."""
    chance = random.Random(str(client.headers["authorization"][:20]))
    while not acknowledged.over.is_set():
        listed = body(await surely(lambda: client.get("/v1/bookings", params={"state": state, "limit": 50})))["items"]
        for booking in listed:
            action, told = (yes, None) if chance.random() < 0.8 else (no, {"reason": reason})
            done = await post(client, f"/v1/bookings/{booking['id']}/{action}", told)
            # The list is some moments old.
            if done.status_code != 409:
                note(acknowledged, action, body(done))
        await acknowledged.pause(ANSWER_PAUSE_S)


@asynccontextmanager
async def a_crowd(
    region: Region, acknowledged: Acknowledged, schools: int = SCHOOLS, groups: int = GROUPS
) -> AsyncIterator[None]:
    """Four classes of each school, a company, and the heads of every other school, until the block ends."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(industrialist, company)
    at_once, asked = [
        await an_offer(industrialist, company, site, levels=[LEVEL], instant_confirmation=instant)
        for instant in (True, False)
    ]
    hot = [
        await a_slot(industrialist, (at_once, asked, asked)[number], weeks=6 + number, groups=groups)
        for number in range(HOT_SLOTS)
    ]
    free = [
        await a_slot(industrialist, (at_once, asked)[number % 2], weeks=12 + number, groups=20)
        for number in range(FREE_SLOTS)
    ]
    acknowledged.answers["slot"] += [*hot, *free]
    town = Town([slot["id"] for slot in hot], [slot["id"] for slot in free])
    work = [answer(industrialist, "approved", "confirm", "decline", "staff_away", acknowledged)]
    for number in range(schools):
        uai = await a_school(region)
        if number % 2:
            head = await region.sign_in(Role.HEAD, uai)
            body(await head.patch(f"/v1/schools/{uai}", json={"head_approves": True}))
            work.append(answer(head, "requested", "approve", "refuse", "not this term", acknowledged))
        for letter in "ABCD"[:CLASSES_A_SCHOOL]:
            teacher = await region.sign_in(Role.TEACHER, uai)
            work.append(ClassAtWork(teacher, f"{uai} {letter}", town, acknowledged).work())
    async with asyncio.TaskGroup() as group:
        for one in work:
            group.create_task(one)
        yield
        acknowledged.over.set()
