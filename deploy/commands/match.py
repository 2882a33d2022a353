"""`passerelle match`: match the whole region now and look on, or repeat an earlier run from what it was told."""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import click
import msgspec
from rich.table import Table
from rich.text import Text

from contracts.machines import ENDED_MATCH_RUN_STATES
from contracts.matchmaker.equity import EquityTable
from contracts.matchmaker.match_runs import GetMatchRun, MatchRun, StartMatchRun
from deploy.commands.operating import DATA, NATS_URL, operate
from deploy.commands.progress import progress_bar
from deploy.commands.speaking import console, run_to_end, tell
from deploy.embedded.everything import read_endpoints
from deploy.operator import OPERATOR
from deploy.verify.books import BooksClosed, open_session
from services.bus import Bus
from services.telemetry import configure_logging
from services.work import Connection

if TYPE_CHECKING:
    from services.matchmaker.runs.replay import Replay
    from services.matchmaker.runs.run_store import Kept

LOOK_S = 0.2
DSN = "PASSERELLE_DATABASE_DSN_MATCHMAKER"
STAGES = {"facts": "Taking the facts", "shards": "Solving the territories", "merge": "Merging them"}


@click.command()
@click.option("--replay", "run_id", metavar="RUN", type=click.UUID, help="Solve an earlier run again, and compare.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@DATA
@NATS_URL
def match(run_id: UUID | None, as_json: bool, data: Path, nats_url: str | None) -> None:
    """Match the whole region now and show what came of it; or repeat a run, which changes nothing.

    A run repeated must give the same, byte for byte; exit code 1 where it does not. With --nats-url the facts are read
    from PASSERELLE_DATABASE_DSN_MATCHMAKER.
    """
    if run_id is None:
        operate(lambda bus: show_run(bus, as_json), data, nats_url)
    else:
        show_replay(run_id, as_json, data, nats_url)


async def show_run(bus: Bus, as_json: bool) -> None:
    """Ask for a run, look on until it has ended, and tell what it gave; ClickException where it came to nothing."""
    run = await bus.ask(StartMatchRun(), OPERATOR)
    with progress_bar() as bar:
        task = bar.add_task(STAGES["facts"], total=1.0)
        while run.state not in ENDED_MATCH_RUN_STATES:
            await asyncio.sleep(LOOK_S)
            run = await bus.ask(GetMatchRun(match_run_id=run.id), OPERATOR)
            bar.update(task, completed=run.progress, description=STAGES.get(run.stage, ""))
    if run.state == "failed":
        raise click.ClickException(f"The match run {run.id} came to nothing: {run.reason}.")
    if as_json:
        print_json(run)
        return
    for sentence in told_of(run):
        tell(sentence)
    if run.equity is not None:
        console.print(equity_table(run.equity))


def told_of(run: MatchRun) -> list[str]:
    """What a run gave, in sentences."""
    spent_s = (run.loading_ms + run.solving_ms + run.sweeping_ms + run.storing_ms) / 1000
    sentences = [
        f"Match run {run.id}: {run.class_requests} classes, {run.slots} slots, {run.pairs} possible pairs.",
        f"Value {run.objective:.3f}, no choice could exceed {run.bound:.3f}: a gap of {run.gap:.4%}.",
        f"Visits: {run.visits_proposed} proposed, {run.visits_kept} kept, {run.visits_withdrawn} withdrawn;"
        f" {run.unserved_count} classes got none. Partnerships: {run.partnerships_proposed} proposed.",
        f"Of {run.churn.valid} proposals that waited and were still possible {run.churn.kept} were kept.",
        f"{len(run.shards)} territories, {run.boundary_pairs} pairs across their borders, {spent_s:.1f} s of work.",
    ]
    if run.limited:
        sentences.append("The time was over before the search was: the best found stands, with its true gap.")
    return sentences


def equity_table(equity: EquityTable) -> Table:
    """The service rates by cell, for the terminal."""
    title = (
        f"Lowest rate {equity.lowest_rate_before:.0%} → {equity.lowest_rate:.0%},"
        f" Gini {equity.gini_before:.3f} → {equity.gini:.3f}"
    )
    table = Table(
        "Department", "Classes", "Of them", "Served before", "Served now", "Rate", "Floor", "Missing", title=title
    )
    for cell in equity.cells:
        reached = Text("under-reached" if cell.under_reached else "others")
        counts = (cell.served_before, cell.served, f"{cell.rate:.0%}", cell.floor, cell.deficit)
        table.add_row(cell.territory, reached, str(cell.classes), *map(str, counts))
    return table


def show_replay(run_id: UUID, as_json: bool, data: Path, nats_url: str | None) -> None:
    """Repeat a run in this process and tell whether it gave the same; ClickException where that cannot be done."""
    # Not at the top: loading the solver takes as long as all else, and no other command needs it.
    from services.matchmaker.runs.replay import replay

    configure_logging("critical", "operator")
    found: list[tuple[MatchRun, Kept]] = []

    async def work() -> None:
        found.append(await read_kept(dsn_of(data, nats_url), run_id))

    try:
        run_to_end(work())
    except BooksClosed as error:
        raise click.ClickException(f"{error}.") from error
    ((run, kept),) = found
    began = time.perf_counter()
    with console.status("Solving it again …"):
        again = replay(kept)
    outcome = told_again(run, again, time.perf_counter() - began)
    if as_json:
        print_json(outcome)
    elif outcome["same"]:
        tell(f"The same, byte for byte: {outcome['matches']} matches, value {outcome['value']:.3f}.")
    else:
        tell(f"Not the same: {outcome['difference']}.")
        if run.limited:
            tell("Its time was over before its search was: how far that got depends on the machine.")
    if not outcome["same"]:
        raise click.exceptions.Exit(1)


def dsn_of(data: Path, nats_url: str | None) -> str:
    """Where the matchmaker keeps its books; raises DataFolderError, UsageError."""
    if nats_url is None:
        return read_endpoints(data).database_dsns["matchmaker"]
    if not os.environ.get(DSN):
        raise click.UsageError(f"Set {DSN}.")
    return os.environ[DSN]


async def read_kept(dsn: str, run_id: UUID) -> "tuple[MatchRun, Kept]":
    """A run and what it is repeated from; raises BooksClosed, ClickException."""
    from services.matchmaker.runs.run_store import KEPT, find_kept, find_run

    session = await open_session("matchmaker", dsn)
    try:
        async with session.transaction(isolation="repeatable_read", readonly=True):
            # A session of its own does what one of a pool does.
            connection = cast("Connection[Any]", session)
            run = await find_run(connection, run_id)
            kept = await find_kept(connection, run_id)
    finally:
        session.terminate()
    if run is None:
        raise click.ClickException(f"There is no match run {run_id}.")
    if not run.digest:
        raise click.ClickException(f"{run_id} matched what an event touched, from memory: only whole runs are kept.")
    if run.state != "completed":
        raise click.ClickException(f"The match run {run_id} is {run.state}: only one that was completed is repeated.")
    if kept is None:
        raise click.ClickException(f"The facts of {run_id} are no longer kept: those of the last {KEPT} runs are.")
    return run, kept


def told_again(run: MatchRun, again: "Replay", spent_s: float) -> dict[str, Any]:
    """The outcome of a repetition, for a program."""
    difference = again.difference
    if not difference and again.digest != run.digest:
        difference = f"digest was {run.digest} and is {again.digest}"
    return {
        "match_run_id": run.id,
        "same": not difference,
        "difference": difference,
        "digest": again.digest,
        "matches": len(again.plan.matches),
        "value": again.plan.value / 1000,
        "bound": again.plan.bound / 1000,
        "seconds": round(spent_s, 3),
    }


def print_json(outcome: Any) -> None:
    """Anything that msgspec encodes, for a program."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(outcome), indent=2).decode() + "\n")
