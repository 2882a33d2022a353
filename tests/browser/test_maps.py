"""Maps, on our own outlines: marks and list show each other, keys are enough, and what a place is called stays text.

Told on the page of the API's document, which has no map of its own: the page's policy is that of all pages.
"""

import base64
import json

import pytest
from playwright.async_api import Page, expect

from services.gateway.web.assets import static

PLACES = (
    {"id": "forge", "title": "<img src=x onerror=alert(1)> Forge", "href": "/visits/1", "lines": ["<b>jeudi</b>"]},
    {"id": "verrerie", "title": "Verrerie", "href": "javascript:alert(1)", "kind": "school"},
    {"id": "scierie", "title": "Scierie", "kind": 'x" onload="alert(1)'},
)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SPOTS = ((1.44, 43.60), (2.15, 43.93), (2.15, 43.93))

ADD = """async ([places, files]) => {
    const add = (name, attributes, text = "", parent = document.head) => {
        const made = document.createElement(name)
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
        made.textContent = text
        parent.append(made)
        return new Promise(resolve => { made.onload = resolve; if (!attributes.src && !attributes.rel) resolve() })
    }
    const main = document.querySelector("main")
    main.replaceChildren()
    await add("ul", {id: "list"}, "", main)
    for (const id of ["forge", "verrerie", "scierie"]) {
        await add("li", {"data-map-id": id, tabindex: "0"}, id, document.getElementById("list"))
    }
    await add("div", {
        class: "map", role: "region", "aria-label": "Carte", "data-geojson": "#places",
        "data-outlines": files.outlines, "data-tiles": "https://data.geopf.fr/{z}/{x}/{y}.png",
        "data-close": "Fermer", "data-several": "{n} visites ici", "data-zoom-in": "Agrandir",
    }, "", main)
    await add("div", {id: "places", hidden: ""}, places, main)
    await add("link", {rel: "stylesheet", href: files.style})
    await add("script", {src: files.leaflet})
    await add("script", {src: files.map})
    document.dispatchEvent(new Event("htmx:afterSettle"))
}"""
CHANGE = """places => {
    document.querySelector("#places").textContent = places
    document.dispatchEvent(new Event("htmx:afterSettle"))
}"""


@pytest.fixture
def javascript() -> bool:
    """Without scripts there is no map, and the list says it all."""
    return True


@pytest.fixture
async def page(visitor: Page) -> Page:
    """A page with a map of three places, two of them at one spot."""
    return await with_map(visitor)


async def with_map(visitor: Page) -> Page:
    """The map, put into a page of ours."""
    await visitor.goto("/schema")
    files = {
        "style": static("vendor/leaflet/leaflet.css"),
        "leaflet": static("vendor/leaflet/leaflet.js"),
        "map": static("own/map.js"),
        "outlines": static("own/departments.geojson"),
    }
    await visitor.evaluate(ADD, [geojson(range(3)), files])
    return visitor


async def test_the_outlines_are_the_map_where_no_tiles_are_reached(page):
    """All thirteen departments, and a mark a spot."""
    await expect(page.locator(".map path.map-outline")).to_have_count(13)
    await expect(page.locator(".map path.map-place")).to_have_count(2)
    await expect(page.locator(".map img")).to_have_count(0)


async def test_tiles_are_shown_where_they_are_reached(visitor):
    """With their maker's name; the server of the tiles is none that we run."""
    await visitor.route("https://data.geopf.fr/**", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))

    page = await with_map(visitor)

    await expect(page.locator(".map-with-tiles .map-credit")).to_have_text("© IGN")
    await expect(page.locator(".map img.leaflet-tile-loaded").first).to_be_attached()
    await expect(page.locator(".map path.map-outline")).to_have_count(13)


async def test_keys_are_enough(page):
    """One stop of the Tab key; arrows lead on, Enter opens, Escape leads back."""
    marks = page.locator(".map path.map-place")
    await expect(page.locator(".map path.map-place[tabindex='0']")).to_have_count(1)

    await marks.first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(marks.nth(1)).to_be_focused()
    await expect(marks.nth(1)).to_have_attribute("aria-label", "2 visites ici")
    await page.keyboard.press("Enter")
    await expect(page.locator(".map-popup p")).to_have_text(["Verrerie", "Scierie"])
    await expect(page.get_by_label("Fermer")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".map-popup")).to_have_count(0)


async def test_a_place_and_its_item_show_each_other(page):
    """Either way, by pointer or focus."""
    await page.locator(".map path.map-place").first.focus()
    await expect(page.locator("[data-highlighted]")).to_have_text(["forge"])

    await page.locator("[data-map-id=verrerie]").focus()
    await expect(page.locator("[data-highlighted]")).to_have_text(["verrerie", "scierie"])
    await expect(page.locator(".map path.map-place-lit")).to_have_count(1)


async def test_what_a_place_is_called_stays_text(page):
    """Nor does an address that is not ours become a link."""
    await page.locator(".map path.map-place").first.focus()
    await page.keyboard.press("Enter")

    link = page.locator(".map-popup a")
    await expect(link).to_have_text("<img src=x onerror=alert(1)> Forge")
    await expect(link).to_be_focused()
    await expect(link).to_have_attribute("href", "/visits/1")
    await expect(page.locator(".map-popup")).to_contain_text("<b>jeudi</b>")

    await page.keyboard.press("Escape")
    await page.locator(".map path.map-place").nth(1).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".map-popup p")).to_have_count(2)
    await expect(page.locator(".map-popup a")).to_have_count(0)


async def test_a_list_that_changes_changes_the_map(page):
    """As htmx swaps it in; a map of nothing is still a map."""
    marks = page.locator(".map path.map-place")
    await page.evaluate(CHANGE, geojson([1]))
    await expect(marks).to_have_count(1)

    await page.evaluate(CHANGE, "no JSON at all")
    await expect(marks).to_have_count(0)

    await page.evaluate("() => { document.querySelector('.map').remove(); }")
    await page.evaluate(CHANGE, geojson([1]))
    await expect(page.locator(".map")).to_have_count(0)


def geojson(numbers) -> str:
    """Some of the places, as a page holds them."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": SPOTS[number]},
            "properties": PLACES[number],
        }
        for number in numbers
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})
