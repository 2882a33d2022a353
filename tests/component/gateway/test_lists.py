"""Lists are read page by page, and the map shows who is where."""

from contracts.associations.profiles import AssociationRegistered
from contracts.companies.profiles import CompanyRegistered, CompanySuspended, SiteAdded
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.matchmaker.schools import SchoolRegistered
from contracts.vocabulary import Role, SchoolKind, Theme
from tests.component.gateway.resources import (
    AUCH,
    NIMES,
    a_company,
    a_school,
    a_site,
    a_uai,
    an_association,
    an_offer,
    next_version,
)


async def test_pages_hold_every_item_once_and_in_order(gateway):
    """Following `next_cursor` reads a list from its first item to its last; accents do not disturb the order."""
    names = ["Zinc", "Écrou", "acier", "Étau", "Bois", "acier", "Fonte"]
    await gateway.tell(*(CompanyRegistered(company=a_company(name=name)) for name in names))
    coordinator = await gateway.headers(Role.COORDINATOR)

    read, cursor = [], None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await gateway.get("/v1/companies", coordinator, **params)).json()
        read += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert read == ["acier", "acier", "Bois", "Écrou", "Étau", "Fonte", "Zinc"]


async def test_schools_are_found_by_name_commune_and_kind(gateway):
    """A part of a name without its accents is enough."""
    auch = a_school(name="Collège Salinis", place=AUCH)
    nimes = a_school(name="Lycée Dhuoda", place=NIMES, kind=SchoolKind.LYCEE)
    await gateway.tell(*(SchoolRegistered(school=school) for school in (auch, nimes)))
    teacher = await gateway.headers(Role.TEACHER, auch.uai)

    async def found(**params):
        return [school["uai"] for school in await gateway.items("/v1/schools", teacher, **params)]

    assert await found(q="lycee dhu") == [nimes.uai]
    assert await found(q="NÎMES") == [nimes.uai]
    assert await found(q=auch.uai) == [auch.uai]
    assert await found(department="32") == [auch.uai]
    assert await found(kind="lycee") == [nimes.uai]
    assert await found(q="100%_") == []


async def test_the_map_shows_sites_associations_and_schools(gateway):
    """Each actor is one GeoJSON point, longitude first; a site's themes are those of its published offers."""
    company, association, school = a_company(name="Aéro"), an_association(), a_school(fictional=True)
    site = a_site(company, name="Usine nord", place=NIMES)
    await gateway.tell(
        CompanyRegistered(company=company),
        SiteAdded(site=site),
        AssociationRegistered(association=association),
        SchoolRegistered(school=school),
        VisitOfferPublished(visit_offer=an_offer(company, site_id=site.id, themes=(Theme.ENERGY,), place=NIMES)),
    )
    teacher = await gateway.headers(Role.TEACHER, school.uai)

    answer = await gateway.get("/v1/map/actors", teacher)

    assert answer.headers["content-type"] == "application/geo+json"
    whole = answer.json()
    assert whole["type"] == "FeatureCollection"
    by_kind = {feature["properties"]["kind"]: feature for feature in whole["features"]}
    assert by_kind["company"]["geometry"] == {"type": "Point", "coordinates": [NIMES.longitude, NIMES.latitude]}
    assert by_kind["company"]["properties"]["name"] == "Aéro – Usine nord"
    assert by_kind["company"]["properties"]["themes"] == ["energy"]
    assert by_kind["association"]["properties"]["themes"] == ["robotics"]
    assert by_kind["school"]["properties"]["uai"] == school.uai
    assert by_kind["school"]["properties"]["fictional"] is True


async def test_the_map_is_filtered_and_hides_the_suspended(gateway):
    """Kind, department, theme and box narrow it; a suspended company's sites are not shown."""
    company, suspended = a_company(), a_company()
    here, there = a_site(company, place=AUCH), a_site(company, place=NIMES)
    await gateway.tell(
        *(CompanyRegistered(company=each) for each in (company, suspended)),
        *(SiteAdded(site=each) for each in (here, there, a_site(suspended, place=AUCH))),
        AssociationRegistered(association=an_association(place=AUCH)),
        CompanySuspended(company=next_version(suspended, state="suspended")),
    )
    coordinator = await gateway.headers(Role.COORDINATOR)

    async def shown(**params):
        features = (await gateway.get("/v1/map/actors", coordinator, **params)).json()["features"]
        return sorted((feature["properties"]["kind"], feature["properties"]["department"]) for feature in features)

    assert await shown() == [("association", "32"), ("company", "30"), ("company", "32")]
    assert await shown(kind="company") == [("company", "30"), ("company", "32")]
    assert await shown(department="32") == [("association", "32"), ("company", "32")]
    assert await shown(theme="robotics") == [("association", "32")]
    assert await shown(bbox="4,43,5,44") == [("company", "30")]
    refused = await gateway.get("/v1/map/actors", coordinator, bbox="5,43,4,44")
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "bbox")


async def test_a_cursor_of_another_list_is_refused_or_harmless(gateway):
    """A cursor only says after which name and id to go on: it shows nothing that its holder may not see."""
    mine, other = a_company(), a_company()
    await gateway.tell(
        VisitOfferPublished(visit_offer=an_offer(mine, state="draft")),
        *(CompanyRegistered(company=a_company(name=name)) for name in ("A", "B", "C")),
    )
    coordinator = await gateway.headers(Role.COORDINATOR)
    stranger = await gateway.headers(Role.COMPANY, other.id)
    cursor = (await gateway.get("/v1/companies", coordinator, limit=1)).json()["next_cursor"]

    offers = await gateway.get("/v1/visit-offers", stranger, cursor=cursor)

    assert (offers.status_code, offers.json()["items"]) == (200, [])
    assert (await gateway.get("/v1/bookings", await gateway.headers(Role.HEAD, a_uai()))).json()["items"] == []
