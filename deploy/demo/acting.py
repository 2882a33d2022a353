"""How the main job acts: over HTTP with a key, as people's own software does; every wait has an end and a name."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import httpx

from contracts.errors import PasserelleError

FoundT = TypeVar("FoundT")

# The whole main job is to fit into a minute; nothing in it takes seconds where all is well.
PATIENCE_S = 20.0
POLL_S = 0.01


class StepFailed(Exception):
    """A step of the main job did not come about; the message names it."""


class Refused(Exception):
    """The API refused what the main job asked."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """One step; whatever goes wrong in it becomes StepFailed with its name."""
    try:
        yield
    except TimeoutError as error:
        raise StepFailed(f"The main job stopped at «{name}»: it did not happen within {PATIENCE_S:.0f} s.") from error
    except (Refused, PasserelleError, httpx.HTTPError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise StepFailed(f"The main job stopped at «{name}»: {reason}.") from error


class Hand:
    """Somebody with a key. Owns a connection, which `hands` closes."""

    def __init__(self, url: str, key: str) -> None:
        # Nobody else acts on what the main job changes: whatever it is now is what it read.
        headers = {"Authorization": f"Bearer {key}", "If-Match": "*"}
        self.client = httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE_S)

    async def get(self, path: str, **params: str | int) -> Any:
        """What is there."""
        return answer_of(await self.client.get(path, params=params))

    async def post(self, path: str, body: Any = None) -> Any:
        """What came of it."""
        return answer_of(await self.client.post(path, json=body))

    async def items(self, path: str, **params: str | int) -> list[Any]:
        """All items of a list, page by page."""
        found: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await self.get(path, limit=100, **params, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next_cursor"]
        return found


def answer_of(response: httpx.Response) -> Any:
    """The JSON of an answer; Refused with the API's own words."""
    if response.is_success:
        return response.json()
    try:
        problem = response.json()
        fields = "; ".join(f"{each['field']}: {each['message']}" for each in problem.get("fields", ()))
        raise Refused(fields or problem["detail"])
    except (ValueError, KeyError):
        raise Refused(f"HTTP {response.status_code}") from None


@asynccontextmanager
async def hands(url: str, *keys: str) -> AsyncIterator[list[Hand]]:
    """One hand for each key, until the block ends."""
    made = [Hand(url, key) for key in keys]
    try:
        yield made
    finally:
        for hand in made:
            await hand.client.aclose()


async def until(found: Callable[[], Awaitable[FoundT]]) -> tuple[FoundT, float]:
    """What `found` gives once it gives something, and the seconds that it took; raises TimeoutError."""
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE_S):
        while not (value := await found()):
            await asyncio.sleep(POLL_S)
    return value, time.monotonic() - began
