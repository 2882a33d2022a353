"""The four services at work, for pages that read and act without a browser; each test makes its own organisations.

Pages of a gateway alone have their readers too (playing.py).
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from deploy.embedded.postgres import RunningPostgres
from tests.component.gateway.given import Gateway
from tests.component.gateway.web.playing import Browse, readers_of
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


@pytest.fixture
async def browse(shared_gateway: Gateway) -> AsyncIterator[Browse]:
    """Signs people in who read pages of a gateway alone."""
    async with readers_of(shared_gateway) as browse:
        yield browse
