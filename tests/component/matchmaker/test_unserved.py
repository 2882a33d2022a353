"""Class requests that no slot can serve are bad luck, no error: a run lists each with the gates that stop it."""

import pytest

from contracts.matchmaker.explanations import GateCode
from contracts.vocabulary import Theme
from tests.component.matchmaker.given import school_day
from tests.component.matchmaker.staged import UAI_NIMES, two_academies


@pytest.fixture
async def staged(servers):
    """Two classes near a company each, whose only slot has room for one."""
    async with two_academies(servers) as told:
        yield told


async def unserved(staged):
    """What a match of the whole region lists, by class request."""
    run = await staged.run_until("completed")
    assert run.state == "completed"
    assert run.unserved_count == len(run.unserved)
    return {one.class_request_id: one for one in run.unserved}


@pytest.mark.parametrize(
    ("asked", "gate", "said"),
    [
        ({"themes": (Theme.ENERGY,)}, GateCode.THEME, "thème"),
        ({"pupils": 60, "adults": 6}, GateCode.GROUP_MAX, "effectif trop grand"),
        ({"until_date": school_day(5)}, GateCode.DATE_WINDOW, "période demandée"),
    ],
)
async def test_a_class_that_no_slot_can_serve_is_listed_with_its_gate(staged, asked, gate, said):
    """The other classes are served as ever; what stops this one is told in both languages."""
    stopped = await staged.ask_for_a_visit(UAI_NIMES, **asked)

    listed = await unserved(staged)

    assert set(listed) == {stopped.id}
    told = listed[stopped.id]
    assert told.school_uai == UAI_NIMES
    assert told.obstacles.get(gate) == 1
    assert said in told.explanation.fr
    assert told.explanation.en != told.explanation.fr
    assert {one.class_request_id for one in await staged.proposals()}.isdisjoint({stopped.id})


async def test_a_class_that_could_be_served_is_told_that_others_were(staged):
    """No gate stops it: the slot went to another class."""
    await staged.ask_for_a_visit(UAI_NIMES)

    (told,) = (await unserved(staged)).values()

    assert told.obstacles["taken"] == 1
