"""`passerelle run`: everything on this machine, until Ctrl-C."""

import asyncio
from pathlib import Path

import click

from deploy.commands.speaking import run_to_end, tell
from deploy.demo.showing import show_demo, show_keys
from deploy.demo.state import read_state
from deploy.embedded.everything import LOOPBACK, run_everything


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".passerelle/data"),
    show_default=True,
    help="Folder that keeps everything.",
)
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 takes a free one."
)
@click.option(
    "--demo/--no-demo",
    "with_demo",
    default=True,
    show_default=True,
    help="Load an invented region into an empty Passerelle and play the main job on it.",
)
def run(data: Path, host: str, port: int, with_demo: bool) -> None:
    """Start everything on this machine and serve until Ctrl-C; the data are found again next time."""
    if not run_to_end(serve(data, host, port, with_demo)):
        tell(f"Stopped. Everything is kept in {data}.")


async def serve(data: Path, host: str, port: int, with_demo: bool) -> None:
    """Run everything, show the main job, and wait to be cancelled."""
    with_demo_sign_in = with_demo or read_state(data) is not None
    async with run_everything(data, host, port, tell, demo_sign_in=with_demo_sign_in) as running:
        if with_demo:
            await show_demo(running)
            show_keys(running.folder, data)
        if with_demo_sign_in and read_state(data) is not None:
            who = "you sign in" if host == LOOPBACK else "whoever reaches it signs in"
            tell(f"On {running.http_url}/sign-in {who} to the demonstration's accounts by a click.")
        if running.mailbox_url:
            tell(f"Mails are shown on {running.mailbox_url}.")
        tell(f"Passerelle serves on {running.http_url}; Ctrl-C stops it.")
        await asyncio.Event().wait()
