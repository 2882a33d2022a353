"""The one folder that holds everything an embedded Passerelle keeps: lock, passwords, logs and both servers' files.

Says how the folder is opened and refused. What lies in `postgres/` and `nats/` belongs to postgres.py and nats.py.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.permissions import NATS_USERS, SERVICES

MARKER = "passerelle.json"
FORMAT = 1


class DataFolderError(Exception):
    """The folder cannot be used; the message is one clear sentence that says what to do."""


@contextmanager
def open_data_folder(folder: Path) -> Iterator[Path]:
    """Make or check the folder and keep it locked, so that a second copy on the same data is refused.

    Yields the absolute folder. Raises DataFolderError, having changed nothing, where the folder is in use, foreign,
    newer than this version or not ours to write.
    """
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        refuse_foreign(folder)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"The data folder {folder} cannot be used ({error.strerror}); choose another one with --data."
        raise DataFolderError(message) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Passerelle already runs on {folder}; stop it first or choose another folder with --data."
            raise DataFolderError(message) from None
        # Others may enter, where PostgreSQL runs as another account, but not look around.
        folder.chmod(0o711)
        yield folder
    finally:
        os.close(descriptor)


def refuse_foreign(folder: Path) -> None:
    """Tell a new or own folder from any other; marks a new one."""
    marker = folder / MARKER
    if not marker.exists():
        # The two that an opening leaves which was cut short.
        if any(entry.name not in ("lock", f"{MARKER}.new") for entry in folder.iterdir()):
            message = f"{folder} is not empty and holds no Passerelle data; choose another folder with --data."
            raise DataFolderError(message)
        write_private(marker, json.dumps({"format": FORMAT}))
        return
    try:
        found = json.loads(marker.read_text())["format"]
    except (ValueError, KeyError, TypeError):
        raise damaged(marker, "is not readable") from None
    if found != FORMAT:
        message = f"{folder} was written by another version of Passerelle (format {found}, not {FORMAT}); run that one."
        raise DataFolderError(message)


def damaged(path: Path, what: str) -> DataFolderError:
    """The error for a file or folder of ours that is not as we left it."""
    return DataFolderError(
        f"The data folder is damaged: {path} {what}; nothing was changed. "
        "Restore it from a backup, or move the whole folder away to begin anew."
    )


def passwords(folder: Path) -> dict[str, str]:
    """The passwords of every PostgreSQL role (`postgres/<role>`) and NATS user (`nats/<user>`), made on first use."""
    path = folder / "secrets.json"
    wanted = [f"postgres/{role}" for role in ("administrator", *SERVICES)] + [f"nats/{user}" for user in NATS_USERS]
    kept: dict[str, str] = {}
    if path.exists():
        try:
            kept = json.loads(path.read_text())
            missing = [name for name in wanted if not isinstance(kept[name], str)]
        except (ValueError, KeyError, TypeError, OSError):
            missing = wanted
        if missing:
            raise damaged(path, "does not hold the passwords it should")
        return kept
    if (folder / "postgres").exists():
        raise damaged(path, "is missing, and the databases cannot be opened without their passwords")
    # A letter first: NATS reads a value of its environment as a number where it looks like one.
    made = {name: "p" + secrets.token_hex(24) for name in wanted}
    write_private(path, json.dumps(made, indent=2))
    return made


def write_private(path: Path, text: str) -> None:
    """Write a whole file at once, readable by its owner alone."""
    unfinished = path.with_name(path.name + ".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
