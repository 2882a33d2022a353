"""`passerelle health`: what the services say of themselves; as a container's probe, of one."""

import asyncio
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from contracts.errors import PasserelleError
from contracts.operations import CheckHealth, ServiceHealth
from deploy.commands.operating import DATA, NATS_URL, in_words, operate
from deploy.commands.speaking import console
from deploy.permissions import SERVICES
from services.bus import Bus

# A service that is well answers in milliseconds; a probe must not hang longer than whoever waits for it.
PATIENCE_S = 3.0


@click.command()
@click.argument("service", type=click.Choice(SERVICES), required=False)
@DATA
@NATS_URL
def health(service: str | None, data: Path, nats_url: str | None) -> None:
    """Ask all services, or one, how they are; exit code 1 where one cannot serve."""
    asked = (service,) if service else SERVICES

    async def work(bus: Bus) -> None:
        answers = await asyncio.gather(*(ask(bus, name) for name in asked))
        console.print(table_of(dict(zip(asked, answers, strict=True))))
        if not all(isinstance(answer, ServiceHealth) and answer.ready for answer in answers):
            raise click.exceptions.Exit(1)

    operate(work, data, nats_url)


async def ask(bus: Bus, service: str) -> ServiceHealth | str:
    """What a service says of itself, or a sentence about why it says nothing."""
    try:
        return await bus.ask(CheckHealth(), service=service, timeout_s=PATIENCE_S)
    except PasserelleError as error:
        return in_words(error.problem)


def table_of(answers: dict[str, ServiceHealth | str]) -> Table:
    """The answers as a table for the terminal."""
    table = Table("Service", "State", "Events to publish", "Dead letters", "Late timers", "Needs a hand")
    for service, answer in answers.items():
        if isinstance(answer, str):
            table.add_row(service, "[red]away[/]", "", "", "", Text(answer))
        else:
            table.add_row(
                service,
                "[green]ready[/]" if answer.ready else "[red]not ready[/]",
                str(answer.relay_backlog),
                str(answer.dead_letters),
                str(answer.timers_late),
                Text("\n".join(answer.alarms)),
            )
    return table
