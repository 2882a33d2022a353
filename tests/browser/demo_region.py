"""The demo region as `make run` starts it, in a folder of its own, and somebody of each role who is signed in to it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from contracts.vocabulary import Role
from deploy.embedded.everything import ENDPOINTS_FILE, Endpoints
from tests.benchmarks.copy import Copy
from tests.browser.signing_in import new_session
from tests.browser.world import Person

# The demo's keys by role, as demo-keys.env names them, and whose they are.
KEYS = {
    Role.COMPANY: ("COMPANY_KEY", "COMPANY_ID"),
    Role.ASSOCIATION: ("ASSOCIATION_KEY", "ASSOCIATION_ID"),
    Role.TEACHER: ("SCHOOL_KEY", "SCHOOL_UAI"),
    Role.HEAD: ("HEAD_KEY", "SCHOOL_UAI"),
    Role.COORDINATOR: ("COORDINATOR_KEY", ""),
}


@dataclass(frozen=True)
class DemoRegion:
    """Where it is, who is in it, and the token of each one's session."""

    url: str
    people: Mapping[Role, Person]
    tokens: Mapping[Role, str]


@asynccontextmanager
async def a_demo_region(folder: Path) -> AsyncIterator[DemoRegion]:
    """Start it, with its main job played, and stop it when the block ends."""
    data = folder / "data"
    async with Copy(data) as copy, AsyncExitStack() as stack:
        keys = await copy.keys()
        endpoints = msgspec.json.decode((data / ENDPOINTS_FILE).read_bytes(), type=Endpoints)
        people, tokens = {}, {}
        for role, (key, organisation) in KEYS.items():
            headers = {"Authorization": f"Bearer {keys[key]}"}
            api = await stack.enter_async_context(httpx.AsyncClient(base_url=copy.url, headers=headers, timeout=20))
            people[role] = Person(role, keys.get(organisation, ""), api)
            _, tokens[role] = await new_session(endpoints.database_dsns["gateway"], role, people[role].organisation_id)
        yield DemoRegion(copy.url, people, tokens)
