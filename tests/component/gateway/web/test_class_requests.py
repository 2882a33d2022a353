"""What schools wish for, on pages: asked, changed, withdrawn; what is refused keeps what was typed."""

import pytest

from contracts.vocabulary import Role, SchoolKind
from tests.given import (
    Region,
    a_class_request,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_association,
    an_offer,
    body,
    proposals,
    school_day,
    until,
)
from tests.reading import Reader

NEW = "/class-requests/new"
SCRIPT = "<script>alert(1)</script>"


def a_wish(**given):
    """What a teacher types."""
    typed = {
        "class_name": "3e A",
        "level": "3E",
        "pupils": 24,
        "adults": 2,
        "from_date": school_day(3).isoformat(),
        "until_date": school_day(20).isoformat(),
    }
    return typed | given


@pytest.fixture
async def uai(region: Region) -> str:
    """A school of the test's own."""
    return await a_school(region)


@pytest.fixture
async def teacher(region: Region, uai: str) -> Reader:
    """Somebody who teaches there."""
    return await region.browse(Role.TEACHER, uai)


async def test_a_visit_is_asked_for(teacher):
    """The form has what is usual; the request says what is wished, and that nothing fits yet."""
    sheet = await teacher.read(NEW)
    form = sheet.form(NEW)

    done = await teacher.send(sheet, NEW, **a_wish(themes=["", "robotics"], needs__motor=1, role_model_wished=True))

    assert form.value("max_travel_minutes") == "60"
    assert ("weekdays", "friday") in form.fields
    assert done.path.startswith("/class-requests/")
    assert "La demande est enregistrée." in done.text
    assert "Robotique" in done.text
    assert "Mobilité réduite : 1" in done.text
    assert "rencontrer une personne dont le parcours inspire" in done.text


async def test_the_address_may_say_what_was_searched_for(teacher):
    """From a search that found nothing."""
    sheet = await teacher.read(NEW, level="3E", theme="energy", pupils="28")
    form = sheet.form(NEW)

    assert (form.value("level"), form.value("pupils")) == ("3E", "28")
    assert ("themes", "energy") in form.fields


async def test_what_is_wrong_is_told_beside_each_field_and_what_was_typed_stays(teacher):
    """Ticks too."""
    sheet = await teacher.read(NEW)

    refused = await teacher.send(sheet, NEW, **a_wish(pupils="beaucoup", adults="", weekdays="", themes=["", "energy"]))
    form = refused.form(NEW)

    assert refused.status == 422
    assert {"pupils-error", "adults-error", "weekdays-error"} <= set(refused.html.split('"'))
    assert form.value("pupils") == "beaucoup"
    assert ("themes", "energy") in form.fields
    assert not [value for name, value in form.fields if name == "weekdays" and value]


async def test_dates_the_wrong_way_round_are_refused_by_the_owner(teacher):
    """Its words stand beside the field."""
    sheet = await teacher.read(NEW)
    wish = a_wish(from_date=school_day(20).isoformat(), until_date=school_day(3).isoformat())

    refused = await teacher.send(sheet, NEW, **wish)

    assert refused.status == 422
    assert 'id="until_date-error"' in refused.html
    assert refused.form(NEW).value("from_date") == wish["from_date"]


async def test_a_double_click_asks_once(teacher):
    """Both lead to the one request."""
    sheet = await teacher.read(NEW)

    first = await teacher.send(sheet, NEW, **a_wish())
    second = await teacher.send(sheet, NEW, **a_wish())

    assert first.path == second.path


async def test_a_request_is_changed(teacher):
    """The form begins with what it says."""
    made = await teacher.send(await teacher.read(NEW), NEW, **a_wish())
    edit = f"{made.path}/edit"
    sheet = await teacher.read(edit)

    done = await teacher.send(sheet, edit, max_travel_minutes=90)

    assert sheet.form(edit).value("pupils") == "24"
    assert done.path == made.path
    assert "1 h 30 de car, à l’aller" in done.text


async def test_a_stale_form_says_what_changed(teacher, region, uai):
    """A colleague was quicker: each field that is another now is marked, and sending again keeps one's own."""
    made = await teacher.send(await teacher.read(NEW), NEW, **a_wish())
    edit = f"{made.path}/edit"
    stale = await teacher.read(edit)
    colleague = await region.browse(Role.TEACHER, uai)
    await colleague.send(await colleague.read(edit), edit, pupils=22)

    refused = await teacher.send(stale, edit, adults=3)
    done = await teacher.send(refused, edit)

    assert refused.status == 412
    assert "Valeur actuelle : 22" in refused.text
    assert refused.form(edit).value("adults") == "3"
    assert "24 élèves, 3 adultes" in done.text


async def test_a_request_is_withdrawn(teacher):
    """With a reason, if one likes; the answer may be loaded anew."""
    made = await teacher.send(await teacher.read(NEW), NEW, **a_wish())
    withdraw = f"{made.path}/withdraw"

    done = await teacher.send(made, withdraw, reason="Sortie déjà trouvée")
    again = await teacher.send(made, withdraw, reason="Encore", _once="another")

    assert "Retirée" in done.text
    assert "Sortie déjà trouvée" in done.text
    assert again.status in (409, 412)
    assert (await teacher.read(withdraw)).path == made.path


async def test_a_reason_that_is_too_long_is_kept(teacher):
    """Nothing that was typed is lost."""
    made = await teacher.send(await teacher.read(NEW), NEW, **a_wish())

    refused = await teacher.send(made, f"{made.path}/withdraw", reason="x" * 600)

    assert refused.status == 422
    assert refused.form(f"{made.path}/withdraw").value("reason") == "x" * 600


async def test_what_is_proposed_is_listed_and_booked(region, teacher, uai):
    """In the list of requests, and on the request's own page."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    offer = await an_offer(industrialist, company, await a_site(industrialist, company))
    # Room for the classes of this module's other tests too.
    await a_slot(industrialist, offer, 8, groups=20)
    school = await region.sign_in(Role.TEACHER, uai)
    request = await a_class_request(school, uai, class_name="3e P")
    proposal = (await proposals(school))[0]

    async def listed():
        sheet = await teacher.read("/class-requests")
        return sheet if "1 visite vous est proposée" in sheet.text else None

    sheet = await until(listed)
    own = await teacher.read(f"/class-requests/{request['id']}")
    body(await school.post(f"/v1/visit-proposals/{proposal['id']}/accept"))

    async def booked():
        page = await teacher.read(f"/class-requests/{request['id']}")
        return any(link.startswith("/bookings/") for link in page.links)

    assert f"/visit-proposals/{proposal['id']}" in sheet.links
    assert "Votre réponse est attendue, jusqu’au" in own.text
    assert await until(booked)


async def test_while_nothing_fits_the_nearest_visits_say_what_they_lack(region):
    """And what would help is one click away."""
    uai = await a_school(region, kind=SchoolKind.LYCEE_PRO)
    teacher = await region.browse(Role.TEACHER, uai)
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    offer = await an_offer(industrialist, company, await a_site(industrialist, company), levels=["2PRO"])
    slot = await a_slot(industrialist, offer, 8)
    school = await region.sign_in(Role.TEACHER, uai)
    request = await a_class_request(school, uai, level="2PRO", themes=["agri_food"])
    own = f"/class-requests/{request['id']}"

    async def told():
        sheet = await teacher.read(own)
        return sheet if f"{own}/why-not/{slot['id']}" in sheet.links else None

    sheet = await until(told)

    assert "Aucune visite ouverte ne remplit encore toutes vos conditions." in sheet.text
    assert f"{own}/edit" in sheet.links


async def test_the_list_is_narrowed_and_empty_in_words(region, teacher):
    """By state; an unknown one narrows nothing."""
    made = await teacher.send(await teacher.read(NEW), NEW, **a_wish(class_name=SCRIPT))

    async def listed():
        sheet = await teacher.read("/class-requests", state="open")
        return sheet if made.path in sheet.links else None

    sheet = await until(listed)

    assert SCRIPT in sheet.text
    assert SCRIPT not in sheet.html
    assert "Aucune demande dans cet état." in (await teacher.read("/class-requests", state="expired")).text
    assert made.path in (await teacher.read("/class-requests", state="nonsense")).links
    other = await region.browse(Role.TEACHER, await a_school(region))
    assert "Aucune demande pour l’instant." in (await other.read("/class-requests")).text


async def test_a_coordinator_asks_for_a_school(region, uai):
    """Naming it; the list has everybody's."""
    coordinator = await region.browse(Role.COORDINATOR)

    refused = await coordinator.send(await coordinator.read(NEW), NEW, **a_wish(school_uai="0320001Z"))
    done = await coordinator.send(refused, NEW, school_uai=uai)

    assert refused.status in (404, 422)
    assert "Collège d'essai" in done.text


async def test_who_has_no_class_is_told_so(region, uai):
    """Companies and associations have none; another school's request is not even there."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    association = await an_association(coordinator)
    school = await region.sign_in(Role.TEACHER, uai)
    request = await a_class_request(school, uai)
    stranger = await region.browse(Role.TEACHER, await a_school(region))

    for role, organisation in ((Role.COMPANY, company), (Role.ASSOCIATION, association)):
        reader = await region.browse(role, organisation["id"])
        assert (await reader.read("/class-requests")).status == 403
        assert (await reader.read(NEW)).status == 403
    assert (await stranger.read(f"/class-requests/{request['id']}")).status == 404


async def test_an_expired_session_comes_back_to_the_very_page(region):
    """By way of the sign-in."""
    sheet = await region.visitor().read(f"{NEW}?level=3E")

    assert sheet.path == "/sign-in?next=%2Fclass-requests%2Fnew%3Flevel%3D3E"
