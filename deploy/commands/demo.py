"""`passerelle demo`: the main job once, in a temporary folder, and its report."""

import tempfile
from pathlib import Path

import click

from deploy.commands.speaking import run_to_end, tell
from deploy.demo.showing import show_demo
from deploy.embedded.everything import LOOPBACK, run_everything


@click.command()
def demo() -> None:
    """Play the main job once on free ports and print what happened; nothing is kept."""
    with tempfile.TemporaryDirectory(prefix="passerelle-demo-") as folder:
        if not run_to_end(play(Path(folder))):
            raise click.ClickException("Stopped before the end; nothing is kept.")


async def play(folder: Path) -> None:
    """Run everything just long enough to show the main job."""
    async with run_everything(folder / "data", LOOPBACK, 0, tell) as running:
        await show_demo(running)
    tell("Nothing of it is kept; `passerelle run` shows the same and stays.")
