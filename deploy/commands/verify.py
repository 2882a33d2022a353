"""`passerelle verify`: whether all that is promised at any time holds now, of the copy that runs."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec
from rich.text import Text

from deploy.commands.operating import DATA, NATS_URL
from deploy.commands.speaking import console, run_to_end
from deploy.embedded.everything import read_endpoints
from deploy.permissions import SERVICES
from deploy.verify.audit import Audit, Outcome, Verdict
from deploy.verify.books import Addresses, BooksClosed, open_books
from services.telemetry import configure_logging

EXAMPLES = 5
# Nothing is known to be wrong, and not everything could be looked at.
UNCHECKED = 2
MARKS = {
    Verdict.HOLDS: ("✓", "green"),
    Verdict.BROKEN: ("✗", "red"),
    Verdict.UNSURE: ("?", "yellow"),
    Verdict.CLOSED: ("?", "yellow"),
    Verdict.WARNING: ("!", "yellow"),
}


class Unchecked(click.ClickException):
    """Nothing could be checked at all."""

    exit_code = UNCHECKED


@click.command()
@DATA
@NATS_URL
@click.option(
    "--patience",
    "patience_s",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for what is on its way.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def verify(data: Path, nats_url: str | None, patience_s: float, as_json: bool) -> None:
    """Check what holds at any time: places, promises, events, copies.

    Nothing is changed. Exit code 1 where something does not hold, 2 where a part could not be checked. With --nats-url
    the databases are read from PASSERELLE_DATABASE_DSN_<SERVICE>.
    """
    configure_logging("critical", "operator")
    outcomes: list[Outcome] = []

    async def work() -> None:
        async with open_books(addresses_of(data, nats_url)) as books:
            audit = Audit(books, patience_s)
            with console.status("Waiting until all has arrived …") as status:
                restless = await audit.wait_quiet(lambda waiting: status.update(f"Waiting: {'; '.join(waiting)} …"))
            if restless and not as_json:
                console.print(f"It is busy ({'; '.join(restless)}): what seems wrong is looked at again.", markup=False)
            async for outcome in audit.outcomes():
                outcomes.append(outcome)
                if not as_json:
                    console.print(line_of(outcome))

    try:
        finished = run_to_end(work())
    except click.UsageError:
        raise
    except (BooksClosed, click.ClickException) as error:
        raise Unchecked(str(error)) from error
    if not finished:
        raise click.exceptions.Exit(UNCHECKED)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told(outcomes)), indent=2).decode() + "\n")
    raise click.exceptions.Exit(exit_code(outcomes))


def addresses_of(data: Path, nats_url: str | None) -> Addresses:
    """Of the copy that runs on this data folder; or from the environment. Raises DataFolderError, UsageError."""
    if nats_url is None:
        endpoints = read_endpoints(data)
        return Addresses(endpoints.database_dsns, endpoints.nats_url)
    variables = {service: f"PASSERELLE_DATABASE_DSN_{service.upper()}" for service in SERVICES}
    missing = [variable for variable in variables.values() if not os.environ.get(variable)]
    if missing:
        raise click.UsageError(f"Set {', '.join(missing)}.")
    return Addresses({service: os.environ[variable] for service, variable in variables.items()}, nats_url)


def line_of(outcome: Outcome) -> Text:
    """One invariant in one line."""
    mark, colour = MARKS[outcome.verdict]
    line = Text.assemble((mark, colour), " ", in_words(outcome))
    if outcome.findings:
        line.append(f" — {spaced(len(outcome.findings))} not: ", colour)
        line.append("; ".join(f"{finding.id} ({finding.words})" for finding in outcome.findings[:EXAMPLES]))
        if len(outcome.findings) > EXAMPLES:
            line.append(" …")
    if outcome.why:
        line.append(f" — {outcome.why}", colour)
    return line


def in_words(outcome: Outcome) -> str:
    """How many things there are, and what holds of them."""
    counted = outcome.things if outcome.verdict is Verdict.CLOSED else f"{spaced(outcome.counted)} {outcome.things}"
    return f"{counted}: {outcome.sentence}"


def spaced(number: int) -> str:
    """A number as people read it: 1 204."""
    return f"{number:,}".replace(",", " ")


def told(outcomes: list[Outcome]) -> Mapping[str, object]:
    """The outcome for a program: the same words, a few examples each."""
    return {
        "exit_code": exit_code(outcomes),
        "invariants": [
            {
                "name": outcome.name,
                "verdict": outcome.verdict,
                "sentence": in_words(outcome),
                "counted": outcome.counted,
                "wrong": len(outcome.findings),
                "examples": [{"id": finding.id, "words": finding.words} for finding in outcome.findings[:EXAMPLES]],
                "why": outcome.why,
            }
            for outcome in outcomes
        ],
    }


def exit_code(outcomes: list[Outcome]) -> int:
    """1 where something does not hold; else 2 where something could not be checked; else 0."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if Verdict.BROKEN in verdicts:
        return 1
    return UNCHECKED if verdicts & {Verdict.UNSURE, Verdict.CLOSED} else 0
