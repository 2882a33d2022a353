"""The one look of progress bars; they vanish when done, and are silent where nobody looks."""

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.commands.speaking import console


def progress_bar() -> Progress:
    """A progress bar, to be used as a context."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
