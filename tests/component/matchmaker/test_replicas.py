"""Replicas that take turns: each catches up on the others, and what one began and did not end is as if it never was."""

import random

import pytest

from contracts.associations.capacities import CapacityPublished
from contracts.associations.profiles import AssociationRegistered
from contracts.companies.slots import SlotClosed, SlotOpened
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.proposals import DeclineReason
from contracts.vocabulary import Theme
from services.matchmaker.runs.changes import end_whole_match
from services.matchmaker.runs.event_runs import EventRuns
from tests.component.matchmaker.given import SUPPLY, UAI, a_capacity, a_slot, an_association, an_id, an_offer
from tests.component.matchmaker.turns import ALBI, AUCH, TOULOUSE, Desk, a_request
from tests.unit.matchmaker.given import a_school, changed


async def test_a_turn_that_comes_to_nothing_leaves_nothing_half(desk):
    """Whatever the replica thought of it is forgotten, and the next turn takes up the same changes."""
    replica, other = EventRuns(), EventRuns()
    await desk.ask(a_request(1), a_request(2))
    await desk.tell(SlotOpened(slot=a_slot(400)))
    await desk.turn(replica)
    await desk.tell(SlotOpened(slot=a_slot(401, 9)))

    await desk.turn(replica, rolled_back=True)

    assert len(await desk.pairs()) == 1
    assert (len(await desk.runs()), await desk.rows("match_turn")) == (1, 1)
    for each in (other, replica):
        await desk.turn(each)
        assert len(await desk.pairs()) == 2
    assert await desk.broken() == []
    assert [run.visits_proposed for run in await desk.runs()] == [1, 1]


async def test_the_number_of_a_turn_that_never_was_may_be_given_again(desk):
    """As a database that crashed may do: who thought in that turn does not take the other one for it."""
    replica, other = EventRuns(), EventRuns()
    await desk.ask(a_request(1))
    await desk.turn(replica)
    await desk.tell(SlotOpened(slot=a_slot()))
    await desk.turn(replica, rolled_back=True)
    async with desk.work() as work:
        await work.connection.execute("alter table match_turn alter column turn restart with 2")

    await desk.tell(SlotOpened(slot=a_slot(401, 9)))
    await desk.turn(other)
    await desk.ask(a_request(2))
    await desk.turn(replica)

    assert len(await desk.pairs()) == 2
    assert await desk.broken() == []
    assert await desk.proposals("withdrawn") == []


async def test_a_replica_catches_up_on_what_another_one_did(desk):
    """It proposes nothing that the other proposed, and gives to nobody what the other gave."""
    one, other = EventRuns(), EventRuns()
    await desk.ask(a_request(1))
    await desk.turn(one)
    await desk.turn(other)
    await desk.tell(SlotOpened(slot=a_slot()))
    await desk.turn(one)

    await desk.ask(a_request(2))
    await desk.turn(other)
    await desk.tell(SlotOpened(slot=a_slot(401, 9)))
    await desk.turn(other)

    assert len(await desk.pairs()) == 2
    assert len(await desk.proposals("withdrawn")) == 0
    assert await desk.broken() == []


@pytest.mark.parametrize("replicas", [1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
async def test_replicas_that_take_turns_do_as_well_as_one_alone(desk, seed, replicas):
    """All that is proposed is possible at any time, and in the end worth nearly what the best would be."""
    at_work = [EventRuns() for _ in range(replicas)]
    story = Story(desk, seed)
    await story.begin()

    for number in range(24):
        await story.go_on()
        await desk.turn(at_work[number % replicas])
        assert await desk.broken() == []

    # In so small a region one class is some hundredths of all.
    worth, best = await desk.worth()
    assert worth >= 0.95 * best > 0
    # Who was there all the time and who comes afresh see the same region.
    for replica in (*at_work, EventRuns()):
        before = await desk.pairs()
        await desk.turn(replica)
        assert await desk.pairs() == before


class Story:
    """The same region and the same events for the same seed."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.dice = random.Random(seed)
        self.requests: dict[int, ClassRequest] = {}
        self.versions: dict[int, int] = {}

    async def begin(self) -> None:
        """Three schools, three offers, one association, some classes and dates."""
        await self.desk.know(*(a_school(id=an_id(n), uai=uai, place=place) for n, uai, place in SCHOOLS))
        await self.desk.tell(*SUPPLY, AssociationRegistered(association=an_association()))
        await self.desk.tell(
            VisitOfferPublished(visit_offer=an_offer(301, place=TOULOUSE, themes=(Theme.AEROSPACE,), pupils_min=10)),
            VisitOfferPublished(visit_offer=an_offer(302, themes=(Theme.ENERGY,), needs_mediation=True)),
            CapacityPublished(capacity=a_capacity(themes=(Theme.ENERGY, Theme.MECHANICS_METAL), interventions=3)),
        )
        for _ in range(8):
            await self.open_slot()
            await self.submit()

    async def go_on(self) -> None:
        """One to three things that happen before anybody looks."""
        for _ in range(self.dice.randint(1, 3)):
            await self.dice.choice(
                (self.open_slot, self.submit, self.submit, self.close_slot, self.withdraw, self.answer)
            )()

    async def open_slot(self) -> None:
        number = 400 + len(self.versions)
        self.versions[number] = 1
        await self.desk.tell(SlotOpened(slot=self.slot(number)))

    def slot(self, number: int, **given):
        dice = random.Random(number)
        groups, offer = dice.randint(1, 2), an_id(300 + number % 3)
        opened = a_slot(number, 6 + dice.randint(0, 20), groups=groups, visit_offer_id=offer)
        return changed(opened, version=self.versions[number], **given)

    async def close_slot(self) -> None:
        number = self.dice.choice(sorted(self.versions))
        self.versions[number] += 1
        await self.desk.tell(SlotClosed(slot=self.slot(number, state="cancelled")))

    async def submit(self) -> None:
        number = len(self.requests) + 1
        _, uai, place = self.dice.choice(SCHOOLS)
        themes = tuple(
            self.dice.sample((Theme.AEROSPACE, Theme.ENERGY, Theme.MECHANICS_METAL), self.dice.randint(0, 2))
        )
        self.requests[number] = a_request(
            number,
            school_uai=uai,
            place=place,
            themes=themes,
            pupils=self.dice.randint(12, 30),
            visits_wanted=self.dice.randint(1, 2),
            max_travel_minutes=self.dice.choice((30, 60, 120)),
        )
        await self.desk.ask(self.requests[number])

    async def withdraw(self) -> None:
        number = self.dice.choice(sorted(self.requests))
        if self.requests[number].state == "open":
            await self.desk.withdraw(self.requests[number])
            self.requests[number] = changed(self.requests[number], version=2, state="withdrawn")

    async def answer(self) -> None:
        proposals = await self.desk.proposals()
        if proposals:
            action = self.dice.choice(("accept", "decline"))
            await self.desk.answer(proposals[0], action, None if action == "accept" else DeclineReason.DATE)


SCHOOLS = ((1, UAI, AUCH), (2, "0310002J", TOULOUSE), (3, "0810012Z", ALBI))


async def test_after_a_match_of_the_region_a_replica_begins_afresh(desk):
    """What is in its memory is of before; what was taken up meanwhile is taken up once more."""
    replica = EventRuns()
    await desk.ask(a_request(1))
    await desk.tell(SlotOpened(slot=a_slot()))
    await desk.turn(replica)
    async with desk.work() as work:
        await work.connection.execute("update visit_proposal set state = 'withdrawn', version = version + 1")
        await end_whole_match(work, since=0)

    await desk.turn(replica)

    assert await desk.pairs() == {(an_id(1), an_id(400))}
    assert await desk.rows("visit_proposal") == 2
