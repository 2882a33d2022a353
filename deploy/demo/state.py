"""How far the demonstration of a data folder has come, so that every start goes on where the last one ended."""

from datetime import date
from pathlib import Path

import msgspec

from deploy.demo.keys import DemoKeys
from deploy.demo.load import Loaded
from deploy.embedded.data_folder import damaged, write_private

FILE = "demo.json"


class DemoState(msgspec.Struct, frozen=True, kw_only=True):
    """The region's seed and day, what was loaded, its keys, whether its accounts were made and the main job begun."""

    seed: int
    today: date
    loaded: Loaded | None = None
    keys: DemoKeys | None = None
    accounts: bool = False
    begun: bool = False


def read_state(folder: Path) -> DemoState | None:
    """The state kept in the folder, None where there is none; raises DataFolderError for a damaged one."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=DemoState)
    except (OSError, msgspec.DecodeError) as error:
        raise damaged(path, "cannot be read") from error


def keep_state(folder: Path, state: DemoState) -> DemoState:
    """Keep the state, keys and all, readable by its owner alone; returns it."""
    write_private(folder / FILE, msgspec.json.encode(state).decode())
    return state
