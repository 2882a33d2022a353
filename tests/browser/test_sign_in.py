"""Somebody types their address and the code that comes by mail, and is where they wanted to go."""

from playwright.async_api import expect

from contracts.identifiers import uuid7
from contracts.vocabulary import Role
from tests.browser.accessibility import assert_accessible
from tests.browser.signing_in import code_for, new_session
from tests.given import a_school


async def somebody(region, role=Role.TEACHER, email=""):
    """The address of somebody who has an account, and their school."""
    uai, email = await a_school(region), email or f"jeanne-{uuid7()}@example.org"
    await new_session(region.servers.dsn("gateway"), role, uai, email=email, name="Jeanne Roux")
    return email


async def ask_for_code(page, email):
    await page.get_by_role("textbox", name="Adresse électronique").fill(email)
    await page.get_by_role("button", name="Recevoir un code").click()


async def type_code(page, code):
    await page.get_by_role("textbox", name="Code à six chiffres").fill(code)
    await page.get_by_role("button", name="Se connecter").click()


async def test_a_code_leads_to_the_very_page(region, mails, visitor):
    """Also a wrong code, which keeps the way there; spaces do not count."""
    email = await somebody(region)

    await visitor.goto("/bookings?state=confirmed")
    await expect(visitor).to_have_url("/sign-in?next=%2Fbookings%3Fstate%3Dconfirmed")
    await ask_for_code(visitor, email)
    code = await code_for(mails, email)
    await type_code(visitor, "000000" if code != "000000" else "111111")
    await expect(visitor.locator("main")).to_contain_text("Code à six chiffres")
    await type_code(visitor, f"{code[:3]} {code[3:]}")

    await expect(visitor).to_have_url("/bookings?state=confirmed")
    await expect(visitor.get_by_role("link", name="Jeanne Roux")).to_be_visible()


async def test_who_has_two_accounts_chooses_one(region, mails, visitor):
    """One address, one code, two roles."""
    email = await somebody(region)
    await somebody(region, Role.HEAD, email)

    await visitor.goto("/sign-in")
    await ask_for_code(visitor, email)
    await type_code(visitor, await code_for(mails, email))
    await expect(visitor.get_by_role("heading", level=1)).to_have_text("Choisir un compte")
    await visitor.get_by_role("listitem").filter(has_text="irection").get_by_role("button").click()

    await expect(visitor).to_have_url("/")
    await expect(visitor.get_by_role("link", name="Jeanne Roux")).to_be_visible()


async def test_signed_out_is_signed_out(region, visitor, sign_in):
    """The page that was open asks to sign in again."""
    await sign_in(visitor, Role.TEACHER, await a_school(region))
    await visitor.goto("/bookings")

    await visitor.get_by_role("button", name="Se déconnecter").click()
    await visitor.goto("/bookings")

    await expect(visitor).to_have_url("/sign-in?next=%2Fbookings")


async def test_the_page_for_the_code_is_accessible(region, visitor, javascript):
    """It is none that the table can lead to; neither is one that refuses."""
    if not javascript:
        return
    await visitor.goto("/sign-in")
    await ask_for_code(visitor, await somebody(region))
    await expect(visitor.get_by_role("heading", level=1)).to_have_text("Saisir le code")
    await assert_accessible(visitor)

    await type_code(visitor, "000000")
    await assert_accessible(visitor, anew=False)
