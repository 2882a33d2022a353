"""What scripts add to a form: it is sent once, and whoever made a mistake is led to it."""

import pytest
from playwright.async_api import Page, Request, expect


@pytest.fixture
def javascript() -> bool:
    """Without scripts the key in the form keeps a second sending harmless, and the summary comes first on the page."""
    return True


async def test_a_form_is_sent_once(visitor: Page):
    """A double click sends one request; whoever comes back may send it again."""
    sent: list[Request] = []
    visitor.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    await visitor.goto("/sign-in")
    button = visitor.locator("main form[data-once] button").first
    await visitor.locator("main input[type=email]").fill("personne@example.org")

    await button.dblclick()
    await visitor.wait_for_url("**/sign-in/code*")
    assert len(sent) == 1

    await visitor.go_back()
    await expect(button).to_be_enabled()
    await button.click()
    await visitor.wait_for_url("**/sign-in/code*")
    assert len(sent) == 2


async def test_who_made_a_mistake_is_led_to_it(visitor: Page):
    """The summary has the focus, and its link leads to the field."""
    await visitor.goto("/sign-in")
    await visitor.locator("main input[type=email]").fill("personne")
    await visitor.locator("main form[data-once] button").first.click()

    summary = visitor.locator(".errors")
    await expect(summary).to_be_focused()
    await summary.get_by_role("link").first.click()
    await expect(visitor.locator("main input[type=email]")).to_be_focused()
