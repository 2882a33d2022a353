"""Every page of the table is for everybody: axe finds nothing, in light and dark, at 1280 and at 360 px."""

import pytest

from tests.browser.accessibility import findings
from tests.browser.chromium import a_visitor
from tests.browser.pages import PAGES, Shown, path_of
from tests.browser.signing_in import give_cookie, new_session


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
async def test_a_page_is_accessible(shown: Shown, browser, region, world):
    """Nor does it move by itself, scroll sideways, complain, or ask anybody else."""
    async with a_visitor(browser, region.base_url) as (page, watch):
        if shown.role is not None:
            organisation_id = world.people[shown.role].organisation_id
            _, token = await new_session(region.servers.dsn("gateway"), shown.role, organisation_id)
            await give_cookie(page.context, region.base_url, token)

        answer = await page.goto(await path_of(shown, world.people))
        found = [str(one) for one in await findings(page)]

    assert answer is not None
    assert answer.status == shown.status
    assert not found, "\n".join(found)
    assert watch.wrong == []
