"""The pages of a demo region: what they weigh, how long they take, and whether everybody can use them.

Weights are what Chromium receives with nothing kept from before, headers too. Times are a reader's, over HTTP, for 16
readers who ask for a page a second each: a brisk reader, and no queue that the readers themselves make. How long pages
take where the same 16 never pause is told too, and not judged: it says how many pages a second one gateway makes.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser, Page

from contracts.vocabulary import Role
from services.gateway.auth.session_rules import cookie_name
from tests.benchmarks.figures import Figure, informative, judged, median, quantile
from tests.benchmarks.page_crowd import Asked, Outcome, Plan
from tests.browser.accessibility import findings
from tests.browser.chromium import MISSING, TILES, a_browser, a_visitor, browser_path
from tests.browser.demo_region import DemoRegion, a_demo_region
from tests.browser.pages import PAGES, Shown, paths_in
from tests.browser.signing_in import give_cookie

# What somebody sees first, as a visitor and in each role, and the pages with a map; the heaviest of each is told.
FIRST_PAGES = ("/", "/sign-in")
MAP_PAGES = ("/visits", "/map")
READS_S = 1.0
SECONDS = 30.0
CLOSED_LOOP_S = 10.0
WARM_UP_S = 5.0
PATIENCE_S = 60
QUIET_POLL_S = 0.05


async def measure() -> list[Figure]:
    """The figures of the pages; raises RuntimeError where there is no browser."""
    if not browser_path():
        raise RuntimeError(MISSING)
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as folder:
        async with a_demo_region(Path(folder)) as region:
            pages = await paths_in(region.people, lambda left_out: say([left_out]))
            asked = tuple(Asked(path, cookie_of(region, shown.role)) for shown, path in pages if shown.status == 200)
            reading = await crowd(region, asked, READS_S, SECONDS)
            hurried = await crowd(region, asked, 0, CLOSED_LOOP_S)
            async with a_browser() as browser:
                first = await heaviest_kb(browser, region, FIRST_PAGES)
                maps = await heaviest_kb(browser, region, MAP_PAGES)
                violations, faults = await looked_at(browser, region, pages)
    return [
        judged("page_first_kb", first, "kB", "<=", 100),
        judged("page_map_kb", maps, "kB", "<=", 200),
        *described(reading, hurried),
        judged("axe_violations", len(violations), "elements", "<=", 0),
        judged("page_faults", len(faults), "faults", "<=", 0),
        informative("pages_looked_at", len(pages), "pages"),
    ]


def described(reading: Outcome, hurried: Outcome) -> list[Figure]:
    """How long pages took, and which took longest."""
    times, rushed = all_times(reading), all_times(hurried)
    slowest = max(reading.times_ms, key=lambda path: median(reading.times_ms[path] or [0]))
    say([f"The slowest page is {slowest}, with a median of {median(reading.times_ms[slowest]):.1f} ms."])
    return [
        judged("page_p95_ms", quantile(times, 0.95), "ms", "<=", 40),
        informative("page_p50_ms", median(times), "ms"),
        informative("page_slowest_p50_ms", median(reading.times_ms[slowest]), "ms"),
        informative("page_closed_loop_p95_ms", quantile(rushed, 0.95), "ms"),
        informative("page_closed_loop_rate_per_s", len(rushed) / CLOSED_LOOP_S, "1/s"),
    ]


def all_times(outcome: Outcome) -> list[float]:
    """The times of all pages together."""
    return [each for times in outcome.times_ms.values() for each in times]


def cookie_of(region: DemoRegion, role: Role | None) -> str:
    """What a reader's browser sends."""
    return "" if role is None else f"{cookie_name(region.url)}={region.tokens[role]}"


async def crowd(region: DemoRegion, pages: tuple[Asked, ...], reads_s: float, seconds: float) -> Outcome:
    """Have the crowd read; raises RuntimeError with its last words, or with the pages that were refused."""
    port = int(region.url.rsplit(":", 1)[1])
    plan = Plan(port=port, pages=pages, seconds=seconds, warm_up_s=WARM_UP_S, reads_s=reads_s)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.page_crowd"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(seconds + WARM_UP_S + PATIENCE_S):
        output, errors = await process.communicate(msgspec.json.encode(plan))
    if process.returncode != 0:
        raise RuntimeError(f"the crowd failed:\n{errors.decode()}")
    outcome = msgspec.json.decode(output, type=Outcome)
    if outcome.refused:
        raise RuntimeError(f"pages were not answered: {outcome.refused}")
    return outcome


async def heaviest_kb(browser: Browser, region: DemoRegion, paths: tuple[str, ...]) -> float:
    """The weight of the heaviest of these pages; raises RuntimeError where the table has not all of them."""
    weighed = [shown for shown in PAGES if shown.path in paths]
    if missing := set(paths) - {shown.path for shown in weighed}:
        raise RuntimeError(f"tests/browser/pages.py has no line for {', '.join(missing)}")
    return max([await weight_kb(browser, region, shown.path, shown.role) for shown in weighed])


async def weight_kb(browser: Browser, region: DemoRegion, path: str, role: Role | None) -> float:
    """What a page and all it is made of weigh on the wire, in kB of 1000 bytes; map tiles of others are not counted."""
    async with a_visitor(browser, region.url) as (page, _):
        if role is not None:
            await give_cookie(page.context, region.url, region.tokens[role])
        scale = Scale()
        await scale.watch(page)
        answer = await page.goto(path)
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{path} was not answered: {answer and answer.status}")
        await scale.settle()
        total_kb = sum(scale.sizes.values()) / 1000
        say(f"{size / 1000:8.1f} kB  {url.removeprefix(region.url)}" for url, size in scale.sizes.items())
        say([f"{total_kb:8.1f} kB for {path}"])
        return total_kb


class Scale:
    """Weighs what a page receives, by address, as the browser's own tools count it."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self._urls: dict[str, str] = {}

    async def watch(self, page: Page) -> None:
        """Begin to listen."""
        session = await page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.loadingFailed", lambda told: self._urls.pop(told["requestId"], None))
        await session.send("Network.enable")

    async def settle(self) -> None:
        """Wait until nothing is on its way any more; a stream of events never ends, and is left out of that."""
        async with asyncio.timeout(PATIENCE_S):
            quiet = 0
            while quiet < 4:
                await asyncio.sleep(QUIET_POLL_S)
                quiet = 0 if self._urls else quiet + 1

    def _sent(self, told: Any) -> None:
        if told["request"]["url"].startswith("http") and TILES not in told["request"]["url"]:
            self._urls[told["requestId"]] = told["request"]["url"]

    def _received(self, told: Any) -> None:
        if told["type"] == "EventSource" and (url := self._urls.pop(told["requestId"], None)):
            self.sizes[url] = told["response"]["encodedDataLength"]

    def _finished(self, told: Any) -> None:
        if url := self._urls.pop(told["requestId"], None):
            self.sizes[url] = self.sizes.get(url, 0) + told["encodedDataLength"]


async def looked_at(
    browser: Browser, region: DemoRegion, pages: list[tuple[Shown, str]]
) -> tuple[list[str], list[str]]:
    """What axe found on all pages, in all looks; and what else was wrong with them."""
    violations, faults = [], []
    for shown, path in pages:
        async with a_visitor(browser, region.url) as (page, watch):
            if shown.role is not None:
                await give_cookie(page.context, region.url, region.tokens[shown.role])
            await page.goto(path)
            for finding in await findings(page):
                (violations if finding.rule else faults).append(f"{path} {finding}")
            faults += [f"{path} {wrong}" for wrong in watch.wrong]
    say([*violations, *faults])
    return violations, faults


def say(lines: Iterable[str]) -> None:
    """Tell whoever reads how a figure came about."""
    sys.stdout.writelines(f"  {line}\n" for line in lines)


def main() -> None:
    """Measure, and print; `python -m tests.benchmarks.pages`."""
    for figure in asyncio.run(measure()):
        say([f"{figure.name:40} {figure.value:12,.1f} {figure.unit}"])


if __name__ == "__main__":
    main()
