"""The audit: every invariant once, and what lags once more when it has had its time."""

from collections.abc import AsyncIterator, Callable
from enum import StrEnum

import msgspec

from deploy.verify import agreements, copies, events, places, promises
from deploy.verify.books import Books, BooksClosed
from deploy.verify.invariant import Finding, Invariant, Look
from deploy.verify.quiet import Quiet

INVARIANTS: tuple[Invariant, ...] = (
    *places.INVARIANTS,
    *promises.INVARIANTS,
    *agreements.INVARIANTS,
    *events.INVARIANTS,
    *copies.INVARIANTS,
)
# An event may set going another one, in another service, before the last copy is level.
ROUNDS = 3


class Verdict(StrEnum):
    """What an audit says of an invariant."""

    HOLDS = "holds"
    BROKEN = "broken"
    # What is found wrong may still be on its way: it does not arrive.
    UNSURE = "unsure"
    # A part of the system is away.
    CLOSED = "closed"
    # Holds or not: it promises nothing, and asks for a hand.
    WARNING = "warning"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one invariant; `why` says why there is no verdict."""

    name: str
    things: str
    sentence: str
    verdict: Verdict
    counted: int = 0
    findings: tuple[Finding, ...] = ()
    why: str = ""


class Audit:
    """Goes through the books of a running copy."""

    def __init__(self, books: Books, patience_s: float) -> None:
        self._books = books
        self._quiet = Quiet(books)
        self._patience_s = patience_s

    async def wait_quiet(self, tell: Callable[[list[str]], None]) -> list[str]:
        """Wait until all has arrived, as long as patience lasts; returns what has not. Raises BooksClosed."""
        return await self._quiet.wait(self._patience_s, tell)

    async def outcomes(self) -> AsyncIterator[Outcome]:
        """What holds and what does not, one invariant after the other."""
        for invariant in INVARIANTS:
            yield await self.outcome(invariant)

    async def outcome(self, invariant: Invariant) -> Outcome:
        """What holds of one invariant."""
        try:
            look, waiting = await self._look(invariant)
        except BooksClosed as closed:
            return outcome_of(invariant, Verdict.CLOSED, why=str(closed))
        if not look.findings:
            return outcome_of(invariant, Verdict.HOLDS, look)
        if invariant.warns:
            return outcome_of(invariant, Verdict.WARNING, look)
        if waiting:
            return outcome_of(invariant, Verdict.UNSURE, look, why=f"{'; '.join(waiting)}, and does not go on")
        return outcome_of(invariant, Verdict.BROKEN, look)

    async def _look(self, invariant: Invariant) -> tuple[Look, list[str]]:
        """What is found and still stands when what was on its way has arrived; and what did not arrive."""
        look = await invariant.look(self._books)
        for _ in range(ROUNDS if invariant.lags else 0):
            if not look.findings:
                break
            if waiting := await self._quiet.let_pass(self._patience_s):
                # It will not be waited for again.
                self._patience_s = 0
                return look, waiting
            again = await invariant.look(self._books)
            stood = {(finding.id, finding.stands) for finding in look.findings}
            look = Look(again.counted, tuple(one for one in again.findings if (one.id, one.stands) in stood))
        return look, []


def outcome_of(invariant: Invariant, verdict: Verdict, look: Look | None = None, why: str = "") -> Outcome:
    """The outcome of an invariant."""
    return Outcome(
        name=invariant.name,
        things=invariant.things,
        sentence=invariant.sentence,
        verdict=verdict,
        counted=look.counted if look else 0,
        findings=look.findings if look else (),
        why=why,
    )
