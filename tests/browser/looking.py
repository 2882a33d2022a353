"""Looking again: what comes by itself where scripts run is there at the next look where they do not."""

from playwright.async_api import Locator, Page, expect

LOOKS = 100


async def look_again(page: Page, wanted: Locator) -> None:
    """Reload the page until it has what is wanted; fails after many looks."""
    for _ in range(LOOKS):
        if await wanted.count():
            break
        await page.reload()
    await expect(wanted).to_be_visible()
