"""`make tour`: pictures of all pages of a demo region, in `build/tour/`, and a page that shows them together.

Each page of the table at 1280 px in light, those that say so also in dark and at 360 px.
"""

import asyncio
import html
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.browser.chromium import MISSING, a_browser, a_visitor, browser_path
from tests.browser.demo_region import DemoRegion, a_demo_region
from tests.browser.pages import Shown, paths_in
from tests.browser.signing_in import give_cookie

OUT = Path("build/tour")
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2},
}
# A list of the whole region would be a picture of many screens.
TALLEST = 2400


async def take_tour() -> list[Path]:
    """Take all pictures; the paths of those that were taken."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    taken: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="passerelle-tour-") as folder:
        say("Starting a demo region …")
        async with a_demo_region(Path(folder)) as region, a_browser() as browser:
            for shown, path in await paths_in(region.people, say):
                for look in ("light", *shown.pictures):
                    taken.append(await picture(browser, region, shown, path, look))
    return taken


async def picture(browser: Browser, region: DemoRegion, shown: Shown, path: str, look: str) -> Path:
    """Take one picture and say so."""
    async with a_reader(browser, region, shown, **LOOKS[look]) as page:
        answer = await page.goto(path)
        await drawn(page)
        width, height = await page.evaluate("[document.documentElement.clientWidth, document.body.scrollHeight]")
        file = OUT / f"{shown.name}-{look}.png"
        clip = {"x": 0, "y": 0, "width": width, "height": min(max(height, 600), TALLEST)}
        await page.screenshot(path=file, full_page=True, clip=clip)
        say(f"  {file.name:60} {answer.status if answer else '?'}  {path}")
        return file


@asynccontextmanager
async def a_reader(browser: Browser, region: DemoRegion, shown: Shown, **look: Any) -> AsyncIterator[Page]:
    """A page of somebody who may see what is shown."""
    async with a_visitor(browser, region.url, **look) as (page, _):
        if shown.role is not None:
            await give_cookie(page.context, region.url, region.tokens[shown.role])
        yield page


async def drawn(page: Page) -> None:
    """Wait for the outlines and places of maps, which come after the page."""
    for _ in range(await page.locator(".map[data-geojson]").count()):
        await page.wait_for_function("document.querySelector('.map .map-outline') !== null")
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def index_of(pictures: list[Path]) -> str:
    """A page that shows them all."""
    shown = "\n".join(
        f'<figure><a href="{html.escape(file.name)}"><img src="{html.escape(file.name)}" loading="lazy" alt=""></a>'
        f"<figcaption>{html.escape(file.stem)}</figcaption></figure>"
        for file in pictures
    )
    style = "body{font:16px sans-serif;display:flex;flex-wrap:wrap;gap:1rem}img{width:30rem;border:1px solid #999}"
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Tour</title><style>{style}</style>\n{shown}\n'


def say(line: str) -> None:
    """Tell whoever waits."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Take the tour where there is a browser."""
    if not browser_path():
        say(f"No tour: {MISSING}.")
        return 1
    pictures = asyncio.run(take_tour())
    (OUT / "index.html").write_text(index_of(pictures), encoding="utf-8")
    say(f"{len(pictures)} pictures in {OUT.resolve()}; {OUT}/index.html shows them together.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
