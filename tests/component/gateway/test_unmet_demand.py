"""Anybody with a key reads what classes asked for in vain, and narrows it to what concerns them."""

from contracts.identifiers import uuid7
from contracts.matchmaker.unmet_demand import Unanswered, UnmetDemand, UnmetDemandChanged
from contracts.vocabulary import Level, Role, Theme
from tests.component.gateway.resources import AUCH, NIMES, NOW, a_company, a_site, a_uai, ids, next_version


def unmet(place, classes, *rows, **given):
    """So many classes near a place, with what they asked for."""
    asked = tuple(Unanswered(theme=theme, level=level, classes=1, under_reached=0) for theme, level in rows)
    told = {"id": uuid7(), "under_reached": 0, "match_run_id": uuid7(), "measured_at": NOW}
    return UnmetDemand(place=place, classes=classes, rows=asked, **(told | given))


def near(site, classes, *rows):
    """The same of a company's site."""
    return unmet(site.place, classes, *rows, id=site.id, site_id=site.id, company_id=site.company_id)


async def test_places_with_the_most_classes_come_first(gateway):
    """And those where nobody is left out do not come at all, whoever asks and in whatever order it was told."""
    few, many, met = unmet(AUCH, 2), unmet(NIMES, 12), unmet(AUCH, 5)
    over = next_version(met, classes=0, rows=())
    await gateway.tell(*(UnmetDemandChanged(unmet_demand=each) for each in (few, over, many, met, many)))

    for role, organisation in ((Role.TEACHER, a_uai()), (Role.COMPANY, uuid7()), (Role.COORDINATOR, "")):
        items = await gateway.items("/v1/unmet-demand", await gateway.headers(role, organisation))
        assert ids(items) == [many.id, few.id]


async def test_it_is_narrowed_to_a_place_and_to_what_was_asked_for(gateway):
    """Theme and level together mean classes of that level that asked for that theme."""
    company = a_company()
    site, other = a_site(company, place=AUCH), a_site(company, place=NIMES)
    works = near(site, 3, (Theme.DIGITAL, Level.TROISIEME), (Theme.ENERGY, Level.QUATRIEME), (None, Level.CM2))
    wharf = near(other, 2, (Theme.DIGITAL, Level.QUATRIEME))
    commune = unmet(AUCH, 1, (Theme.ENERGY, Level.TROISIEME))
    await gateway.tell(*(UnmetDemandChanged(unmet_demand=each) for each in (works, wharf, commune)))
    teacher = await gateway.headers(Role.TEACHER, a_uai())

    async def found(**params):
        return ids(await gateway.items("/v1/unmet-demand", teacher, **params))

    assert await found(company=str(company.id)) == [works.id, wharf.id]
    assert await found(site=str(other.id)) == [wharf.id]
    assert await found(commune=AUCH.commune) == [works.id, commune.id]
    assert await found(department=NIMES.department) == [wharf.id]
    assert await found(theme="digital") == [works.id, wharf.id]
    assert await found(level="CM2") == [works.id]
    assert await found(theme="energy", level="3E") == [commune.id]
    assert await found(theme="digital", level="CM2") == []


async def test_what_is_asked_for_wrongly_is_named(gateway):
    """Each field, and nothing is listed."""
    teacher = await gateway.headers(Role.TEACHER, a_uai())

    answer = await gateway.get("/v1/unmet-demand", teacher, commune="Auch", theme="magic", site="1")

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["fields"]} == {"commune", "theme", "site"}
