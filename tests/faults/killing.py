"""A whole Passerelle, durable and supervised, whose processes are killed while people work."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.everything import LOOPBACK, Everything, run_everything
from deploy.postgres.provision import DATABASE
from services.bus import Bus, connect
from tests.conftest import Servers
from tests.faults.people import Acknowledged
from tests.given import Region

PATIENCE_S = 45


@dataclass
class Storm:
    """What runs, who may be killed, and what was told of it at the terminal."""

    everything: Everything
    region: Region
    servers: Servers
    told: list[str] = field(default_factory=list)

    async def kill(self, victim: str) -> None:
        """Kill -9 the process that runs now, and wait until the supervisor has another one ready."""
        sentence = f"{victim} is ready again."
        before = self.told.count(sentence)
        os.kill(self._pid_of(victim), signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            while self.told.count(sentence) == before:
                await asyncio.sleep(0.05)

    def died(self) -> list[str]:
        """Who died, in order."""
        return [sentence.split()[0] for sentence in self.told if " died (signal SIGKILL)" in sentence]

    def _pid_of(self, victim: str) -> int:
        servers = {"nats": self.everything.nats, "postgres": self.everything.postgres}
        return servers[victim].process.pid if victim in servers else self.everything.services.pid(victim)


@asynccontextmanager
async def a_storm(folder: Path) -> AsyncIterator[Storm]:
    """Everything, from an empty folder until the block ends."""
    told: list[str] = []
    async with run_everything(folder, LOOPBACK, 0, told.append) as everything:
        servers = Servers(everything.postgres, DATABASE, everything.nats)
        operator = await connect(everything.nats.url("operator"), "operator")
        region = Region(everything.http_url, servers, Bus(operator))
        try:
            yield Storm(everything, region, servers, told)
        finally:
            for client in region.clients:
                await client.aclose()
            await operator.close()


async def progress(acknowledged: Acknowledged, wanted: dict[str, int]) -> None:
    """Wait until so many more of each kind are acknowledged."""
    goal = {kind: acknowledged.count(kind) + more for kind, more in wanted.items()}

    def missing() -> dict[str, int]:
        return {kind: goal[kind] - acknowledged.count(kind) for kind in goal if acknowledged.count(kind) < goal[kind]}

    try:
        async with asyncio.timeout(PATIENCE_S):
            while missing():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"nothing goes on: {missing()} more were to be acknowledged") from None
