"""What is asked of every page: axe-core finds nothing, and nothing overflows, moves by itself or complains.

axe is run from outside the page, which the page's policy does not hinder. WCAG 2.2 AA and RGAA 4 are asked for by their
tags; whatever is left out of them here has its reason on the line above.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page

AXE = Path(__file__).parent / "vendor/axe/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4")
WIDE, NARROW = 1280, 360
HEIGHT = 800
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Layout shifts, without those that follow a click or a key, as web.dev's Cumulative Layout Shift counts them.
LARGEST_SHIFT = 0.01

RUN = """tags => axe.run(document, {
    runOnly: {type: "tag", values: tags},
    // Off unless asked for by name, although WCAG 2.2 AA wants it.
    rules: {"target-size": {enabled: true}},
    resultTypes: ["violations"],
})"""
SHIFTED = """() => new Promise(resolve => {
    let sum = 0
    const add = shifts => shifts.forEach(shift => { sum += shift.hadRecentInput ? 0 : shift.value })
    const observer = new PerformanceObserver(list => add(list.getEntries()))
    observer.observe({type: "layout-shift", buffered: true})
    // Two frames: what was painted last is told after it.
    requestAnimationFrame(() => requestAnimationFrame(() => { add(observer.takeRecords()); resolve(sum) }))
})"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a page: in which colours and width, what, and where; `rule` is axe's, if it is."""

    seen: str
    what: str
    where: str
    rule: str = ""

    def __str__(self) -> str:
        return f"[{self.seen}] {self.what}\n    {self.where}"


@cache
def axe_source() -> str:
    """The library."""
    return AXE.read_text(encoding="utf-8")


async def findings(page: Page, anew: bool = True) -> list[Finding]:
    """All that is wrong with the page that is open: in light and dark, wide and narrow.

    It is loaded anew for each width, unless it is the answer to a form; then nothing is said of what shifts.
    """
    found: list[Finding] = []
    for width in (WIDE, NARROW):
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if anew:
            await page.reload(wait_until="load")
            found += await still(page, f"{width} px")
        found += await inside(page, f"{width} px")
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += await violations(page, f"{scheme}, {width} px")
    return found


async def still(page: Page, seen: str) -> list[Finding]:
    """Whether the page moved after it was there."""
    shifted = await page.evaluate(SHIFTED)
    if shifted < LARGEST_SHIFT:
        return []
    return [Finding(seen, f"the layout shifts by {shifted:.3f} after the page is there", page.url)]


async def inside(page: Page, seen: str) -> list[Finding]:
    """Whether the page is wider than its window."""
    wider = await page.evaluate(OVERFLOW)
    return [Finding(seen, f"the page is {wider} px wider than its window", page.url)] if wider > 0 else []


async def violations(page: Page, seen: str) -> list[Finding]:
    """What axe finds, one finding an element."""
    if await page.evaluate("typeof axe") == "undefined":
        await page.evaluate(axe_source())
    result: Any = await page.evaluate(RUN, list(TAGS))
    return [
        Finding(
            seen,
            f"{rule['id']}: {rule['help']}",
            f"{' '.join(map(str, node['target']))}: {node['html'][:160]}",
            rule["id"],
        )
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


async def assert_accessible(page: Page, anew: bool = True) -> None:
    """Nothing is wrong with the page that is open; `anew=False` where it answers a form and cannot be loaded again."""
    found = await findings(page, anew)

    assert not found, f"{page.url}:\n" + "\n".join(map(str, found))
