"""The demo's keys, one a role, kept in the data folder so that every start shows the same ones.

The file can be sourced by a shell, which is how the tour in README.md uses it. Whoever can read it can act for the
invented organisations and, with the coordinator's key, for the Region: it is readable by its owner alone.
"""

from pathlib import Path

import msgspec

from contracts.gateway.keys import IssueApiKey, NewApiKey
from contracts.vocabulary import Role
from deploy.embedded.data_folder import write_private
from deploy.operator import OPERATOR
from services.bus import Bus

FILE = "demo-keys.env"


class DemoKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Who the keys are for, and their secrets."""

    company_id: str
    company_name: str
    company_key: str
    association_id: str
    association_name: str
    association_key: str
    school_uai: str
    school_name: str
    school_key: str
    head_key: str
    coordinator_key: str


async def issue(bus: Bus, role: Role, organisation_id: str = "") -> str:
    """The secret of a new key."""
    new = NewApiKey(role=role, organisation_id=organisation_id, label="demo")
    return (await bus.ask(IssueApiKey(api_key=new), OPERATOR)).secret


def write_env(folder: Path, url: str, keys: DemoKeys) -> Path:
    """Keep the keys with the address of this start, for `. demo-keys.env`."""
    lines = [
        "# Keys of the invented organisations of the demonstration; never use them for anything real.",
        f"PASSERELLE={url}",
        f"COMPANY_ID={keys.company_id}",
        f"COMPANY_KEY={keys.company_key}",
        f"ASSOCIATION_ID={keys.association_id}",
        f"ASSOCIATION_KEY={keys.association_key}",
        f"SCHOOL_UAI={keys.school_uai}",
        f"SCHOOL_KEY={keys.school_key}",
        f"HEAD_KEY={keys.head_key}",
        f"COORDINATOR_KEY={keys.coordinator_key}",
    ]
    path = folder / FILE
    write_private(path, "\n".join(lines) + "\n")
    return path
