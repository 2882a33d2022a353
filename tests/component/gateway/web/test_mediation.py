"""What an association gives, on pages: its profile and capacities; whatever is refused keeps what was typed."""

import asyncio

import pytest

from contracts.vocabulary import Role
from tests.given import a_capacity, a_company, a_school, an_association, body, school_day

SCRIPT = '<script>alert("ha")</script>'


@pytest.fixture
async def mediator(region):
    """Somebody of a new association who reads pages; the association; the API as it uses it."""
    association = await an_association(await region.sign_in(Role.COORDINATOR))
    api = await region.sign_in(Role.ASSOCIATION, association["id"])
    return await region.browse(Role.ASSOCIATION, association["id"]), association, api


def told(**given):
    """A capacity as it is typed."""
    return {
        "title": "Robots en classe",
        "themes": ["robotics", "digital"],
        "levels": ["3E"],
        "from_date": school_day(1).isoformat(),
        "until_date": school_day(10).isoformat(),
        "interventions": 12,
        "departments": ["32", "31"],
    } | given


async def published(reader, **given):
    """The path of a capacity that was published on its page."""
    done = await reader.send(await reader.read("/capacities/new"), "/capacities", **told(**given))
    assert "Disponibilité publiée." in done.text, done.text
    return done.path


async def test_a_capacity_is_published_and_listed(mediator):
    """With what is left of it, where it is given, and the defaults that nobody had to type."""
    reader, _, api = mediator

    path = await published(reader)

    capacity = body(await api.get(f"/v1{path}"))
    assert (capacity["interventions"], capacity["pupils_max"], capacity["formats"]) == (12, 30, ["on_site"])
    assert (sorted(capacity["departments"]), capacity["radius_km"], len(capacity["weekdays"])) == (
        ["31", "32"],
        None,
        5,
    )
    sheet = await reader.read(path)
    assert "12 restantes sur 12" in sheet.text
    assert "Gers (32), Haute-Garonne (31)" in sheet.text


async def test_a_capacity_around_the_seat(mediator):
    """A radius, with a decimal comma, in place of departments."""
    reader, _, api = mediator

    path = await published(reader, departments=[""], radius_km="27,5")

    assert body(await api.get(f"/v1{path}"))["radius_km"] == 27.5
    assert "jusqu’à 27,5 km autour de Auch" in (await reader.read(path)).text


async def test_a_refused_capacity_keeps_what_was_typed(mediator):
    """Every wrong field is named at once, beside it; what the owner refuses too."""
    reader, association, api = mediator
    form = await reader.read("/capacities/new")

    wrong = await reader.send(form, "/capacities", **told(title="", interventions="beaucoup", themes=[""]))
    late = await reader.send(form, "/capacities", **told(until_date="2026-01-10", from_date="2026-02-01"))
    both = await reader.send(form, "/capacities", **told(radius_km="30"))

    assert [each.status for each in (wrong, late, both)] == [422, 422, 422]
    assert all(f"{field}-error" in wrong.html for field in ("title", "interventions", "themes"))
    assert wrong.form("/capacities").value("interventions") == "beaucoup"
    assert wrong.form("/capacities").value("levels") == "3E"
    assert "until_date-error" in late.html
    assert "radius_km-error" in both.html
    assert body(await api.get(f"/v1/associations/{association['id']}/capacities"))["items"] == []


async def test_a_double_click_publishes_once(mediator):
    """The form carries its own key."""
    reader, _, _ = mediator
    form = await reader.read("/capacities/new")

    clicks = await asyncio.gather(*(reader.send(form, "/capacities", **told()) for _ in range(2)))

    assert clicks[0].path == clicks[1].path
    assert clicks[0].path.startswith("/capacities/")


async def test_a_capacity_is_changed_and_withdrawn(mediator):
    """The form begins with what it says; a reason stands on the sheet."""
    reader, _, _ = mediator
    path = await published(reader)

    form = await reader.read(f"{path}/edit")
    wrong = await reader.send(form, f"{path}/edit", interventions=0, title="Autre titre")
    changed = await reader.send(wrong, f"{path}/edit", interventions=20)
    withdrawn = await reader.send(changed, f"{path}/withdraw", reason="Notre animatrice part")

    assert form.form(f"{path}/edit").value("title") == "Robots en classe"
    assert (wrong.status, wrong.form(f"{path}/edit").value("title")) == (422, "Autre titre")
    assert "20 restantes sur 20" in changed.text
    assert "Autre titre" in changed.text
    assert "Notre animatrice part" in withdrawn.text
    assert [form.action for form in withdrawn.forms if path in form.action] == []
    # It is over: there is nothing left to change.
    assert (await reader.read(f"{path}/edit")).status == 403


async def test_a_stale_form_says_what_changed(mediator):
    """Somebody else of the association was quicker; the value that is there now stands beside the field."""
    reader, _, api = mediator
    path = await published(reader)
    form = await reader.read(f"{path}/edit")
    body(await api.patch(f"/v1{path}", json={"interventions": 15}))

    late = await reader.send(form, f"{path}/edit", title="Mon titre")
    kept = await reader.send(late, f"{path}/edit")

    assert late.status == 412
    assert "Valeur actuelle : 15" in late.text
    assert late.form(f"{path}/edit").value("title") == "Mon titre"
    assert "Mon titre" in kept.text


async def test_an_association_changes_its_profile(mediator):
    """Its contact too, which can be taken away; where its approval stands is on top."""
    reader, association, api = mediator
    path = f"/v1/associations/{association['id']}"

    before = await reader.read("/association")
    form = await reader.read("/association/edit")
    changed = await reader.send(
        form, "/association/edit", description="Des ateliers", themes=["energy"], partners_wanted=5
    )
    seen = body(await api.get(path))
    again = await reader.read("/association/edit")
    alone = await reader.send(
        again, "/association/edit", contact__name="", contact__email="", contact__phone="", website=""
    )

    assert "La Région a approuvé votre association" in before.text
    assert form.form("/association/edit").value("contact.email") == "dominique@example.org"
    assert "Profil enregistré." in changed.text
    assert (seen["description"], seen["themes"], seen["partners_wanted"]) == ("Des ateliers", ["energy"], 5)
    assert seen["contact"]["email"] == "dominique@example.org"
    assert "aucune personne indiquée" in alone.text
    assert body(await api.get(path))["contact"] is None


async def test_a_refused_profile_keeps_what_was_typed(mediator):
    """Half a contact is no contact, and the field says so."""
    reader, _, _ = mediator
    form = await reader.read("/association/edit")

    wrong = await reader.send(
        form, "/association/edit", name="", contact__email="nulle part", website="exemple", partners_wanted=50
    )

    assert wrong.status == 422
    for field in ("name", "contact.email", "website", "partners_wanted"):
        assert f"{field}-error" in wrong.html, field
    assert wrong.form("/association/edit").value("contact.email") == "nulle part"


async def test_approval_and_suspension_are_told(region, mediator):
    """With the Region's reason."""
    reader, association, _ = mediator
    coordinator = await region.sign_in(Role.COORDINATOR)
    path = f"/v1/associations/{association['id']}/suspend"
    body(await coordinator.post(path, json={"reason": "Statuts à revoir"}))

    sheet = await reader.read("/association")
    refused = await reader.send(await reader.read("/capacities/new"), "/capacities", **told())

    assert "Votre association est suspendue" in sheet.text
    assert "Statuts à revoir" in sheet.text
    assert "/association/edit" not in sheet.links
    assert (refused.status, "une association suspendue ne propose pas" in refused.text) == (409, True)


async def test_what_was_typed_is_text(mediator):
    """A script in any field is shown, never run."""
    reader, _, _ = mediator
    path = await published(reader, title=SCRIPT)
    form = await reader.read("/association/edit")
    await reader.send(form, "/association/edit", name=SCRIPT, description=SCRIPT, contact__name=SCRIPT)

    for page in (path, f"{path}/edit", "/capacities", "/association", "/association/edit"):
        sheet = await reader.read(page)
        assert (sheet.status, SCRIPT in sheet.html) == (200, False), page
    assert SCRIPT in (await reader.read(path)).text


@pytest.mark.parametrize("path", ["/capacities/new", "/association", "/association/edit"])
async def test_these_are_an_association_s_own(region, path):
    """A clear 403 page for others who are signed in."""
    uai = await a_school(region)
    company = await a_company(await region.sign_in(Role.COORDINATOR))

    for role, organisation in ((Role.TEACHER, uai), (Role.COMPANY, company["id"]), (Role.COORDINATOR, "")):
        sheet = await (await region.browse(role, organisation)).read(path)
        assert (sheet.status, "Pas pour votre rôle" in sheet.text) == (403, True), role
        assert [form.action for form in sheet.forms] == ["/sign-out"]


async def test_others_read_what_is_published(region, mediator):
    """Without what is left of it, and with nothing to change."""
    _, association, api = mediator
    capacity = await a_capacity(api, association, title="Pour tout le monde")
    company = await a_company(await region.sign_in(Role.COORDINATOR))
    reader = await region.browse(Role.COMPANY, company["id"])

    sheet = await reader.read(f"/capacities/{capacity['id']}")
    edit = await reader.read(f"/capacities/{capacity['id']}/edit")

    assert "Pour tout le monde" in sheet.text
    assert "restantes" not in sheet.text
    assert sheet.form("/sign-out").method == "post"
    assert [form.action for form in sheet.forms] == ["/sign-out"]
    assert edit.status == 403


async def test_lists_have_their_empty_states(region, mediator):
    """Each with a way on; a wrong month is this one."""
    reader, _, _ = mediator

    for path in (
        "/capacities",
        "/capacities?state=withdrawn",
        "/interventions",
        "/interventions?month=2027-13",
        "/interventions?state=done",
        "/interventions?state=over",
        "/partnerships",
        "/partnerships?state=closed",
    ):
        sheet = await reader.read(path)
        assert (sheet.status, 'class="notice empty"' in sheet.html) == (200, True), path
