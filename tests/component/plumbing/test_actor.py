"""An event says who did what it tells of, to whoever follows it."""

import json

from contracts.caller import Caller
from contracts.companies.slots import SlotClosed
from contracts.matchmaker.class_requests import ClassRequestSubmitted
from contracts.message import decoder_of
from contracts.vocabulary import OrganisationKind, Role
from services.bus import Bus
from services.runtime import Service, running
from services.work import SYSTEM_ACTOR, Work
from tests.component.plumbing.toys import EITHER_WAY, move, note, rows, settings_of, slot, until_effects
from tests.conftest import Servers

SOMEBODY = Caller(key_id="k", role=Role.COMPANY, organisation=OrganisationKind.COMPANY, organisation_id="0190")


async def hear(event: SlotClosed, work: Work) -> None:
    """Note who did it, and announce in turn."""
    work.announce(ClassRequestSubmitted(class_request=slot(reason=event.slot.reason)))
    await note(work, f"{event.slot.reason}: {work.actor}")


FOLLOWER = Service(name="matchmaker", follows={SlotClosed: hear})


@EITHER_WAY
async def test_a_follower_hears_whose_command_an_event_came_of(servers: Servers, bus: Bus, service: Service) -> None:
    """The caller's party; what the system does by itself, or in answer to an event, is its own."""
    async with running(service, settings_of(service, servers)), running(FOLLOWER, settings_of(FOLLOWER, servers)):
        await bus.ask(move("by somebody"), SOMEBODY)
        await bus.ask(move("by itself"))
        heard = await until_effects(servers, "matchmaker", 2)

    announced = await rows(servers, "matchmaker", "select headers, body from outbox")
    assert sorted(heard) == [f"by itself: {SYSTEM_ACTOR}", "by somebody: company:0190"]
    assert {decoder_of(dict[str, str]).decode(row["headers"])["ce-actor"] for row in announced} == {SYSTEM_ACTOR}
    assert {json.loads(row["body"])["class_request"]["reason"] for row in announced} == {"by itself", "by somebody"}
