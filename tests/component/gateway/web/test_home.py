"""The first page by reader, and the notices."""

import httpx
import pytest

from contracts.vocabulary import Role
from tests.component.gateway.web.staging import a_stage
from tests.given import Region, a_capacity, a_class_request, a_school, an_association, proposals, until


@pytest.fixture
async def stage(region: Region):
    """A company with an offer and a slot, and a school."""
    return await a_stage(region)


async def says(reader, path, *texts):
    """The page once it says all that."""

    async def found():
        sheet = await reader.read(path)
        return sheet if all(text in sheet.text for text in texts) else None

    return await until(found)


async def test_visitors_read_what_passerelle_is(stage, region):
    """For whom, in three steps, with what is open next."""
    sheet = await says(region.visitor(), "/", "Les prochaines visites ouvertes", stage.offer["title"])

    assert "Pour qui ?" in sheet.text
    assert {"/visits", "/sign-in"} <= {link.split("?")[0] for link in sheet.links}


async def test_a_school_sees_what_waits_for_it(stage, region):
    """Bookings by what is to be done, and what is new."""
    path = await stage.booked(class_name="3e Accueil")

    teacher = await says(stage.teacher, "/", "En attente d’une réponse", "3e Accueil")
    company = await says(stage.industrialist, "/", "À faire par vous", "3e Accueil")

    assert path in teacher.links
    assert path in company.links
    assert "Rien ne vous attend pour l’instant." in teacher.text


async def test_proposals_wait_for_their_answers(region):
    """Visits for a school, partnerships for company and association."""
    stage = await a_stage(region)
    coordinator = await region.sign_in(Role.COORDINATOR)
    association = await an_association(coordinator)
    mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
    await a_capacity(mediator, association)
    await a_class_request(stage.school_api, stage.uai)
    await proposals(stage.school_api)
    await proposals(mediator, "partnership")

    assert "répondez jusqu’au" in (await says(stage.teacher, "/", "Des visites vous sont proposées")).text
    await says(await region.browse(Role.ASSOCIATION, association["id"]), "/", "Des partenariats vous sont proposés")


async def test_the_region_sees_who_waits_for_approval(region):
    """And the latest match run, where there is one."""
    coordinator = await region.browse(Role.COORDINATOR)

    sheet = await coordinator.read("/")

    assert {"/territories", "/map"} <= set(sheet.links)


async def test_notices_are_read_one_by_one(stage):
    """Marked for the whole organisation; the list of unread ones grows shorter."""
    await stage.booked(class_name="3e Avis")
    sheet = await says(stage.industrialist, "/notices", "3e Avis", "Non lu")
    form = next(form for form in sheet.forms if form.action.endswith("/read") and "back" in dict(form.fields))

    done = await stage.industrialist.send_form(sheet, form, {"back": "/notices?unread=yes"})

    assert done.path == "/notices?unread=yes"
    assert "L’avis est marqué comme lu." in done.text
    assert "Aucun avis non lu." in done.text
    read = await stage.industrialist.read("/notices")
    assert "3e Avis" in read.text
    assert "Non lu " not in read.text.replace("Non lus", "")


async def test_a_notice_leads_to_what_it_is_about(stage):
    """And is read then."""
    path = await stage.booked(class_name="3e Lien")
    sheet = await says(stage.industrialist, "/notices", "3e Lien")
    form = next(form for form in sheet.forms if form.action.endswith("/read") and "open" in dict(form.fields))

    done = await stage.industrialist.send_form(sheet, form, {})

    assert done.path == path
    assert "Vous avez tout lu." in (await stage.industrialist.read("/")).text


async def test_a_notice_is_nobody_else_s(stage, region):
    """Nor does a forged way back lead away from here."""
    await stage.booked()
    sheet = await says(stage.industrialist, "/notices", "Non lu")
    form = next(form for form in sheet.forms if "back" in dict(form.fields))
    stranger = await region.browse(Role.TEACHER, await a_school(region))
    empty = await stranger.read("/notices")

    own = await stage.industrialist.send_form(sheet, form, {"back": "//example.org"})
    other = await stranger.client.post(
        form.action, data={"_csrf_token": token_of(stranger.client)}, headers={"Accept": "text/html"}
    )

    assert "Aucun avis pour l’instant." in empty.text
    assert own.path == "/notices"
    assert other.status_code == 404


def token_of(client: httpx.AsyncClient) -> str:
    """What the reader's cookie says of forms."""
    return client.cookies["csrf"]


async def test_notices_are_for_those_who_are_signed_in(region):
    """And come back to them."""
    sheet = await region.visitor().read("/notices?unread=yes")

    assert sheet.path == "/sign-in?next=%2Fnotices%3Funread%3Dyes"
