"""Starts one of our services as a child process on the embedded servers."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.embedded.process import Process, Program, start

CHECKOUT = Path(__file__).parents[2]


async def start_service(name: str, settings: Mapping[str, str], logs: Path) -> Process:
    """Start a service and wait until it is ready; StartError with its last words when it does not get there.

    `settings` are environment variables, as services/settings.py reads them.
    """
    process = await start(
        Program(
            name=name,
            command=(sys.executable, "-m", f"services.{name}"),
            ready=r'"event": ?"ready"',
            environment={**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONSAFEPATH": "1", **settings},
            log=logs / f"{name}.log",
        )
    )
    await process.wait_ready()
    return process
