"""The map of actions: what happens where, narrowed by filters, and to each what is theirs to see."""

from typing import Any

from contracts.associations.capacities import CapacityPublished
from contracts.associations.partnerships import PartnershipAgreed
from contracts.associations.profiles import AssociationRegistered
from contracts.companies.bookings import BookingConfirmed
from contracts.companies.profiles import CompanySuspended
from contracts.companies.slots import SlotOpened
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.vocabulary import Level, Role, Theme
from tests.component.gateway.given import Gateway
from tests.component.gateway.resources import (
    AUCH,
    NIMES,
    TOULOUSE,
    a_booking,
    a_capacity,
    a_company,
    a_partnership,
    a_slot,
    a_uai,
    an_association,
    an_offer,
    next_version,
)


async def features(gateway: Gateway, headers: dict[str, str], **filters: Any) -> dict[str, dict[str, Any]]:
    """The map's features, by their id."""
    answer = await gateway.get("/v1/actions", headers, **filters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/geo+json")
    return {each["id"]: each for each in answer.json()["features"]}


async def test_a_site_shows_its_open_slots_and_its_visits(gateway: Gateway):
    """All of its offers together; of visits those that are certain or took place."""
    company = a_company(name="Ateliers")
    offer = an_offer(company, place=NIMES, themes=(Theme.ROBOTICS,), levels=(Level.TROISIEME,))
    other = an_offer(company, site_id=offer.site_id, place=NIMES, themes=(Theme.ENERGY,), levels=(Level.CM2,))
    quiet = an_offer(company)
    slots = [a_slot(offer, days) for days in (40, 30, 31)]
    past, waiting = a_slot(other, -20, state="done"), slots[2]
    await gateway.tell(
        *(VisitOfferPublished(visit_offer=each) for each in (offer, other, quiet)),
        *(SlotOpened(slot=each) for each in (*slots, past)),
        BookingConfirmed(booking=a_booking(slots[0], a_uai(), state="confirmed"), slot=slots[0]),
        BookingConfirmed(booking=a_booking(past, a_uai(), state="completed"), slot=past),
        BookingConfirmed(booking=a_booking(waiting, a_uai(), state="requested"), slot=waiting),
    )

    found = await features(gateway, await gateway.headers(Role.TEACHER, a_uai()))

    assert list(found) == [str(offer.site_id)]
    feature = found[str(offer.site_id)]
    assert feature["geometry"] == {"type": "Point", "coordinates": [NIMES.longitude, NIMES.latitude]}
    shown = feature["properties"]
    assert (shown["kind"], shown["name"], shown["commune"]) == ("visits", "Ateliers – Usine", "Nîmes")
    assert (shown["visit_offers"], shown["slots_open"]) == (2, 3)
    assert (shown["visits_confirmed"], shown["visits_completed"]) == (1, 1)
    assert (shown["themes"], shown["levels"]) == (["energy", "robotics"], ["CM2", "3E"])
    assert shown["next_slot_at"] == slots[1].starts_at.isoformat().replace("+00:00", "Z")


async def test_filters_narrow_the_map(gateway: Gateway):
    """Of what an offer or a capacity is about, for which level, in which department."""
    association = an_association(place=AUCH)
    robots = an_offer(a_company(), place=TOULOUSE, themes=(Theme.ROBOTICS,), levels=(Level.TROISIEME,))
    energy = an_offer(a_company(), place=NIMES, themes=(Theme.ENERGY,), levels=(Level.CM2,))
    capacity = a_capacity(association, themes=(Theme.ENERGY,), levels=(Level.CM2,), departments=("30",))
    partnership = a_partnership(a_company(), association, themes=(Theme.ENERGY,))
    await gateway.tell(
        AssociationRegistered(association=association),
        CapacityPublished(capacity=capacity),
        CapacityPublished(capacity=a_capacity(association, state="withdrawn")),
        PartnershipAgreed(partnership=partnership),
        *(VisitOfferPublished(visit_offer=each) for each in (robots, energy)),
        *(SlotOpened(slot=a_slot(each)) for each in (robots, energy)),
    )
    coordinator = await gateway.headers(Role.COORDINATOR)
    names = {
        str(robots.site_id): "robots",
        str(energy.site_id): "energy",
        str(capacity.id): "capacity",
        str(partnership.id): "partnership",
    }

    async def shown(**filters: Any) -> set[str]:
        return {names[each] for each in await features(gateway, coordinator, **filters)}

    assert await shown() == set(names.values())
    assert await shown(kind=["visits", "mediation"]) == {"robots", "energy", "capacity"}
    assert await shown(theme="energy") == {"energy", "capacity", "partnership"}
    assert await shown(theme="robotics", level="3E") == {"robots"}
    assert await shown(level="CM2") == {"energy", "capacity"}
    assert await shown(department="30") == {"energy", "capacity"}
    assert await shown(department="32") == {"capacity", "partnership"}
    assert await shown(department="31", kind="mediation") == set()


async def test_mediation_and_partnerships_stand_at_the_association_s_seat(gateway: Gateway):
    """With what is known of them."""
    association = an_association(place=AUCH, name="Sciences")
    capacity = a_capacity(association, title="Robots", interventions=7)
    partnership = a_partnership(a_company(name="Ateliers"), association, state="active")
    await gateway.tell(
        AssociationRegistered(association=association),
        CapacityPublished(capacity=capacity),
        PartnershipAgreed(partnership=partnership),
    )

    found = await features(gateway, await gateway.headers(Role.ASSOCIATION, association.id))

    seat = {"type": "Point", "coordinates": [AUCH.longitude, AUCH.latitude]}
    assert [each["geometry"] for each in found.values()] == [seat, seat]
    given, agreed = found[str(capacity.id)]["properties"], found[str(partnership.id)]["properties"]
    assert (given["name"], given["interventions"], given["state"]) == ("Robots", 7, "published")
    assert (given["themes"], given["levels"]) == (["robotics"], ["3E"])
    assert (agreed["name"], agreed["state"]) == ("Ateliers – Sciences", "active")
    assert {given["association_id"], agreed["association_id"]} == {str(association.id)}


async def test_partnerships_are_their_parties_and_suspended_companies_nobody_s(gateway: Gateway):
    """Everybody sees visits and mediation; a cooperation only who is part of it, and the Region."""
    association, company, suspended = an_association(), a_company(), a_company()
    partnership = a_partnership(company, association)
    hidden = an_offer(suspended)
    await gateway.tell(
        AssociationRegistered(association=association),
        PartnershipAgreed(partnership=partnership),
        PartnershipAgreed(partnership=a_partnership(company, association, state="closed")),
        CompanySuspended(company=next_version(suspended, state="suspended")),
        VisitOfferPublished(visit_offer=hidden),
        SlotOpened(slot=a_slot(hidden)),
    )
    callers = {
        "company": await gateway.headers(Role.COMPANY, company.id),
        "association": await gateway.headers(Role.ASSOCIATION, association.id),
        "region": await gateway.headers(Role.COORDINATOR),
        "school": await gateway.headers(Role.TEACHER, a_uai()),
        "other company": await gateway.headers(Role.COMPANY, suspended.id),
    }

    seen = {name: list(await features(gateway, headers)) for name, headers in callers.items()}

    mine = [str(partnership.id)]
    assert seen == {"company": mine, "association": mine, "region": mine, "school": [], "other company": []}


async def test_a_wrong_filter_is_named(shared_gateway: Gateway):
    """With what it may be."""
    refused = await shared_gateway.get("/v1/actions", await shared_gateway.headers(Role.COORDINATOR), kind="party")

    assert refused.status_code == 422
    assert refused.json()["fields"][0]["field"] == "kind"
