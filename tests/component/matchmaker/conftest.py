"""The matchmaker at work on a database and a broker of its own, told of the region by events."""

from collections.abc import AsyncIterator

import pytest

from deploy.embedded.postgres import RunningPostgres
from services.matchmaker.service import service
from tests.component.alone import Alone, alone
from tests.component.matchmaker.given import SUPPLY, UAI
from tests.component.matchmaker.turns import AUCH, Desk, a_desk
from tests.conftest import Servers
from tests.unit.matchmaker.given import a_school


@pytest.fixture
async def matchmaker(servers: Servers) -> AsyncIterator[Alone]:
    """The service alone."""
    async with alone(service, servers) as running:
        yield running


@pytest.fixture
async def desk(postgres: RunningPostgres, template: str) -> AsyncIterator[Desk]:
    """Its tables alone, with a school in Auch and a company beside it."""
    async with a_desk(postgres, template) as told:
        await told.know(a_school(uai=UAI, place=AUCH))
        await told.tell(*SUPPLY)
        yield told
