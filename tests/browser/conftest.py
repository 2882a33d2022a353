"""A real browser for the tests of this folder: Debian's Chromium, over Playwright's own API.

Not the pytest plugin, which brings loops and folders of its own. Stories are told twice, with
JavaScript on and off; each visitor is somebody in a fresh context, whose page may do nothing wrong by the end.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from contracts.gateway.accounts import Account
from contracts.vocabulary import Role
from deploy.embedded.postgres import RunningPostgres
from tests.browser.chromium import MISSING, a_browser, a_visitor, browser_path
from tests.browser.signing_in import give_cookie, new_session
from tests.browser.world import World, a_world
from tests.conftest import Servers, a_broker, a_database
from tests.given import Region, a_region

HERE = Path(__file__).parent
NewVisitor = Callable[..., Awaitable[Page]]
SignIn = Callable[..., Awaitable[Account]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are marked, so that `-m "not browser"` leaves them out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_runtest_setup() -> None:
    """Skip them all where there is no browser, from here, so that pytest says it in one line."""
    if not browser_path():
        pytest.skip(MISSING)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the run."""
    async with a_browser() as running:
        yield running


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the module's region puts its mails into."""
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="module")
async def region(
    browser: Browser,
    postgres: RunningPostgres,
    template: str,
    mails: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Region]:
    """The four services at work, for all stories of a module; each makes its own organisations, or shares `world`."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(a_database(postgres, template))
        broker = await stack.enter_async_context(a_broker(tmp_path_factory.mktemp("nats")))
        servers = Servers(postgres, database, broker)
        yield await stack.enter_async_context(a_region(servers, mail_folder=str(mails), mailbox_token=TOKEN))


@pytest.fixture(scope="module")
async def world(region: Region) -> World:
    """Something of everything, to look at; whoever changes it tells other stories of the module."""
    return await a_world(region)


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Whether the story's browsers run scripts: once yes, once no."""
    return bool(request.param)


@pytest.fixture
async def new_visitor(browser: Browser, region: Region, javascript: bool) -> AsyncIterator[NewVisitor]:
    """Opens a page of one more person, in a context of their own; whatever a page does wrong fails the story.

    Options are those of Playwright's contexts, such as `locale="en-GB"`.
    """
    async with AsyncExitStack() as stack:
        watches = []

        async def open_page(**options: Any) -> Page:
            one = a_visitor(browser, region.base_url, java_script_enabled=javascript, **options)
            page, watch = await stack.enter_async_context(one)
            watches.append(watch)
            return page

        yield open_page
        assert [wrong for watch in watches for wrong in watch.wrong] == []


@pytest.fixture
def sign_in(region: Region) -> SignIn:
    """Gives the person of a page a new account and a session, as if they had signed in.

    `account = await sign_in(page, Role.TEACHER, uai)`; its `email` and `name` may be given. Only the sign-in page's own
    story goes through that page.
    """

    async def sign_in_as(page: Page, role: Role, organisation_id: str = "", **given: str) -> Account:
        account, token = await new_session(region.servers.dsn("gateway"), role, organisation_id, **given)
        await give_cookie(page.context, region.base_url, token)
        return account

    return sign_in_as


@pytest.fixture
async def visitor(new_visitor: NewVisitor) -> Page:
    """A page of somebody nobody knows yet."""
    return await new_visitor()


# Of 22 letters, as the mailbox page asks for.
TOKEN = "browser-tests-mailbox1"
