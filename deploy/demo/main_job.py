"""The main job, played once as its users live it: from a published offer to a confirmed visit and a partnership.

It acts over HTTP alone, with the key of each kind of user, and tells what happened and how long it took.
"""

import time
from typing import Any

import msgspec

from deploy.demo.acting import Hand, hands, step, until
from deploy.demo.keys import DemoKeys
from deploy.demo.load import Loaded
from deploy.demo.model import Story


class Line(msgspec.Struct, frozen=True):
    """One thing that happened: what, which, and how long it took where that says something."""

    what: str
    which: str
    took: str = ""


async def play(url: str, keys: DemoKeys, loaded: Loaded, story: Story) -> list[Line]:
    """Play the main job on a region at rest; raises StepFailed, naming the step."""
    lines: list[Line] = []
    async with hands(url, keys.company_key, keys.school_key, keys.association_key) as (company, school, association):
        offer_id = await publish(company, keys.company_id, str(loaded.story_site), story, lines)
        first, second = await see_proposals(school, offer_id, lines)
        await read_explanation(school, first, lines)
        await visit_together(school, company, first, lines)
        await agree(company, association, keys.association_id, lines)
        await decline(school, second, lines)
    return lines


async def publish(company: Hand, company_id: str, site_id: str, story: Story, lines: list[Line]) -> str:
    """The company publishes a new offer and opens its slots."""
    body = msgspec.to_builtins(msgspec.structs.replace(story.offer.visit_offer, site_id=site_id))
    with step("the company publishes an offer"):
        began = time.monotonic()
        offer = await company.post(f"/v1/companies/{company_id}/visit-offers", body)
        for slot in story.offer.slots:
            await company.post(f"/v1/visit-offers/{offer['id']}/slots", msgspec.to_builtins(slot))
        took = time.monotonic() - began
    which = f"«{offer['title']}», {len(story.offer.slots)} dates, by {offer['company_name']}"
    lines.append(Line("A company published a new visit offer", which, milliseconds(took)))
    return str(offer["id"])


async def see_proposals(school: Hand, offer_id: str, lines: list[Line]) -> tuple[Any, Any]:
    """The school's two classes find a proposal each, without anybody asking."""

    async def proposed() -> list[Any]:
        found = await school.items("/v1/visit-proposals", state="proposed")
        mine = [one for one in found if one["visit_offer_id"] == offer_id]
        return mine if len({one["class_request_id"] for one in mine}) >= 2 else []

    with step("proposals appear by themselves"):
        found, took = await until(proposed)
    places = f"{len(found)} classes of {found[0]['school_name']}, {found[0]['travel_minutes']} min by coach"
    lines.append(Line("Proposals appeared at the school by themselves", places, milliseconds(took)))
    first, second = sorted(found, key=lambda one: str(one["class_name"]))[:2]
    return first, second


async def read_explanation(school: Hand, proposal: Any, lines: list[Line]) -> None:
    """The school reads why."""
    with step("the school reads the explanation"):
        why = await school.get(f"/v1/visit-proposals/{proposal['id']}/explanation")
    lines.append(Line("The school reads why", why["words"]["en"]))


async def visit_together(school: Hand, company: Hand, proposal: Any, lines: list[Line]) -> None:
    """The school accepts, which books; the company confirms."""
    path = f"/v1/visit-proposals/{proposal['id']}"

    async def requested() -> Any:
        bookings = await company.items("/v1/bookings")
        return next((one for one in bookings if one["proposal_id"] == proposal["id"]), None)

    with step("the school accepts"):
        began = time.monotonic()
        await school.post(f"{path}/accept")
        booking, _ = await until(requested)
        took = time.monotonic() - began
    when = booking["starts_at"][:10]
    lines.append(Line("The school accepted, and that booked", f"{booking['class_name']} on {when}", milliseconds(took)))

    async def told() -> bool:
        seen = await school.get(path)
        return bool(seen["state"] == "booked")

    with step("the company confirms"):
        began = time.monotonic()
        confirmed = await company.post(f"/v1/bookings/{booking['id']}/confirm")
        await until(told)
        took = time.monotonic() - began
    lines.append(Line("The company confirmed", f"booking {confirmed['state']}", milliseconds(took)))


async def agree(company: Hand, association: Hand, association_id: str, lines: list[Line]) -> None:
    """The company and an association accept their partnership; each then knows whom to write to."""

    async def proposed() -> Any:
        found = await company.items("/v1/partnership-proposals", state="proposed")
        return next((one for one in found if one["association_id"] == association_id), None)

    with step("a partnership is proposed to the company"):
        proposal, _ = await until(proposed)
    path = f"/v1/partnership-proposals/{proposal['id']}"
    with step("both accept the partnership"):
        began = time.monotonic()
        await company.post(f"{path}/accept")
        agreed = await association.post(f"{path}/accept")
        seen = await company.get(path)
        took = time.monotonic() - began
        contacts = f"{agreed['company_contact']['email']}, {seen['association_contact']['email']}"
    names = f"{agreed['company_name']} and {agreed['association_name']}, {agreed['distance_km']:.0f} km apart"
    lines.append(Line("A company and an association agreed to work together", names, milliseconds(took)))
    lines.append(Line("Only then each saw the other's contact", contacts))


async def decline(school: Hand, proposal: Any, lines: list[Line]) -> None:
    """The other class declines its date, and the next best appears."""

    async def following() -> Any:
        found = await school.items("/v1/visit-proposals", state="proposed")
        mine = (one for one in found if one["class_request_id"] == proposal["class_request_id"])
        return next((one for one in mine if one["id"] != proposal["id"]), None)

    with step("the next best proposal appears after a decline"):
        began = time.monotonic()
        await school.post(f"/v1/visit-proposals/{proposal['id']}/decline", {"reason": "date"})
        after, _ = await until(following)
        took = time.monotonic() - began
    dates = f"{proposal['starts_at'][:10]} declined, {after['starts_at'][:10]} proposed"
    lines.append(Line("Another class declined its date, and got the next best", dates, milliseconds(took)))


def milliseconds(seconds: float) -> str:
    """A duration for the report."""
    return f"{seconds * 1000:.0f} ms"
