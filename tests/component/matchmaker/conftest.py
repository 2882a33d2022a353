"""The matchmaker at work on a database and a broker of its own, told of the region by events."""

from collections.abc import AsyncIterator

import pytest

from services.matchmaker.service import service
from tests.component.alone import Alone, alone
from tests.conftest import Servers


@pytest.fixture
async def matchmaker(servers: Servers) -> AsyncIterator[Alone]:
    """The service alone."""
    async with alone(service, servers) as running:
        yield running
