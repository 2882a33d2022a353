"""What a process is told by its environment. Nothing else reads `os.environ`."""

import os
from collections.abc import Mapping

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One process's settings; the data source names and passwords are never logged."""

    database_dsn: str
    nats_url: str
    log_level: str = "info"
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    # Requests handled at once by one process; the next one is answered 503.
    concurrency: int = 64
    database_connections: int = 12


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from variables named `PASSERELLE_…`; raises SystemExit naming a missing one."""
    values = os.environ if environment is None else environment
    given = {
        field: values[f"PASSERELLE_{field.upper()}"]
        for field in Settings.__struct_fields__
        if f"PASSERELLE_{field.upper()}" in values
    }
    try:
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SystemExit(f"passerelle: the environment is incomplete (variables PASSERELLE_…): {error}") from error
