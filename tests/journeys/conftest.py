"""Journeys are told over HTTP only, as their users would make them."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Servers
from tests.given import Region, a_region


@pytest.fixture
async def region(servers: Servers) -> AsyncIterator[Region]:
    """The four services at work on fresh servers."""
    async with a_region(servers) as running:
        yield running
