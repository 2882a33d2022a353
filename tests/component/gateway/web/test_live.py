"""The pages' own stream: as the API's, for whoever is signed in and as long as they are."""

import re
from datetime import UTC, datetime

import pytest

from contracts.caller import SYSTEM
from contracts.companies.bookings import BookingRequested
from contracts.companies.profiles import CompanyRegistered
from contracts.gateway.accounts import NewAccount
from contracts.vocabulary import Role
from services.gateway.auth.accounts import create_account
from services.gateway.auth.sessions import open_session
from services.gateway.live import listener
from services.gateway.live.hub import STREAMS_EACH
from tests.component.gateway.given import Gateway
from tests.component.gateway.listening import listening, told_of
from tests.component.gateway.resources import a_booking, a_company, a_slot, a_uai, an_offer


async def signed_in(gateway: Gateway, role: Role, organisation_id: object = "") -> dict[str, str]:
    """The headers of a browser that has just signed in to a new account."""
    now = datetime.now(UTC)
    new = NewAccount(email=f"{role}@exemple.fr", role=role, organisation_id=str(organisation_id))
    account = await create_account(gateway.connection, new, SYSTEM, now)
    _, token = await open_session(gateway.connection, account, "Firefox/140.0", now)
    return {"Cookie": f"session={token}"}


async def test_an_open_page_hears_of_its_booking(gateway: Gateway):
    """And goes on where it was once its connection was cut."""
    uai = a_uai()
    browser = await signed_in(gateway, Role.TEACHER, uai)
    slot = a_slot(an_offer(a_company()))
    booking = a_booking(slot, uai)

    async with listening(gateway.http, browser, path="/live") as page:
        position = (await page.begun()).position
        await gateway.tell(BookingRequested(booking=booking, slot=slot))
        heard = await page.changes(2)
    async with listening(gateway.http, browser, position, path="/live") as again:
        assert await again.changes(2) == heard

    assert heard == [("booking", str(booking.id), 1), ("slot", str(slot.id), 1)]
    assert page.response.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in page.response.headers


async def test_a_page_listens_from_before_it_was_read(gateway: Gateway):
    """What changes between its reading and its first word to us is heard too."""
    browser = await signed_in(gateway, Role.COORDINATOR)
    company = a_company()

    page = await gateway.http.get("/", headers=browser)
    await gateway.tell(CompanyRegistered(company=company))
    (path,) = re.findall(r'sse-connect="(/live[^"]*)"', page.text)
    async with listening(gateway.http, browser, path=path) as stream:
        heard = await stream.changes(1)
    visitor = await gateway.http.get("/")

    assert heard == told_of(company)
    assert "sse-connect" not in visitor.text


async def test_signing_out_ends_the_stream(gateway: Gateway, monkeypatch: pytest.MonkeyPatch):
    """Nothing more is told afterwards."""
    monkeypatch.setattr(listener, "HEARTBEAT_S", 0.2)
    browser = await signed_in(gateway, Role.COORDINATOR)

    async with listening(gateway.http, browser, path="/live") as page:
        await page.begun()
        await gateway.connection.execute("delete from web_session")
        gateway.app.state.session_ring.forget(browser["Cookie"].partition("=")[2])
        await gateway.tell(CompanyRegistered(company=a_company()))
        left = await page.rest()

    assert not [line for line in left if line.startswith("event")]


async def test_an_open_page_alone_keeps_nobody_signed_in(gateway: Gateway, monkeypatch: pytest.MonkeyPatch):
    """A session ends that nobody uses; whoever reads a page beside it uses it."""
    monkeypatch.setattr(listener, "HEARTBEAT_S", 0.1)
    browser = await signed_in(gateway, Role.COORDINATOR)
    await gateway.connection.execute("update web_session set seen_at = now() - interval '1 hour'")

    async def unused() -> bool:
        return bool(
            await gateway.connection.fetchval("select seen_at < now() - interval '59 minutes' from web_session")
        )

    async with listening(gateway.http, browser, path="/live") as page:
        for _ in range(3):
            await page.begun()
        before = await unused()
        await gateway.http.get("/", headers=browser)
        after = await unused()

    assert (before, after) == (True, False)


async def test_an_account_has_so_many_streams_whatever_browsers_it_uses(gateway: Gateway):
    """Two sessions of one account share them."""
    uai = a_uai()
    browser = await signed_in(gateway, Role.TEACHER, uai)
    streams = gateway.app.state.live_streams
    (account,) = [each["id"] for each in await gateway.connection.fetch("select id from account")]
    streams._open[f"account:{account}"] = STREAMS_EACH

    refused = await gateway.http.get("/live", headers=browser)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")


async def test_nobody_listens_without_a_session(gateway: Gateway):
    """Neither a visitor nor the holder of a key: they are shown where to sign in."""
    visitor = await gateway.http.get("/live")
    software = await gateway.http.get("/live", headers=await gateway.headers(Role.COORDINATOR))

    assert [each.status_code for each in (visitor, software)] == [303, 303]
    assert visitor.headers["location"].startswith("/sign-in")
