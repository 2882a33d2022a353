"""What the golden files should hold now, and what a change since they were written would break."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from contracts.asyncapi import asyncapi
from contracts.catalogue import wire_types
from deploy.choreography import load_services
from tests.contracts.compatibility import breaches
from tests.contracts.samples import encode, sample_of

CONTRACTS = Path(__file__).parents[2] / "contracts"


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a wire type."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(kind)}


def expected() -> dict[str, bytes]:
    """Every golden file as it should be, by its path in `contracts/`."""
    follows = {service.name: tuple(service.follows) for service in load_services()}
    files = {"asyncapi.json": encode(asyncapi(follows))}
    for name, kind in wire_types().items():
        files[f"schemas/{name}.json"] = encode(schema_of(kind))
        files[f"samples/{name}.json"] = encode(sample_of(kind))
    return files


def breaks(name: str, kind: Any, folder: Path = CONTRACTS) -> Iterator[str]:
    """One sentence for each incompatible change of a body since its golden schema was written."""
    file = folder / "schemas" / f"{name}.json"
    if file.exists():
        golden = msgspec.json.decode(file.read_bytes())
        for breach in breaches(golden, schema_of(kind)):
            yield (
                f"{name}, {breach}. Who sends or has stored the old form would be misread: keep it as it was, or give "
                "the change a new version (contracts/README.md, «A new version»)."
            )


def losses(folder: Path = CONTRACTS) -> Iterator[str]:
    """One sentence for each golden schema whose message is gone."""
    for file in sorted((folder / "schemas").glob("*.json")):
        if file.stem not in wire_types():
            yield (
                f"{file.stem} is declared no more. Who still sends it would not be understood: keep it until nobody "
                "does (contracts/README.md, «A new version»)."
            )


def write(folder: Path = CONTRACTS, *, breaking: bool = False) -> list[str]:
    """Write the golden files anew; returns why nothing was written, or nothing where all is well."""
    broken = [*(sentence for name, kind in wire_types().items() for sentence in breaks(name, kind, folder))]
    if (refusals := [*broken, *losses(folder)]) and not breaking:
        return refusals
    files = expected()
    for stale in goldens_in(folder) - files.keys():
        (folder / stale).unlink()
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return []


def goldens_in(folder: Path = CONTRACTS) -> set[str]:
    """The schemas and samples that are there, by their path."""
    return {str(file.relative_to(folder)) for kind in ("schemas", "samples") for file in (folder / kind).glob("*.json")}


def difference(golden: bytes, now: bytes) -> str:
    """Where two files part: the first lines of their diff."""
    lines = difflib.unified_diff(golden.decode().splitlines(), now.decode().splitlines(), "golden", "now", "", "", 1)
    return "\n".join(list(lines)[:24])
