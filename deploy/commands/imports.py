"""`passerelle import`: official and documented files into a running Passerelle."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from contracts.reference.codes import CodesUnreadable, ListName
from deploy.commands.operating import DATA, NATS_URL
from deploy.commands.progress import progress_bar
from deploy.commands.speaking import tell
from deploy.embedded.data_folder import DataFolderError, refuse_foreign
from deploy.imports import associations, codes, companies, report, schools
from deploy.imports.layout import Source, recognise
from deploy.imports.sending import ImportStopped, Outcome, load
from deploy.imports.table import FileRefused, open_table
from deploy.operator import NobodyRuns, operator_bus
from services.telemetry import configure_logging


@click.group(name="import")
def imports() -> None:
    """Load official and documented files; loading one again changes nothing."""


def import_command(source: Source[Any], text: str) -> Callable[..., None]:
    """The subcommand of one source; its help is the module docstring that documents the file."""

    @imports.command(name=source.name, help=text)
    @click.argument("file", type=click.Path(path_type=Path))
    @DATA
    @click.option("--report", "report_file", type=click.Path(path_type=Path), help="Write every row not loaded here.")
    @NATS_URL
    def command(file: Path, data: Path, report_file: Path | None, nats_url: str | None) -> None:
        configure_logging("critical", "operator")
        try:
            if report_file is not None:
                report.check_writable(report_file)
            outcome = asyncio.run(import_file(source, file, data, nats_url))
        except (FileRefused, ImportStopped, NobodyRuns, DataFolderError) as error:
            raise click.ClickException(str(error)) from error
        if report_file is not None:
            report.write(report_file, outcome)
        report.show(file, outcome, report_file)
        if not outcome.loaded:
            raise click.ClickException(f"Nothing of {file} could be loaded.")

    return command


def as_help(text: str) -> str:
    """A module docstring as click wants it: its table of columns, which is indented, is not to be wrapped."""
    return "\n\n".join("\b\n" + part if "\n  " in part else part for part in text.split("\n\n"))


async def import_file(source: Source[Any], file: Path, data: Path, nats_url: str | None) -> Outcome:
    """Load a file into the Passerelle that runs, with a progress bar."""
    table = open_table(file)
    layout = recognise(source, table)
    async with operator_bus(data, nats_url) as bus:
        with progress_bar() as progress:
            task = progress.add_task(f"Loading {source.name}", total=table.lines)
            return await load(source, layout, table, bus, lambda line: progress.update(task, completed=line))


for source, module in (
    (schools.SCHOOLS, schools),
    (companies.COMPANIES, companies),
    (associations.ASSOCIATIONS, associations),
):
    import_command(source, as_help(module.__doc__ or ""))


@imports.command(name="codes", help=as_help(codes.__doc__ or ""))
@click.argument("name", metavar="LIST", type=click.Choice(codes.LISTS))
@click.argument("file", type=click.Path(path_type=Path))
@DATA
def import_codes(name: ListName, file: Path, data: Path) -> None:
    """Keep an official list in the data folder; nothing needs to run."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        refuse_foreign(data)
        nomenclature, became = codes.import_list(name, file, data / codes.FOLDER)
    except (CodesUnreadable, DataFolderError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{data} cannot be written ({error.strerror}).") from error
    tell(f"{file}: {len(nomenclature.labels)} codes of {name} {became}.")
