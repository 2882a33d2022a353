"""How every command speaks to the person at the terminal, and how it ends."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

import click
from rich.console import Console

from deploy.demo.acting import StepFailed
from deploy.demo.load import LoadFailed
from deploy.embedded.data_folder import DataFolderError
from deploy.embedded.everything import PortBusyError
from deploy.embedded.process import StartError
from deploy.operator import NobodyRuns

console = Console(highlight=False, soft_wrap=True)


def tell(sentence: str) -> None:
    """One sentence for the person, as it is."""
    console.print(sentence, markup=False)


def run_to_end(work: Coroutine[Any, Any, None]) -> bool:
    """Run a command; whether it came to its end by itself, and not by Ctrl-C or SIGTERM, which stop it in order.

    What cannot be done becomes one sentence and exit code 1.
    """

    async def stoppable() -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  we are in one
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        await work

    try:
        asyncio.run(stoppable())
    except asyncio.CancelledError:
        return False
    except (DataFolderError, PortBusyError, StartError, LoadFailed, StepFailed, NobodyRuns) as error:
        raise click.ClickException(str(error)) from error
    return True
