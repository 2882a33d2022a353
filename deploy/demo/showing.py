"""What a person sees of the demonstration: a bar while the region loads, then the main job or the region's counts.

The one place where the demo's parts come together; the commands `run` and `demo` both end up here.
"""

import time
from datetime import date, datetime
from pathlib import Path

import msgspec
from rich.table import Table

from contracts.reference.calendar import OutsideCalendar
from contracts.vocabulary import Role
from deploy.commands.progress import progress_bar
from deploy.commands.speaking import console
from deploy.demo.accounts import make_accounts
from deploy.demo.acting import Hand, StepFailed, hands, step
from deploy.demo.chance import PARIS
from deploy.demo.keys import FILE as KEYS_FILE
from deploy.demo.keys import DemoKeys, issue, write_env
from deploy.demo.load import Loaded, load
from deploy.demo.main_job import Line, play
from deploy.demo.model import Region
from deploy.demo.region import SEED, make_region
from deploy.demo.rest import make_keys, settle
from deploy.demo.state import DemoState, keep_state, read_state
from deploy.embedded.everything import Everything
from deploy.operator import operator_bus
from services.bus import Bus


async def show_demo(running: Everything) -> None:
    """Load the region into an empty Passerelle and play the main job, each once; tell what happened.

    Raises LoadFailed, StepFailed, DataFolderError.
    """
    folder, url = running.folder, running.http_url
    async with operator_bus(folder) as bus:
        state = read_state(folder)
        if state is None:
            if await somebody_is_there(url, bus):
                return
            state = keep_state(folder, DemoState(seed=SEED, today=datetime.now(PARIS).date()))
        await go_on(folder, url, bus, state)


async def go_on(folder: Path, url: str, bus: Bus, state: DemoState) -> None:
    """Do what is not yet done of load, keys, accounts and main job, keeping each as it is reached."""
    region = region_of(state.today, state.seed)
    lines: list[Line] = []
    loaded = state.loaded
    if loaded is None:
        began = time.monotonic()
        loaded = await load_with_bar(region, bus)
        state = keep_state(folder, msgspec.structs.replace(state, loaded=loaded))
        which = f"{loaded.companies} companies, {loaded.associations} associations, {loaded.schools} schools"
        lines.append(Line("An invented region was loaded", which, f"{time.monotonic() - began:.1f} s"))
    keys = state.keys
    if keys is None:
        with step("making keys"):
            coordinator_key = await issue(bus, Role.COORDINATOR)
        async with hands(url, coordinator_key) as (coordinator,):
            lines.append(await settle(coordinator, bus, loaded))
        keys = await make_keys(url, bus, loaded, region.story.uai)
        state = keep_state(folder, msgspec.structs.replace(state, keys=keys))
    if not state.accounts:
        with step("making accounts"):
            await make_accounts(bus, keys)
        state = keep_state(folder, msgspec.structs.replace(state, accounts=True))
    if state.begun:
        lines = await counts(url, keys, loaded)
    else:
        keep_state(folder, msgspec.structs.replace(state, begun=True))
        lines += await play(url, keys, loaded, region.story)
    # Last, because it tells others, a benchmark for instance, that the main job has been played.
    write_env(folder, url, keys)
    console.print(table_of(lines))


def show_keys(folder: Path, shown_as: Path) -> None:
    """Print the keys kept in a data folder, named as the person named it, and a line to try; nothing where none are."""
    state = read_state(folder)
    if state is not None and state.keys is not None:
        console.print(goodbye(shown_as / KEYS_FILE, state.keys), markup=False)


async def somebody_is_there(url: str, bus: Bus) -> bool:
    """Whether real organisations are registered: invented ones are never mixed among them."""
    with step("looking who is there"):
        async with hands(url, await issue(bus, Role.COORDINATOR)) as (coordinator,):
            actors = await coordinator.get("/v1/map/actors")
            return bool(actors["features"])


def region_of(today: date, seed: int) -> Region:
    """The region; StepFailed where the school calendar does not reach far enough."""
    try:
        return make_region(today, seed)
    except OutsideCalendar as error:
        raise StepFailed(f"The demo region cannot be made on {today}: {error}") from error


async def load_with_bar(region: Region, bus: Bus) -> Loaded:
    """Load the region, showing how far each phase is."""
    with progress_bar() as progress:
        tasks: dict[str, int] = {}

        def on_progress(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = progress.add_task(phase, total=total)
            progress.update(progress.task_ids[list(tasks).index(phase)], completed=done)

        return await load(region, bus, on_progress)


async def counts(url: str, keys: DemoKeys, loaded: Loaded) -> list[Line]:
    """What is in the region now, as its directory shows it."""
    async with hands(url, keys.coordinator_key) as (coordinator,):
        with step("counting what is there"):
            actors = await coordinator.get("/v1/map/actors")
            found = [feature["properties"] for feature in actors["features"]]
            return [
                Line("On the map", ", ".join(f"{number} {what}" for what, number in actors_by_kind(found).items())),
                Line("Open visit proposals", await count(coordinator, "/v1/visit-proposals", "proposed")),
                Line("Open partnership proposals", await count(coordinator, "/v1/partnership-proposals", "proposed")),
                Line("Confirmed visits", await count(coordinator, "/v1/bookings", "confirmed")),
                Line("Class requests loaded at the start", str(loaded.class_requests)),
            ]


def actors_by_kind(found: list[dict[str, str]]) -> dict[str, int]:
    """How many sites, associations and schools there are."""
    kinds = {"company": "company sites", "association": "associations", "school": "schools"}
    return {name: sum(one["kind"] == kind for one in found) for kind, name in kinds.items()}


async def count(coordinator: Hand, path: str, state: str) -> str:
    """How many things of a list are in a state."""
    return str(len(await coordinator.items(path, state=state)))


def table_of(lines: list[Line]) -> Table:
    """The report."""
    table = Table(title="All organisations are invented; the communes, the calendar and the job codes are real.")
    table.add_column("what happened")
    table.add_column("which", overflow="fold")
    table.add_column("took", justify="right", no_wrap=True)
    for line in lines:
        table.add_row(line.what, line.which, line.took)
    return table


def goodbye(env: Path, keys: DemoKeys) -> str:
    """A line to try, and whose the keys are."""
    # A shell looks for a name without a slash along its PATH.
    sourced = env if env.is_absolute() else f"./{env}"
    return "\n".join(
        (
            "Try, in another terminal:",
            f"  . {sourced}",
            '  curl -H "Authorization: Bearer $SCHOOL_KEY" $PASSERELLE/v1/visit-proposals',
            f"Keys, also in {env}:",
            f"  COMPANY_KEY      {keys.company_key}  {keys.company_name}",
            f"  ASSOCIATION_KEY  {keys.association_key}  {keys.association_name}",
            f"  SCHOOL_KEY       {keys.school_key}  {keys.school_name}, a teacher",
            f"  HEAD_KEY         {keys.head_key}  {keys.school_name}, its head",
            f"  COORDINATOR_KEY  {keys.coordinator_key}  the Region",
        )
    )
