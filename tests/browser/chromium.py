"""The browser of the tests, the tour and the benchmark: Chromium as the machine has it, never one that is downloaded.

What a page does wrong while somebody looks at it (an error on the console, a script that the page's own policy
forbids, a request to another host) is noted for whoever opened it.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# It runs as root in a container, without a graphics card, and has nobody to talk to but the pages under test.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nothing outside this machine is reached, whatever a page asks for.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
MISSING = "no Chromium: install it (Debian: apt install chromium), or name one in PASSERELLE_BROWSER"
# The one foreign host that a map may ask, and does without where it is not reached, as here.
TILES = "data.geopf.fr"
# Chromium says this of every answer from 400 on. Of pages and their parts that may be right (a refused form), of what
# a page is made of never, and then `note_response` says so.
NOT_LOADED = "Failed to load resource"


def browser_path() -> str:
    """Where the browser is, "" where there is none."""
    named = os.environ.get("PASSERELLE_BROWSER", "")
    return next((found for name in ((named,) if named else NAMES) if (found := shutil.which(name))), "")


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """One browser until the block ends; raises RuntimeError where there is none."""
    if not (path := browser_path()):
        raise RuntimeError(MISSING)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Watch:
    """What went wrong on the pages of one visitor, in words."""

    base_url: str
    wrong: list[str] = field(default_factory=list)

    def note_console(self, message: ConsoleMessage) -> None:
        """Errors, and what the Content-Security-Policy forbade."""
        if message.type == "error" and not message.text.startswith(NOT_LOADED):
            self.wrong.append(f"on the console: {message.text}")

    def note_error(self, error: Exception) -> None:
        """A script that nobody caught the error of."""
        self.wrong.append(f"in a script: {error}")

    def note_response(self, response: Response) -> None:
        """What a page is made of has to be there."""
        if response.status >= 400 and response.request.resource_type in {"script", "stylesheet", "image", "font"}:
            self.wrong.append(f"{response.status} for {response.url}")

    def note_request(self, request: Request) -> None:
        """Nobody but us is asked, except for map tiles."""
        asked = urlsplit(request.url)
        if asked.scheme in {"http", "https"} and asked.netloc not in {urlsplit(self.base_url).netloc, TILES}:
            self.wrong.append(f"asked another host: {request.url}")


@asynccontextmanager
async def a_visitor(browser: Browser, base_url: str, **options: Any) -> AsyncIterator[tuple[Page, Watch]]:
    """A page of somebody nobody knows yet, French and in Europe/Paris; `options` are those of Playwright's contexts."""
    told: dict[str, Any] = {
        "base_url": base_url,
        "locale": "fr-FR",
        "timezone_id": "Europe/Paris",
        "viewport": {"width": 1280, "height": 800},
        "reduced_motion": "reduce",
    }
    context = await browser.new_context(**(told | options))
    try:
        watch = Watch(base_url)
        watch_over(context, watch)
        yield await context.new_page(), watch
    finally:
        await context.close()


def watch_over(context: BrowserContext, watch: Watch) -> None:
    """Have the watch see everything that happens on pages of the context."""
    context.on("console", watch.note_console)
    context.on("weberror", lambda error: watch.note_error(error.error))
    context.on("request", watch.note_request)
    context.on("response", watch.note_response)
