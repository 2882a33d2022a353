"""A gateway whose mails arrive, and somebody who reads its pages."""

import pytest

from tests.component.gateway.given import a_gateway
from tests.component.gateway.mail_server import a_mail_server
from tests.component.gateway.web.signing_in import FROM, SECRET, a_reader


@pytest.fixture
async def mails():
    """A mail server that keeps what it gets."""
    async with a_mail_server() as server:
        yield server


@pytest.fixture
async def gateway(servers, mails):
    """The gateway at work, with a way for mails."""
    async with a_gateway(servers, smtp_url=mails.url, mail_from=FROM, secret=SECRET) as running:
        yield running


@pytest.fixture
async def reader(gateway):
    async with a_reader(gateway) as one:
        yield one
