"""Commands decided together: in the order of arrival, each with its own answer, none in another's way."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from contracts.caller import SYSTEM, Caller
from contracts.companies.slots import MoveSlot, Slot
from contracts.errors import KeyReused, NotFound, PasserelleError
from contracts.message import decoder_of
from services import batching
from services.answering import UNSTORABLE
from services.batching import ATTEMPTS, Asked, Batching, GaveUp
from services.database import Collision, DatabaseAway, Pool, close_pool, open_pool
from services.idempotency import AnswerOnce
from services.work import ToDo, Work
from tests.component.plumbing.toys import close_together, effects, move, rows
from tests.conftest import Servers

Together = Sequence[Asked[MoveSlot]]


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    """Connections as the service has them."""
    opened = await open_pool(servers.dsn("companies"), 4)
    yield opened
    await close_pool(opened)


def asked(reason: str, key: str = "", *, patience_s: float | None = None, caller: Caller = SYSTEM) -> Asked[MoveSlot]:
    """A command, the same each time that it is asked with the same reason."""
    request = move(reason, UUID(int=1))
    once = AnswerOnce(caller.party, key, MoveSlot, msgspec.json.encode(request)) if key else None
    return Asked(request, caller, once, None if patience_s is None else time.time() + patience_s)


@dataclass
class Counter:
    """A handler whose first batch is held up until all have come, and what came together."""

    pool: Pool
    handler: batching.BatchHandler = close_together
    batches: list[list[str]] = field(default_factory=list)
    woken: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, *commands: Asked[MoveSlot]) -> list[Any]:
        """What becomes of commands that come while another one is decided: the reason done, or the error."""
        together = Batching("companies", self._close, self.pool, self._wake)
        first = asyncio.create_task(together.answer(asked("first")))
        await self.arrived.wait()
        tasks = [asyncio.create_task(together.answer(command)) for command in commands]
        # Each task puts its command down before it waits for the answer.
        await asyncio.sleep(0)
        self.opened.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        await first
        return [decoder_of(Slot).decode(one).reason if isinstance(one, bytes) else one for one in answers]

    async def _close(self, commands: Together, work: Work) -> Sequence[Any]:
        self.batches.append([one.request.reason for one in commands])
        self.arrived.set()
        await self.opened.wait()
        return await self.handler(commands, work)

    def _wake(self, _to_do: ToDo) -> None:
        self.woken += 1


def slugs(answers: list[Any]) -> list[str]:
    """The refusals by their slugs, the rest as it is."""
    return [one.slug if isinstance(one, PasserelleError) else one for one in answers]


# ------------------------------------------------------------ together


async def test_what_comes_meanwhile_is_decided_together_in_the_order_of_arrival(servers: Servers, pool: Pool) -> None:
    """One transaction for twenty, each with its own answer and event; the relay is woken once a batch."""
    counter = Counter(pool)
    reasons = [str(number) for number in range(20)]

    answers = await counter.ask(*map(asked, reasons))

    assert answers == reasons
    assert counter.batches == [["first"], reasons]
    assert await effects(servers) == ["first", *reasons]
    told = await rows(servers, "companies", "select body from outbox order by position")
    assert [msgspec.json.decode(row["body"])["slot"]["reason"] for row in told] == ["first", *reasons]
    assert counter.woken == 2


async def test_no_batch_is_larger_than_the_bound(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is decided next, still in its order."""
    monkeypatch.setattr(batching, "MOST_TOGETHER", 3)
    counter = Counter(pool)

    answers = await counter.ask(*map(asked, "abcdefg"))

    assert answers == list("abcdefg")
    assert counter.batches == [["first"], ["a", "b", "c"], ["d", "e", "f"], ["g"]]


async def test_a_refusal_disturbs_nobody(servers: Servers, pool: Pool) -> None:
    """The others are done, in the same transaction; nobody is woken where all were refused."""
    counter = Counter(pool)

    answers = await counter.ask(asked("a"), asked("no b"), asked("c"))

    assert slugs(answers) == ["a", "not-found", "c"]
    assert (await effects(servers), len(counter.batches)) == (["first", "a", "c"], 2)
    assert slugs(await Counter(pool).ask(asked("no"))) == ["not-found"]


# ------------------------------------------------------------ one that fails


@pytest.mark.parametrize("error", [RuntimeError("a defect"), TimeoutError("of the handler's own")])
async def test_one_that_fails_is_done_alone_and_only_it_fails(servers: Servers, pool: Pool, error: Exception) -> None:
    """What the batch had done is undone, then each is done once, in order; its error reaches its asker alone."""

    async def break_one(commands: Together, work: Work) -> Sequence[Any]:
        answers = await close_together(commands, work)
        if any(one.request.reason == "broken" for one in commands):
            raise error
        return answers

    counter = Counter(pool, break_one)

    answers = await counter.ask(asked("a"), asked("broken"), asked("c"))

    assert answers == ["a", error, "c"]
    assert await effects(servers) == ["first", "a", "c"]
    assert counter.batches == [["first"], ["a", "broken", "c"], ["a"], ["broken"], ["c"]]


async def test_a_text_that_cannot_be_stored_fails_alone(servers: Servers, pool: Pool) -> None:
    """The database refuses the statement of the whole batch."""
    answers = await Counter(pool).ask(asked("a"), asked("b\0"), asked("c"))

    assert (answers[0], answers[2], isinstance(answers[1], UNSTORABLE)) == ("a", "c", True)
    assert await effects(servers) == ["first", "a", "c"]


async def test_a_handler_that_answers_too_few_answers_nobody(servers: Servers, pool: Pool) -> None:
    """A defect of ours never gives one asker another's answer."""

    async def lose_one(commands: Together, work: Work) -> Sequence[Any]:
        return (await close_together(commands, work))[len(commands) > 1 :]

    answers = await Counter(pool, lose_one).ask(asked("a"), asked("b"))

    assert answers == ["a", "b"]
    assert await effects(servers) == ["first", "a", "b"]


async def test_a_collision_is_decided_again(servers: Servers, pool: Pool) -> None:
    """All of the batch, and nothing is left of the first attempt."""
    left = 1

    async def collide(commands: Together, work: Work) -> Sequence[Any]:
        nonlocal left
        answers = await close_together(commands, work)
        if len(commands) > 1 and left:
            left -= 1
            raise Collision("somebody else was first")
        return answers

    counter = Counter(pool, collide)

    assert await counter.ask(asked("a"), asked("b")) == ["a", "b"]
    assert await effects(servers) == ["first", "a", "b"]
    assert counter.batches == [["first"], ["a", "b"], ["a", "b"]]


async def test_who_collides_again_and_again_fails_alone(servers: Servers, pool: Pool) -> None:
    """After so many attempts each is done by itself."""
    collision = Collision("always")

    async def collide(commands: Together, work: Work) -> Sequence[Any]:
        if any(one.request.reason == "b" for one in commands):
            raise collision
        return await close_together(commands, work)

    counter = Counter(pool, collide)

    assert await counter.ask(asked("a"), asked("b"), asked("c")) == ["a", collision, "c"]
    assert await effects(servers) == ["first", "a", "c"]
    assert counter.batches.count(["a", "b", "c"]) == counter.batches.count(["b"]) == ATTEMPTS


async def test_a_database_that_goes_away_is_told_to_all(servers: Servers, pool: Pool) -> None:
    """Nothing is done; the next batch finds it there again."""

    async def lose_connection(commands: Together, work: Work) -> Sequence[Any]:
        if len(commands) > 1:
            [row] = await work.connection.fetch("select pg_backend_pid() as pid")
            admin = await asyncpg.connect(servers.postgres.admin_dsn())
            await admin.execute("select pg_terminate_backend($1, 5000)", row["pid"])
            await admin.close()
        return await close_together(commands, work)

    answers = await Counter(pool, lose_connection).ask(asked("a"), asked("b"))

    assert [type(answer) for answer in answers] == [DatabaseAway] * 2
    assert await Counter(pool).ask(asked("a"), asked("b")) == ["a", "b"]
    assert await effects(servers) == ["first", "first", "a", "b"]


# ------------------------------------------------------------ deadlines


async def test_who_gives_up_is_undone_and_the_others_are_answered(servers: Servers, pool: Pool) -> None:
    """The batch waits too long for one of them: it is decided again without that one."""
    never = asyncio.Event()

    async def dawdle(commands: Together, work: Work) -> Sequence[Any]:
        answers = await close_together(commands, work)
        if any(one.request.reason == "slow" for one in commands):
            await never.wait()
        return answers

    counter = Counter(pool, dawdle)

    answers = await counter.ask(asked("a", patience_s=60), asked("slow", patience_s=0.2), asked("c"))

    assert (answers[0], type(answers[1]), answers[2]) == ("a", GaveUp, "c")
    assert await effects(servers) == ["first", "a", "c"]


async def test_who_gave_up_before_its_turn_is_not_decided(servers: Servers, pool: Pool) -> None:
    """Nobody waits for the answer."""
    counter = Counter(pool)

    answers = await counter.ask(asked("a"), asked("late", patience_s=-1), asked("c"))

    assert (answers[0], type(answers[1]), answers[2]) == ("a", GaveUp, "c")
    assert counter.batches == [["first"], ["a", "c"]]
    assert [type(answer) for answer in await Counter(pool).ask(asked("late", patience_s=-1))] == [GaveUp]


async def test_an_asker_that_hangs_up_leaves_the_batch_alone(servers: Servers, pool: Pool) -> None:
    """Its command may be done, as with any answer that is lost; the others hear theirs."""
    in_hand, gate = asyncio.Event(), asyncio.Event()

    async def wait(commands: Together, work: Work) -> Sequence[Any]:
        in_hand.set()
        await gate.wait()
        return await close_together(commands, work)

    together = Batching("companies", wait, pool, lambda _to_do: None)
    first, gone, kept = [asyncio.create_task(together.answer(asked(reason))) for reason in "abc"]
    await in_hand.wait()
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    gate.set()

    assert [decoder_of(Slot).decode(await one).reason for one in (first, kept)] == ["a", "c"]
    assert await effects(servers) == ["a", "b", "c"]


# ------------------------------------------------------------ idempotency keys


async def test_a_key_that_comes_twice_at_once_has_one_effect_and_one_answer(servers: Servers, pool: Pool) -> None:
    """In one batch's time, and long after; another body is refused, another party's same key is another key."""
    other = Caller(key_id="k", role=SYSTEM.role, organisation=SYSTEM.organisation, organisation_id="elsewhere")

    answers = await Counter(pool).ask(
        asked("a", "key"), asked("a", "key"), asked("b", "key"), asked("c"), asked("a", "key", caller=other)
    )
    later = await Counter(pool).ask(asked("a", "key"), asked("b", "key"))

    assert [answers[0], answers[1], answers[3], answers[4]] == ["a", "a", "c", "a"]
    assert [type(answers[2]), later[0], type(later[1])] == [KeyReused, "a", KeyReused]
    assert await effects(servers) == ["first", "a", "c", "a", "first"]


async def test_without_a_key_each_is_done(servers: Servers, pool: Pool) -> None:
    """Who sends no key asks twice."""
    assert await Counter(pool).ask(asked("a"), asked("a")) == ["a", "a"]
    assert await effects(servers) == ["first", "a", "a"]


async def test_a_refusal_is_not_kept(servers: Servers, pool: Pool) -> None:
    """The same key may stand for something else then, even in the very next moment."""
    answers = await Counter(pool).ask(asked("no", "key"), asked("yes", "key"), asked("yes", "key"))

    assert slugs(answers) == ["not-found", "yes", "yes"]
    assert await effects(servers) == ["first", "yes"]


@pytest.mark.parametrize("refuses", [True, False])
async def test_a_key_in_flight_on_two_replicas_has_one_effect_and_one_answer(
    servers: Servers, pool: Pool, refuses: bool
) -> None:
    """Also where the second would be refused for what the first has just done: it is given the first one's answer."""

    async def only_once(commands: Together, work: Work) -> Sequence[Any]:
        await work.connection.execute("select pg_advisory_xact_lock(4003)")
        done = await work.connection.fetchval("select exists (select from effect where what = 'mine')")
        if done and refuses:
            return [NotFound(thing="place", id="left") for _ in commands]
        return await close_together(commands, work)

    replicas = [Batching("companies", only_once, pool, lambda _to_do: None) for _ in range(2)]
    holder = await pool.acquire()
    async with holder.transaction():
        await holder.execute("select pg_advisory_xact_lock(4003)")
        tasks = [asyncio.create_task(replica.answer(asked("mine", "key"))) for replica in replicas]
        # Both have looked for an earlier answer, found none, and wait for the row.
        while await holder.fetchval("select count(*) from pg_locks where locktype = 'advisory' and not granted") < 2:
            await asyncio.sleep(0.01)
    await pool.release(holder)
    answers = await asyncio.gather(*tasks)

    assert answers[0] == answers[1]
    assert await effects(servers) == ["mine"]
