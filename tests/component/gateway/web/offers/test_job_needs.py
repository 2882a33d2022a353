"""A company's job needs by the pages: the job is chosen by its title, with or without scripts."""

from contracts.vocabulary import Role
from services.gateway.web.states import STATES
from tests.component.gateway.web.offers.company_pages import (
    a_browser_of,
    fields_of,
    listed,
    made_by,
    post,
    said_of,
    send,
    shown,
)
from tests.given import a_school, body, school_day, until

SCRIPT = "<script>alert('x')</script>"
NEW = "/job-needs/new"


def need(**given):
    """What somebody types."""
    told = {"title": "Menuisière d’agencement", "kind": "cdi", "from_date": school_day(1).isoformat()}
    return told | given


async def test_a_job_that_is_called_just_so_is_taken_by_its_name(reader, api, site):
    """Nobody types a code, and nobody reads one without its title."""
    made = await send(reader, NEW, **need(job="fromager", publish="true", skills="Affinage\r\nHygiène"))

    stored = await made_by(api, made)
    assert (stored["rome"], stored["state"], stored["skills"]) == ("H2104", "published", ["Affinage", "Hygiène"])
    page = await shown(reader, made.answer.headers["location"])
    assert "Fromager industriel / Fromagère industrielle (H2104)" in page.text
    assert "Emploi, durée indéterminée" in page.text


async def test_where_several_jobs_are_called_so_one_is_chosen(reader, api, site):
    """By radio buttons that show the titles; what was typed stays."""
    several = await send(reader, NEW, **need(job="technicien"))
    searched = await send(reader, NEW, **need(job="technicien", step="jobs"))
    chosen = await post(reader, NEW, fields_of(several, NEW) | {"rome": "H1404", "publish": "false"})

    assert (several.status, searched.status) == (422, 200)
    assert said_of(several, "rome") == "Plusieurs métiers portent ces mots : choisissez-en un."
    for page in (several, searched):
        assert "Technicien / Technicienne méthodes (H1404)" in page.text
        assert fields_of(page, NEW)["title"] == ["Menuisière d’agencement"]
    stored = await made_by(api, chosen)
    assert (stored["rome"], stored["state"]) == ("H1404", "draft")


async def test_what_is_wrong_is_named_beside_its_field(reader, site):
    """No such job, a past day, no link."""
    unknown = await send(reader, NEW, **need(job="licorne"))
    wrong = await send(reader, NEW, **need(job="fromager", from_date="2020-01-01", openings="3"))
    link = await send(reader, NEW, **need(job="fromager", link="javascript:alert(1)"))

    assert (unknown.status, wrong.status, link.status) == (422, 422, 422)
    assert "choisissez parmi ceux" in said_of(unknown, "job")
    assert "est passé" in said_of(wrong, "from_date")
    assert "https://" in said_of(link, "link")
    assert fields_of(wrong, NEW)["openings"] == ["3"]
    assert fields_of(link, NEW)["link"] == ["javascript:alert(1)"]


async def test_a_need_is_changed_published_filled_and_withdrawn(reader, api, company, site):
    """Each by its button; a stale page says what changed."""
    made = await send(reader, NEW, **need(job="fromager", publish="false"))
    path = made.answer.headers["location"]
    published = await made_by(api, await send(reader, path, f"{path}/publish"))
    fields = fields_of(await shown(reader, f"{path}/edit"), f"{path}/edit")
    body(await api.patch(f"/v1{path}", json={"openings": 5}))
    stale = await post(reader, f"{path}/edit", fields | {"openings": "2"})
    changed = await made_by(api, await post(reader, f"{path}/edit", fields_of(stale, f"{path}/edit")))
    filled = await made_by(api, await send(reader, path, f"{path}/fill"))
    again = await post(reader, f"{path}/fill", fields_of(await shown(reader, f"{path}/edit"), f"{path}/edit"))
    other = (await send(reader, NEW, **need(job="fromager", publish="true"))).answer.headers["location"]
    withdrawn = await made_by(api, await send(reader, other, f"{other}/withdraw"))

    assert (published["state"], filled["state"], withdrawn["state"]) == ("published", "filled", "withdrawn")
    assert stale.status == 412
    assert "Valeur actuelle : 5" in stale.text
    assert changed["openings"] == 2
    assert again.status == 409
    assert "n'est pas possible dans l'état" in again.text


async def test_schools_read_what_is_published(region, reader, api, company, site):
    """With the state only for the company, whose list is narrowed by it; nobody else writes one."""
    made = await send(reader, NEW, **need(job="fromager", publish="true", title=f"Fromagère {company['siren']}"))
    await send(reader, NEW, **need(job="fromager", publish="false", title="Brouillon caché"))

    async def both():
        return len(await listed(api, f"/v1/companies/{company['id']}/job-needs")) == 2

    await until(both)
    teacher = await a_browser_of(region, Role.TEACHER, await a_school(region))

    page = await shown(teacher, "/job-needs")
    assert f"Fromagère {company['siren']}" in page.text
    assert "Brouillon caché" not in page.text
    assert "Aucun élève ne postule dans Passerelle" in page.text
    assert "Modifier" not in (await shown(teacher, made.answer.headers["location"])).text
    await shown(teacher, NEW, 403)
    for state in STATES["job need"]:
        found = await shown(reader, f"/job-needs?state={state}")
        assert ("Aucun besoin dans cet état" in found.text) is (state not in ("draft", "published"))


async def test_a_coordinator_writes_for_a_company(region, api, company, site):
    """Once it is chosen."""
    clerk = await a_browser_of(region, Role.COORDINATOR)

    assert "Pour quelle entreprise" in (await shown(clerk, NEW)).text
    made = await made_by(api, await send(clerk, f"{NEW}?company={company['id']}", **need(job="fromager")))

    assert made["company_id"] == company["id"]


async def test_script_is_shown_as_text(reader, site):
    """In each field that people write."""
    typed = need(job="fromager", title=SCRIPT, description=SCRIPT, skills=SCRIPT, external_id=SCRIPT)

    made = await send(reader, NEW, **typed)
    refused = await send(reader, NEW, **typed | {"job": SCRIPT})

    for page in (await shown(reader, made.answer.headers["location"]), refused):
        assert SCRIPT in page.text or SCRIPT in str(page.forms)
        assert SCRIPT not in page.html
