"""What is around every page: the way past the menu, the language, and the way to sign in and back."""

from playwright.async_api import expect


async def test_the_first_key_leads_past_the_menu(visitor):
    """Whoever uses the keyboard does not go through the menu on every page."""
    await visitor.goto("/")

    await visitor.keyboard.press("Tab")
    await expect(visitor.locator(":focus")).to_have_text("Aller au contenu")
    await visitor.keyboard.press("Enter")

    await expect(visitor.locator("main")).to_be_focused()


async def test_a_reader_chooses_a_language_and_stays_on_the_page(visitor):
    """Its address too is the same, and the next page keeps the language."""
    await visitor.goto("/nowhere?page=2")

    await visitor.get_by_role("link", name="English").click()
    await expect(visitor.locator("html")).to_have_attribute("lang", "en")
    await expect(visitor).to_have_url("/nowhere?page=2")
    await visitor.goto("/")

    await expect(visitor.locator("html")).to_have_attribute("lang", "en")
    await expect(visitor.get_by_role("link", name="Français")).to_be_visible()


async def test_the_language_of_the_browser_is_spoken(new_visitor):
    """English where the browser asks for it, French where it asks for neither."""
    languages = {}
    for locale in ("en-GB", "de-DE", "fr-FR"):
        page = await new_visitor(locale=locale)
        await page.goto("/")
        languages[locale] = await page.locator("html").get_attribute("lang")

    assert languages == {"en-GB": "en", "de-DE": "fr", "fr-FR": "fr"}
