"""Finding a visit without a browser: filters, wrong ones, the map's places, the month, nothing foreign for visitors."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contracts.vocabulary import Role
from services.gateway.web.visits.calendar_pages import MOST_A_DAY, last_day_of
from tests.given import Region, a_class_request, a_company, a_school, a_site, a_slot, an_offer, body, school_day, until
from tests.reading import HTML, Reader

SCRIPT = '<script>alert("ha")</script>'
# By her theme and level these tests find their own visits among all of the module's.
OURS = {"theme": "water_waste", "level": "BTS2"}


@pytest.fixture(scope="module")
async def supply(region: Region) -> dict[str, Any]:
    """Two sites, three offers with something of their own, and four slots."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator, name="Eaux d'essai")
    api = await region.sign_in(Role.COMPANY, company["id"])
    near, far = await a_site(api, company), await a_site(api, company, name="Station", commune="30189")
    told = {"themes": ["water_waste"], "levels": ["BTS2"]}
    plain = await an_offer(api, company, near, title="L'eau claire", rome_codes=["K2301"], **told)
    dear = await an_offer(api, company, far, title="L'eau chère", price_cents=4500, role_model_present=True, **told)
    open_to_all = await an_offer(
        api,
        company,
        near,
        title="L'eau pour tous",
        accessibility={"needs": ["motor"]},
        needs_mediation=True,
        pupils_min=20,
        **told,
    )
    slots = [
        await a_slot(api, plain, 8, groups=2),
        await a_slot(api, plain, 9),
        await a_slot(api, dear, 10),
        await a_slot(api, open_to_all, 11),
    ]
    visitor = region.visitor()
    await until(lambda: all_there(visitor, len(slots)))
    return {"company": company, "offers": (plain, dear, open_to_all), "slots": slots, "api": api}


async def all_there(reader: Reader, number: int) -> bool:
    """Whether the search has come to know them."""
    return len(titles(await reader.read("/visits", **OURS))) == number


def titles(page: Any) -> list[str]:
    """What the list has, in its order."""
    return [html.unescape(title) for title in re.findall(r"<h3><a href=\"/visits/[^\"]*\">(.*?)</a></h3>", page.html)]


def places(page: Any) -> list[Any]:
    """What the map has."""
    found = re.search(r'<div id="places" hidden>(.*?)</div>', page.html, re.DOTALL)
    assert found
    return msgspec.json.decode(html.unescape(found[1]))["features"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["L'eau claire", "L'eau claire", "L'eau chère", "L'eau pour tous"]),
        ({"rome": "K2301"}, ["L'eau claire", "L'eau claire"]),
        ({"free": "true", "needs": "motor"}, ["L'eau pour tous"]),
        ({"role_model": "true"}, ["L'eau chère"]),
        ({"needs_mediation": "true"}, ["L'eau pour tous"]),
        ({"pupils": "12", "department": "32"}, ["L'eau claire", "L'eau claire"]),
        ({"from": school_day(10).isoformat()}, ["L'eau chère", "L'eau pour tous"]),
        ({"until": school_day(8).isoformat()}, ["L'eau claire"]),
        # What is left blank, as a browser sends it, narrows nothing.
        ({"rome": "", "from": "", "pupils": "", "order": "date", "max_travel_minutes": ""}, 4),
        ({"limit": "2"}, ["L'eau claire", "L'eau claire"]),
    ],
)
async def test_filters_narrow_the_list(region, supply, filters, found):
    """Visitors search as anybody does; the map has what the list has."""
    page = await region.visitor().read("/visits", **OURS, **filters)

    assert page.status == 200
    assert len(titles(page)) == (found if isinstance(found, int) else len(found))
    if not isinstance(found, int):
        assert titles(page) == found
    in_list = re.findall(r'data-map-id="([^"]+)"', page.html)
    assert [each["properties"]["id"] for each in places(page)] == in_list


async def test_slots_of_one_site_lie_on_one_spot(region, supply):
    """So that the map shows one marker for them."""
    page = await region.visitor().read("/visits", **OURS, rome="K2301")

    spots = {tuple(each["geometry"]["coordinates"]) for each in places(page)}
    assert (len(places(page)), len(spots)) == (2, 1)


async def test_a_list_goes_on(region, supply):
    """With its filters; a place in it that nobody knows is its beginning."""
    visitor = region.visitor()
    first = await visitor.read("/visits", **OURS, limit="3")

    [link] = [each for each in first.links if "cursor=" in each]
    rest = await visitor.read(link)
    lost = await visitor.read("/visits", **OURS, cursor="nonsense")

    assert "limit" not in link
    assert titles(rest) == ["L'eau pour tous"]
    assert len(titles(lost)) == 4
    assert "3 visites affichées, d’autres suivent." in first.text


@pytest.mark.parametrize(
    ("filters", "field", "words"),
    [
        ({"from": "2027-03-10", "until": "2027-03-09"}, "until", "Choisissez un jour qui ne précède pas le premier."),
        ({"until": "demain"}, "until", "Écrivez le jour comme 2027-03-15."),
        ({"school": "9999999Z"}, "school", "Aucun établissement de ce nom ou code"),
        ({"school": "nulle part"}, "school", "Aucun établissement de ce nom ou code"),
        ({"max_travel_minutes": "30"}, "max_travel_minutes", "Indiquez de quel établissement part la classe."),
        ({"order": "travel"}, "order", "Indiquez de quel établissement part la classe."),
        ({"max_travel_minutes": "2"}, "max_travel_minutes", "Donnez au moins 5."),
        ({"pupils": "beaucoup"}, "pupils", "Donnez un nombre entier"),
        ({"level": "BAC"}, "level", "n'est pas un mot connu ici"),
        ({"rome": "h29"}, "rome", "La forme attendue n'est pas respectée."),
    ],
)
async def test_a_wrong_filter_is_named_beside_it(region, supply, filters, field, words):
    """What was typed stays, and so does the rest of the page; no visit is shown as if it fitted."""
    for path in ("/visits", "/visits/calendar"):
        page = await region.visitor().read(path, **(OURS | filters))

        told = re.search(rf'<small class="error" id="{field}-error">(.*?)</small>', page.html)
        if path == "/visits":
            assert told
            assert words in html.unescape(told[1])
            for name, value in filters.items():
                assert name == "level" or page.form(path).value(name) in (value, "")
        assert page.status == 422
        assert titles(page) == []
        assert page.form(path).value("theme") == "water_waste"


async def test_visitors_travel_from_a_school_that_they_name(region, supply):
    """By its code, or by its name where only one has it; else they choose among those that have."""
    named = await a_school(region, name="Collège Frédéric-Nulpareil", commune="32013")
    twins = [await a_school(region, name="Lycée des Jumeaux", commune=commune) for commune in ("30189", "31555")]
    visitor = region.visitor()
    await until(lambda: knows(visitor, twins[1]))

    by_code = await visitor.read("/visits", **OURS, school=named.lower())
    by_name = await visitor.read("/visits", **OURS, school="frederic-nulpareil", order="travel")
    which = await visitor.read("/visits", **OURS, school="des jumeaux")
    near = await visitor.read("/visits", **OURS, school=named, max_travel_minutes="20")

    assert "Trajets au départ de Collège Frédéric-Nulpareil." in by_code.text
    assert titles(by_name)[-1] == "L'eau chère"
    assert f"({named})" in by_name.form("/visits").value("school")
    assert titles(which) == []
    choices = [link for link in which.links if any(f"school={uai}" in link for uai in twins)]
    assert len(choices) == 2
    assert len(titles(await visitor.read(choices[0]))) == 4
    assert len(titles(near)) == 3


async def knows(reader: Reader, uai: str) -> bool:
    """Whether the directory has the school."""
    return (await reader.read("/visits", school=uai)).status == 200


async def test_a_teacher_leaves_from_the_own_school(region, supply):
    """Without saying so; from another one where one is named."""
    uai = await a_school(region, name="Collège d'ici")
    other = await a_school(region, name="Collège de là-bas", commune="30189")
    teacher = await region.browse(Role.TEACHER, uai)
    await until(lambda: knows(region.visitor(), other))

    own = await teacher.read("/visits", **OURS, order="travel")
    away = await teacher.read("/visits", **OURS, order="travel", school=other)

    assert "Laissez vide pour partir de votre établissement, Collège d'ici." in own.text
    assert own.form("/visits").value("school") == ""
    assert titles(own)[-1] == titles(away)[0] == "L'eau chère"


async def test_what_a_script_asks_for_is_the_list_alone(region, supply):
    """With how many there are and what is wrong, each for its place; and an address as people would write it."""
    client = region.client()
    headers = HTML | {"HX-Request": "true"}
    query = OURS | {"rome": "", "until": "", "order": "date", "from": ""}

    right = await client.get("/visits", params=query, headers=headers)
    wrong = await client.get("/visits", params=query | {"pupils": "0"}, headers=headers)
    restored = await client.get("/visits", params=query, headers=headers | {"HX-History-Restore-Request": "true"})

    assert right.headers["hx-push-url"] == "/visits?level=BTS2&theme=water_waste"
    assert "<html" not in right.text
    assert "<html" in restored.text
    assert '<div hx-swap-oob="innerHTML:#count">4 visites affichées.</div>' in right.text
    assert '<div hx-swap-oob="innerHTML:#pupils-error"></div>' in right.text
    assert '<div hx-swap-oob="innerHTML:#pupils-error">Donnez au moins 1.</div>' in wrong.text


async def test_schools_are_found_while_they_are_typed(region):
    """As choices for a script, as links for everybody else; two letters mean nobody."""
    uai = await a_school(region, name="Collège Xanthippe")
    await until(lambda: knows(region.visitor(), uai))

    part = await region.client().get("/visits/schools", params={"school": "xanth"}, headers={"HX-Request": "true"})
    page = await region.visitor().read("/visits/schools", school="xanth")
    short = await region.visitor().read("/visits/schools", school="xa")

    assert part.text.strip() == f'<option value="Collège Xanthippe, Auch ({uai})"></option>'
    assert f"/visits?school={uai}" in page.links
    assert "tapez trois lettres au moins" in short.text


async def test_what_somebody_typed_is_only_ever_text(region):
    """In an offer, in the map's places, in a filter."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator, name=SCRIPT)
    api = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(api, company, name=SCRIPT)
    offer = await an_offer(api, company, site, title=f"</div>{SCRIPT}", themes=["textile_leather"], levels=["CAP1"])
    slot = await a_slot(api, offer)
    visitor = region.visitor()
    await until(lambda: found(visitor, "/visits?theme=textile_leather&level=CAP1"))

    listed = await visitor.read("/visits", theme="textile_leather", level="CAP1")
    month = await visitor.read("/visits/calendar", month=slot["starts_at"][:7], theme="textile_leather")
    typed = await visitor.read("/visits", school=SCRIPT, rome=SCRIPT, theme=SCRIPT)

    for page in (listed, month, typed):
        assert "<script>" not in page.html
    assert places(listed)[0]["properties"]["title"] == f"</div>{SCRIPT}"


async def found(reader: Reader, path: str) -> bool:
    """Whether a search finds anything."""
    return bool(titles(await reader.read(path)))


async def test_visitors_see_nothing_of_others(region, supply):
    """Neither class requests nor who booked."""
    uai = await a_school(region, name="Collège de quelqu’un")
    teacher = await region.sign_in(Role.TEACHER, uai)
    await a_class_request(teacher, uai, class_name="3e Secrète")
    slot = supply["slots"][0]
    wanted = {"level": "BTS2", "pupils": 20, "adults": 2, "class_name": "3e Secrète"}
    body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wanted), 201)

    for path in ("/visits", "/visits/calendar", f"/visits/{slot['id']}"):
        page = await region.visitor().read(path, **OURS)
        assert "Secrète" not in page.html
        assert uai not in page.html


# ------------------------------------------------------------------------------------ the month


def days(page: Any) -> dict[str, str]:
    """The cells of the month's table by their day."""
    cells = re.findall(r"<td[^>]*>\s*<time datetime=\"([\d-]+)\">.*?</td>", page.html, re.DOTALL)
    parts = re.findall(r"(<td[^>]*>.*?</td>)", page.html, re.DOTALL)
    return dict(zip(cells, [part for part in parts if "<time" in part], strict=True))


@pytest.mark.parametrize(
    ("month", "weeks"), [("2027-02", 4), ("2027-03", 5), ("2026-11", 5), ("2027-05", 5), ("2026-12", 5)]
)
async def test_a_month_is_a_table_of_its_school_weeks(region, month, weeks):
    """With a caption, the weekdays as headings, and a way to the months beside it that keeps the filters."""
    page = await region.visitor().read("/visits/calendar", month=month, theme="digital", level="")

    assert page.html.count("<caption>") == 1
    assert page.html.count('<th scope="col">') == 5
    assert len(re.findall(r"<tr>\s*<td", page.html)) == weeks
    assert all(day.startswith(month) for day in days(page))
    ways = [link for link in page.links if link.startswith("/visits/calendar?theme=digital&month=")]
    assert len(set(ways)) == 2


async def test_holidays_are_named(region):
    """On their days and above the table, for whoever reads it as a list."""
    page = await region.visitor().read("/visits/calendar", month="2027-05")
    english = await region.client().get(
        "/visits/calendar", params={"month": "2027-05"}, headers=HTML | {"Accept-Language": "en"}
    )

    # Ascension Day.
    assert "Ascension" in days(page)["2027-05-06"]
    assert 'class="closed' in days(page)["2027-05-06"]
    assert "Ascension" in page.text.split("lundi")[0]
    assert "Visits in May 2027" in english.text


async def test_a_day_with_many_visits_leads_to_its_list(region):
    """The first few stand there, in the order of the hours."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    api = await region.sign_in(Role.COMPANY, company["id"])
    offer = await an_offer(api, company, await a_site(api, company), themes=["construction_wood"], levels=["1PRO"])
    day = school_day(12)
    many = MOST_A_DAY + 4
    for number in range(many):
        at = datetime(day.year, day.month, day.day, 8, 5 * number, tzinfo=UTC)
        await a_slot(api, offer, starts_at=at.isoformat())
    visitor = region.visitor()
    query = {"month": f"{day:%Y-%m}", "theme": "construction_wood", "level": "1PRO"}

    async def all_shown() -> Any:
        page = await visitor.read("/visits/calendar", **query)
        return page if f"{many} visites ce mois-ci." in page.text else None

    page = await until(all_shown)

    cell = days(page)[day.isoformat()]
    assert cell.count("/visits/") == MOST_A_DAY
    assert "et 4 autres" in cell
    [more] = [link for link in page.links if f"from={day}" in link]
    assert len(titles(await visitor.read(more))) == many


def test_the_last_day_of_a_month_is_of_it():
    """December too."""
    assert last_day_of(date(2026, 12, 1)) == date(2026, 12, 31)
    assert last_day_of(date(2027, 2, 1)) + timedelta(days=1) == date(2027, 3, 1)
