"""What is asked of every page is really asked: a page that does everything wrong is found out."""

import pytest

from services.gateway.web.static.fetch import sum_of, vendored
from tests.browser.accessibility import findings, still
from tests.browser.chromium import a_visitor
from tests.browser.fetch_axe import VENDOR

HTML = "text/html; charset=utf-8"
WRONG = """<!doctype html><html><title></title><body style="background:#fff">
<p style="color:#ccc; width:900px">Gris sur blanc, et trop large</p><img src="/schema/openapi.json"><input>
</body></html>"""


def test_axe_is_what_was_fetched():
    """By its checksum; whoever wants another version takes it with `make front`."""
    lines = [f"{sum_of(file)}  {file.relative_to(VENDOR)}" for file in vendored(VENDOR)]

    assert (VENDOR / "checksums.txt").read_text().splitlines() == lines


async def test_axe_and_the_width_of_the_window_find_what_is_wrong(browser, region):
    """In each of light and dark, wide and narrow."""
    async with a_visitor(browser, region.base_url) as (page, _):
        await page.route("**/wrong", lambda route: route.fulfill(body=WRONG, content_type=HTML))
        await page.goto("/wrong")

        found = await findings(page)

    told = {one.what.split(":")[0] for one in found}
    assert {"color-contrast", "html-has-lang", "document-title", "image-alt", "label"} <= told
    assert {one.seen for one in found if one.what.startswith("label:")} == {
        "light, 1280 px",
        "dark, 1280 px",
        "light, 360 px",
        "dark, 360 px",
    }
    assert [one.seen for one in found if "wider than its window" in one.what] == ["360 px"]


async def test_what_moves_by_itself_is_found(browser, region):
    """A line that comes late pushes everything below it down."""
    late = """<!doctype html><html lang="fr"><title>Tard</title><p id="late"></p><h1>Titre</h1><p>Texte</p>
    <script>requestAnimationFrame(() => requestAnimationFrame(() => {
        document.getElementById("late").style.height = "400px"
        requestAnimationFrame(() => requestAnimationFrame(() => { document.title = "moved" }))
    }))</script></html>"""
    async with a_visitor(browser, region.base_url) as (page, _):
        await page.route("**/late", lambda route: route.fulfill(body=late, content_type=HTML))
        await page.goto("/late")
        await page.wait_for_function("document.title == 'moved'")

        found = await still(page, "1280 px")

    assert ["the layout shifts" in one.what for one in found] == [True]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<script>throw new Error('raté')</script>", "in a script: raté"),
        ("<script>console.error('perdu')</script>", "on the console: perdu"),
        ("<img src='https://example.org/x.png'>", "asked another host: https://example.org/x.png"),
        ("<script src='/nowhere.js'></script>", "404 for "),
    ],
)
async def test_what_a_page_does_wrong_is_noted(browser, region, body, told):
    """Errors, requests to others, and what is not there."""
    async with a_visitor(browser, region.base_url) as (page, watch):
        await page.route("**/wrong", lambda route: route.fulfill(body=body, content_type=HTML))
        await page.goto("/wrong")

    assert told in "\n".join(watch.wrong)


async def test_what_the_policy_forbids_is_noted(browser, region):
    """With the strict policy that our own pages have."""
    headers = {"Content-Security-Policy": "default-src 'none'"}
    async with a_visitor(browser, region.base_url) as (page, watch):
        await page.route(
            "**/wrong",
            lambda route: route.fulfill(body="<script>1</script>", content_type=HTML, headers=headers),
        )
        await page.goto("/wrong")

    assert ["Content Security Policy" in wrong for wrong in watch.wrong] == [True]


async def test_axe_runs_where_the_policy_forbids_scripts(browser, region):
    """It comes from outside the page."""
    page_of_ours = '<!doctype html><html lang="fr"><title>Rien</title><main><h1>Rien</h1></main></html>'
    headers = {"Content-Security-Policy": "default-src 'none'"}
    async with a_visitor(browser, region.base_url) as (page, watch):
        await page.route(
            "**/strict", lambda route: route.fulfill(body=page_of_ours, content_type=HTML, headers=headers)
        )
        await page.goto("/strict")

        assert await findings(page) == []
        assert watch.wrong == []


async def test_stories_are_told_with_and_without_scripts(visitor, javascript):
    """The same person, twice."""
    script = "<p id=x>sans</p><script>document.getElementById('x').textContent = 'avec'</script>"
    await visitor.route("**/script", lambda route: route.fulfill(body=script, content_type=HTML))
    await visitor.goto("/script")

    assert await visitor.text_content("#x") == ("avec" if javascript else "sans")


async def test_the_world_has_something_of_everything(world):
    """A booking that waits and one that is confirmed, at least."""
    assert (world.booking["state"], world.confirmed_booking["state"]) == ("approved", "confirmed")
