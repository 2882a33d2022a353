"""The service companies at work on a database and a broker of its own."""

from collections.abc import AsyncIterator

import pytest

from services.companies.service import service
from tests.component.alone import Alone, alone
from tests.conftest import Servers


@pytest.fixture
async def companies(servers: Servers) -> AsyncIterator[Alone]:
    """The service alone."""
    async with alone(service, servers) as running:
        yield running
