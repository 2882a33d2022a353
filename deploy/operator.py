"""The way to a running Passerelle for whoever stands at the command line: the bus as NATS user `operator`.

A container that only asks for its own service's health may give that service's own user instead.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import nats.errors
from nats.aio.client import Client

from contracts.caller import ALL_SCOPES, Caller
from contracts.vocabulary import OrganisationKind, Role
from deploy.embedded.everything import read_endpoints
from services.bus import Bus, connect

# A copy that runs answers at once; this long says that it was killed and left its address behind.
CONNECT_TIMEOUT_S = 5.0

OPERATOR = Caller(
    key_id="operator",
    role=Role.COORDINATOR,
    organisation=OrganisationKind.REGION,
    organisation_id="occitanie",
    scopes=ALL_SCOPES,
)


class NobodyRuns(Exception):
    """No Passerelle can be reached; the message says how to start one."""


@asynccontextmanager
async def operator_bus(data: Path, nats_url: str | None = None) -> AsyncIterator[Bus]:
    """The bus of the copy that runs on this data folder, or of the NATS given; raises NobodyRuns, DataFolderError."""
    url = nats_url or read_endpoints(data).nats_url
    client = await operator_client(url, None if nats_url else data)
    try:
        yield Bus(client)
    finally:
        await client.close()


async def operator_client(url: str, data: Path | None = None) -> Client:
    """A connection to the NATS of the copy that runs on this data folder, or of another; raises NobodyRuns."""
    try:
        return await asyncio.wait_for(connect(url, urlsplit(url).username or "operator"), CONNECT_TIMEOUT_S)
    except (TimeoutError, OSError, nats.errors.Error) as error:
        if data is None:
            message = "The NATS of PASSERELLE_NATS_URL does not answer: check its address, user and password."
        else:
            message = f"The Passerelle of {data} does not answer; start it again with `passerelle run`."
        raise NobodyRuns(message) from error
