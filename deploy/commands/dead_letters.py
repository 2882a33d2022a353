"""`passerelle dead-letters`: what services could not handle, and handling it again."""

from pathlib import Path
from uuid import UUID

import click
from rich.table import Table
from rich.text import Text

from contracts.errors import Kind, PasserelleError, RequestRefused, Unavailable
from contracts.operations import DeadLetter, ListDeadLetters, RetryDeadLetter
from deploy.commands.operating import DATA, NATS_URL, in_words, operate
from deploy.commands.speaking import console, tell
from deploy.permissions import SERVICES
from services.bus import Bus

# What failed may have failed because it takes long.
PATIENCE_S = 30.0


@click.group(name="dead-letters")
def dead_letters() -> None:
    """List events and timers that could not be handled, and handle them again."""


@dead_letters.command(name="list")
@click.option("--service", type=click.Choice(SERVICES), help="Only those of this service.")
@DATA
@NATS_URL
def list_letters(service: str | None, data: Path, nats_url: str | None) -> None:
    """List those that wait, oldest first, 200 a service at most."""

    async def work(bus: Bus) -> None:
        found, away = await collect(bus, (service,) if service else SERVICES)
        if found:
            console.print(table_of(found))
        elif not away:
            tell("There are no dead letters.")
        report_away(away)

    operate(work, data, nats_url)


@dead_letters.command()
@click.argument("letter_id", metavar="ID", type=click.UUID, required=False)
@click.option("--all", "every", is_flag=True, help="Every one that is listed.")
@DATA
@NATS_URL
def retry(letter_id: UUID | None, every: bool, data: Path, nats_url: str | None) -> None:
    """Handle one dead letter again, or all; one that fails once more is kept."""
    if (letter_id is None) is not every:
        raise click.UsageError("Give the id of a dead letter, or --all.")

    async def retry_one(bus: Bus) -> None:
        assert letter_id is not None  # noqa: S101  checked above
        tell(f"Handled by {await retry_wherever(bus, letter_id)}.")

    operate(retry_all if every else retry_one, data, nats_url)


async def retry_all(bus: Bus) -> None:
    """Retry those of every service, and tell how many went well."""
    found, away = await collect(bus, SERVICES)
    failed = 0
    for service, letter in found:
        try:
            await bus.ask(RetryDeadLetter(dead_letter_id=letter.id), service=service, timeout_s=PATIENCE_S)
        except PasserelleError as error:
            failed += 1
            tell(f"{letter.id} of {service}: {in_words(error.problem)}")
    tell(f"{len(found) - failed} handled, {failed} failed again and kept." if found else "There are no dead letters.")
    report_away(away)
    if failed:
        raise click.exceptions.Exit(1)


async def collect(bus: Bus, services: tuple[str, ...]) -> tuple[list[tuple[str, DeadLetter]], list[str]]:
    """The dead letters of these services, each with its service; and a sentence for each that cannot be asked."""
    found: list[tuple[str, DeadLetter]] = []
    away = []
    for service in services:
        try:
            letters = await bus.ask(ListDeadLetters(), service=service)
        except PasserelleError as error:
            away.append(in_words(error.problem))
        else:
            found += [(service, letter) for letter in letters]
    return found, away


async def retry_wherever(bus: Bus, letter_id: UUID) -> str:
    """Retry a dead letter with the service that keeps it, and return its name.

    ClickException where none of those that answer keeps it.
    """
    away = []
    for service in SERVICES:
        try:
            await bus.ask(RetryDeadLetter(dead_letter_id=letter_id), service=service, timeout_s=PATIENCE_S)
        except RequestRefused as refused:
            if refused.problem.kind is not Kind.NOT_FOUND:
                raise
        except Unavailable as error:
            away.append(in_words(error.problem))
        else:
            return service
    raise click.ClickException(" ".join([f"No dead letter {letter_id} waits to be retried.", *away]))


def report_away(away: list[str]) -> None:
    """Tell which services could not be asked, with exit code 1."""
    if away:
        raise click.ClickException(" ".join(away))


def table_of(found: list[tuple[str, DeadLetter]]) -> Table:
    """The dead letters as a table for the terminal."""
    table = Table("Id", "Service", "Event or timer", "Failed", "Error", show_lines=True)
    for service, letter in found:
        what = letter.subject if letter.source == "event" else f"{letter.subject} {letter.body}"
        # As texts, since brackets in them are no styles.
        table.add_row(str(letter.id), service, Text(what), f"{letter.failed_at:%Y-%m-%d %H:%M:%S}", Text(letter.error))
    return table
