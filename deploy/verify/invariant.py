"""What an invariant is: a sentence that holds at any time of all things of a kind, and a look at whether it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from deploy.verify.books import Books


class Finding(msgspec.Struct, frozen=True):
    """One thing of which an invariant does not hold, and how.

    `stands` is how far the thing had come where it lags: one that has moved by the next look was on its way.
    """

    id: str
    words: str
    stands: str = ""


@dataclass(frozen=True)
class Look:
    """What one look found among so many things."""

    counted: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Invariant:
    """What holds of all `things`.

    Where it ties several services together it `lags`: what is found wrong is looked at again once all that was on its
    way has arrived. One that `warns` asks for a hand, and breaks no promise.
    """

    name: str
    things: str
    sentence: str
    look: Callable[[Books], Awaitable[Look]]
    lags: bool = False
    warns: bool = False


@dataclass(frozen=True)
class Question:
    """Two queries to one service's schema: how many things there are, and the `id` and `words` of those that are wrong.

    The second one is given the arguments.
    """

    service: str
    count: str
    wrong: str
    arguments: tuple[object, ...] = ()

    async def ask(self, books: Books) -> Look:
        """What the schema says in one snapshot of it."""
        async with books.snapshot(self.service) as snapshot:
            counted = await snapshot.fetchval(self.count)
            rows = await snapshot.fetch(self.wrong, *self.arguments)
        return Look(counted, tuple(Finding(str(row["id"]), row["words"]) for row in rows))


def asking(*questions: Question) -> Callable[[Books], Awaitable[Look]]:
    """A look that asks one question after the other, and counts the things of all."""

    async def look(books: Books) -> Look:
        return together([await question.ask(books) for question in questions])

    return look


def together(looks: list[Look]) -> Look:
    """Several looks as one."""
    return Look(sum(look.counted for look in looks), tuple(finding for look in looks for finding in look.findings))
