"""A copy of Passerelle as a user starts it, `make run`, on a folder and a port of its own."""

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
FIRST_START_S = 120
STOP_S = 30


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Copy:
    """One running copy: `async with Copy(folder)`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ready_s = 0.0
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "Copy":
        began = time.monotonic()
        self._log = (self.folder.parent / "run.log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            "make",
            "--no-print-directory",
            "run",
            f"ARGS=--data {self.folder} --port {self.port}",
            cwd=ROOT,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        await self._wait_ready(began + FIRST_START_S)
        self.ready_s = time.monotonic() - began
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            os.killpg(process.pid, signal.SIGINT)
            await asyncio.wait_for(process.wait(), STOP_S)
        self._log.close()

    async def _wait_ready(self, deadline: float) -> None:
        async with httpx.AsyncClient(timeout=2) as client:
            while time.monotonic() < deadline:
                try:
                    if (await client.get(f"{self.url}/health/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                if self._process is not None and self._process.returncode is not None:
                    break
                await asyncio.sleep(0.02)
        raise RuntimeError(f"make run did not become ready; see {self._log.name}")

    async def keys(self) -> dict[str, str]:
        """The demo's keys, once the region is loaded and the main job has been played."""
        path = self.folder / "demo-keys.env"
        deadline = time.monotonic() + FIRST_START_S
        while not path.exists():
            if time.monotonic() > deadline:
                raise RuntimeError(f"no demo keys in {path}; see {self._log.name}")
            await asyncio.sleep(0.2)
        lines = path.read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    def resident_mib(self) -> dict[str, float]:
        """Resident memory of each of the four services' processes."""
        return {
            service: sum(
                int(line.split()[1]) / 1024
                for status in Path("/proc").glob("[0-9]*/status")
                if self._is_ours(status.parent, service)
                for line in status.read_text().splitlines()
                if line.startswith("VmRSS:")
            )
            for service in ("gateway", "companies", "associations", "matchmaker")
        }

    def _is_ours(self, process: Path, service: str) -> bool:
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            environment = (process / "environ").read_bytes()
        except OSError:
            return False
        return f"services.{service}".encode() in command and f"PASSERELLE_HTTP_PORT={self.port}".encode() in environment
