"""The demonstration's accounts open by a click, there and nowhere else."""

import pytest

from tests.component.gateway.given import a_gateway
from tests.component.gateway.resources import a_uai
from tests.component.gateway.web.signing_in import (
    COOKIE,
    SECRET,
    a_reader,
    an_account,
)
from tests.reading import HTML


@pytest.fixture
async def gateway(servers):
    """The gateway at work, with no demonstration."""
    async with a_gateway(servers, secret=SECRET) as running:
        yield running


@pytest.fixture
async def reader(gateway):
    async with a_reader(gateway) as one:
        yield one


async def test_the_demonstration_opens_by_a_click_where_it_is_on(servers):
    """One ready account a role, and no account of anybody real."""
    async with a_gateway(servers, demo_sign_in=True, secret=SECRET) as gateway, a_reader(gateway) as reader:
        demo = await an_account(gateway, demo=True)
        real = await an_account(gateway, email="reel@exemple.fr")
        closed = await an_account(gateway, email="parti@exemple.fr", demo=True)
        await gateway.connection.execute("update account set closed_at = now() where id = $1", closed.id)

        page = await reader.read("/sign-in", next="/account")
        form = page.form("/sign-in/demo")
        refused = [
            (await reader.send_form(page, form, {"account_id": str(other)})).status
            for other in (real.id, closed.id, "nobody", a_uai())
        ]
        arrived = await reader.send(page, "/sign-in/demo")

        assert form.value("account_id") == str(demo.id)
        assert "démonstration" in page.text
        assert refused == [404, 404, 404, 404]
        assert (arrived.path, arrived.status) == ("/account", 200)


async def test_elsewhere_the_demonstration_is_closed(gateway, reader):
    """Even for accounts that are marked."""
    demo = await an_account(gateway, demo=True)
    page = await reader.read("/sign-in")
    csrf = page.form("/sign-in").value("_csrf_token")

    answer = await reader.client.post(
        "/sign-in/demo", data={"_csrf_token": csrf, "account_id": str(demo.id)}, headers=HTML
    )

    assert "/sign-in/demo" not in page.html
    assert answer.status_code == 404
    assert COOKIE not in answer.cookies
