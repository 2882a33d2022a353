"""What commands have in common that talk to a running Passerelle: where it is, and how its refusals are told."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from contracts.errors import PasserelleError, Problem, Wording
from deploy.commands.speaking import run_to_end
from deploy.operator import operator_bus
from services.bus import Bus
from services.telemetry import configure_logging

DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".passerelle/data"),
    show_default=True,
    help="Data folder of the Passerelle that runs.",
)
NATS_URL = click.option(
    "--nats-url",
    envvar="PASSERELLE_NATS_URL",
    help="NATS of another Passerelle, as the user `operator` [env: PASSERELLE_NATS_URL].",
)


def operate(work: Callable[[Bus], Awaitable[None]], data: Path, nats_url: str | None) -> None:
    """Do something with the bus of the copy that runs; a refusal becomes one sentence and exit code 1."""
    configure_logging("critical", "operator")

    async def asked() -> None:
        async with operator_bus(data, nats_url) as bus:
            await work(bus)

    try:
        run_to_end(asked())
    except PasserelleError as error:
        raise click.ClickException(in_words(error.problem)) from error


def in_words(problem: Problem) -> str:
    """A problem as one line for the person at the terminal."""
    sentences: list[Wording] = [field.message for field in problem.fields] or [problem.detail]
    return " ".join(sentence.en for sentence in sentences)
