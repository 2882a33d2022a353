"""The four services at work, for pages that read and act without a browser; each test makes its own organisations."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from deploy.embedded.postgres import RunningPostgres
from tests.conftest import Servers, a_broker, a_database
from tests.given import Region, a_region


@pytest.fixture(scope="module")
async def region(
    postgres: RunningPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Region]:
    """One region for all tests of a module."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(a_database(postgres, template))
        broker = await stack.enter_async_context(a_broker(tmp_path_factory.mktemp("nats")))
        yield await stack.enter_async_context(a_region(Servers(postgres, database, broker)))
