"""What a process is told by its environment. Nothing else reads `os.environ`."""

import os
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PREFIX = "PASSERELLE_"
Positive = Annotated[int, Meta(ge=1)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One process's settings; the data source names and passwords are never logged."""

    database_dsn: str
    nats_url: str
    log_level: Literal["debug", "info", "warning", "error", "critical"] = "info"
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    # Requests handled at once by one process; the next one is answered 503. They share the connections
    # below: what waits for one costs little, and is given up when its asker gives up.
    concurrency: Positive = 128
    database_connections: Positive = 12
    # The gateway tells people by mail: to this server, or else into this folder, shown at /mailbox/<token>. Where there
    # is neither, notices are only listed.
    smtp_url: Annotated[str, Meta(pattern=r"^(smtps?://\S+)?$")] = ""
    mail_from: Annotated[str, Meta(min_length=3)] = "Passerelle <passerelle@localhost>"
    mail_folder: str = ""
    mailbox_token: str = ""
    # Where people reach the gateway: what links in mails and calendars begin with.
    public_url: Annotated[str, Meta(pattern=r"^https?://\S+[^/\s]$")] = "http://127.0.0.1:8000"
    # What pages sign their forms with; the same for all replicas.
    secret: str = ""
    # Whether a click is enough to sign in to the demonstration's accounts.
    demo_sign_in: bool = False
    # How a proxy before the gateway names its client, `X-Real-IP` for instance: sign-in codes are limited by it. Where
    # no proxy sets it, anybody could write anything into it.
    client_address_header: Annotated[str, Meta(pattern=r"^[A-Za-z-]*$")] = ""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from variables named `PASSERELLE_…`; raises SystemExit naming those that are missing or wrong."""
    values = os.environ if environment is None else environment
    variables = {field: PREFIX + field.upper() for field in Settings.__struct_fields__}
    missing = [variables[field.name] for field in msgspec.structs.fields(Settings) if field.required]
    if missing := [variable for variable in missing if not values.get(variable)]:
        raise SystemExit(f"passerelle: set {' and '.join(missing)}")
    given = {field: values[variable] for field, variable in variables.items() if variable in values}
    try:
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        message, _, field = str(error).partition(" - at `$.")
        raise SystemExit(f"passerelle: {variables[field.rstrip('`')]}: {message.lower()}") from error
