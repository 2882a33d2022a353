"""Stories of the Region: the region is matched on demand, an organisation is approved; with scripts and without."""

from playwright.async_api import expect

from contracts.vocabulary import Role
from tests.given import until


async def test_the_region_is_matched_on_demand(visitor, sign_in, world, javascript):
    """One button; with scripts the page goes on by itself to its certificate, without by a link."""
    await sign_in(visitor, Role.COORDINATOR)
    await visitor.goto("/match-runs")

    await visitor.get_by_role("button", name="Apparier la région maintenant").click()

    certificate = visitor.get_by_role("heading", name="Certificat")
    if not javascript:

        async def told():
            await visitor.reload()
            return await certificate.count()

        await until(told)
    await expect(certificate).to_be_visible()
    await expect(visitor.get_by_role("heading", name="Équité entre les territoires")).to_be_visible()


async def test_an_organisation_is_suspended_and_approved(visitor, sign_in, world):
    """With its reason, on its page; then approved again."""
    await sign_in(visitor, Role.COORDINATOR)
    await visitor.goto(f"/associations/{world.association['id']}")

    await visitor.get_by_text("Suspendre", exact=True).first.click()
    await visitor.get_by_label("Motif").fill("en travaux")
    await visitor.get_by_role("button", name="Suspendre").last.click()
    await expect(visitor.get_by_text("L’organisation est suspendue.")).to_be_visible()
    await visitor.get_by_role("button", name="Approuver").click()

    await expect(visitor.get_by_text("L’organisation est approuvée.")).to_be_visible()
