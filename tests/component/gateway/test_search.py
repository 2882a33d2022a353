"""The search for visits finds exactly what matches, in order, page by page."""

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from contracts.companies.slots import SlotOpened
from contracts.companies.visit_offers import Accessibility, OtherFee, VisitOfferPublished
from contracts.gateway.visits import OfferSummary, Visit
from contracts.matchmaker.schools import SchoolRegistered
from contracts.vocabulary import AccessNeed, Level, Role, Theme
from services.gateway.directory.search import PARIS
from tests.component.gateway.given import Gateway, until
from tests.component.gateway.resources import (
    AUCH,
    BLAGNAC,
    NIMES,
    NOW,
    TOULOUSE,
    a_company,
    a_school,
    a_slot,
    a_uai,
    an_offer,
)
from tests.roads import coach_minutes

PLACES = (TOULOUSE, BLAGNAC, AUCH, NIMES)


async def a_supply(gateway: Gateway, offers: int, slots_each: int):
    """Offers and slots of every sort, the same in every run; returns slots with their offers."""
    chance = random.Random(7)
    company = a_company()
    supply = []
    for _ in range(offers):
        offer = an_offer(
            company,
            place=chance.choice(PLACES),
            levels=tuple(chance.sample(list(Level), 4)),
            themes=tuple(chance.sample(list(Theme)[:4], 2)),
            rome_codes=(chance.choice(("H2903", "D1406")),),
            accessibility=Accessibility(needs=tuple(chance.sample(list(AccessNeed), 2))),
            needs_mediation=chance.random() < 0.5,
            role_model_present=chance.random() < 0.3,
            price_cents=chance.choice((0, 0, 500)),
            fees=chance.choice(((), (OtherFee(label="Repas", price_cents=900),))),
            pupils_min=chance.choice((1, 20)),
            splitting=chance.random() < 0.5,
            lead_time_days=chance.choice((7, 14, 60)),
        )
        supply += [
            (a_slot(offer, days=chance.randint(8, 100), groups_taken=chance.randint(0, 1)), offer)
            for _ in range(slots_each)
        ]
    await gateway.tell(*(VisitOfferPublished(visit_offer=offer) for offer in {o.id: o for _, o in supply}.values()))
    await gateway.tell(*(SlotOpened(slot=slot) for slot, _ in supply))
    return supply


async def pages(gateway: Gateway, headers, **params):
    """All items of a search, page by page."""
    items, cursor = [], None
    while True:
        answer = (await gateway.get("/v1/visits", headers, **params, **({"cursor": cursor} if cursor else {}))).json()
        items += answer["items"]
        cursor = answer["next_cursor"]
        if cursor is None:
            return items
        assert len(answer["items"]) == params["limit"]


def bookable(slot, offer):
    return slot.starts_at > datetime.now(UTC) + timedelta(days=offer.lead_time_days)


def local_day(slot):
    return slot.starts_at.astimezone(PARIS).date()


QUESTIONS = {
    "all": ({}, lambda slot, offer: True),
    "level": ({"level": "3E"}, lambda slot, offer: Level.TROISIEME in offer.levels),
    "themes": (
        {"theme": ["aerospace", "agri_food"]},
        lambda slot, offer: {Theme.AEROSPACE, Theme.AGRI_FOOD} & set(offer.themes),
    ),
    "rome": ({"rome": "D1406"}, lambda slot, offer: "D1406" in offer.rome_codes),
    "needs": (
        {"needs": ["motor", "visual"]},
        lambda slot, offer: {AccessNeed.MOTOR, AccessNeed.VISUAL} <= set(offer.accessibility.needs),
    ),
    "mediation": ({"needs_mediation": "true"}, lambda slot, offer: offer.needs_mediation),
    "free": ({"free": "true"}, lambda slot, offer: offer.price_cents == 0 and not offer.fees),
    "paid": ({"free": "false"}, lambda slot, offer: offer.price_cents or offer.fees),
    "role model": ({"role_model": "true"}, lambda slot, offer: offer.role_model_present),
    "small class": ({"pupils": 12}, lambda slot, offer: offer.pupils_min <= 12),
    "large class": ({"pupils": 35}, lambda slot, offer: offer.splitting and slot.groups_left >= 2),
    "department": ({"department": "32"}, lambda slot, offer: offer.place.department == "32"),
    "dates": (
        {"from": (NOW + timedelta(days=20)).date().isoformat(), "until": (NOW + timedelta(days=40)).date().isoformat()},
        lambda slot, offer: (NOW + timedelta(days=20)).date() <= local_day(slot) <= (NOW + timedelta(days=40)).date(),
    ),
    "travel": ({"max_travel_minutes": 60}, lambda slot, offer: coach_minutes(TOULOUSE, offer.place) <= 60),
    "level, theme and travel": (
        {"level": "3E", "theme": "aerospace", "max_travel_minutes": 100},
        lambda slot, offer: (
            Level.TROISIEME in offer.levels
            and Theme.AEROSPACE in offer.themes
            and coach_minutes(TOULOUSE, offer.place) <= 100
        ),
    ),
}


@pytest.mark.parametrize("offers", [30, 230], ids=["few offers", "many offers"])
async def test_every_filter_finds_exactly_what_matches(gateway, offers):
    """The pages together hold each matching visit once, in order, whichever way PostgreSQL goes through them."""
    school = a_school(place=TOULOUSE)
    await gateway.tell(SchoolRegistered(school=school))
    teacher = await gateway.headers(Role.TEACHER, school.uai)
    supply = await a_supply(gateway, offers, 2)

    for name, (params, matches) in QUESTIONS.items():
        expected = [(slot, offer) for slot, offer in supply if bookable(slot, offer) and matches(slot, offer)]

        by_date = await pages(gateway, teacher, limit=23, **params)
        by_travel = await pages(gateway, teacher, limit=23, order="travel", **params)

        expected.sort(key=lambda pair: (pair[0].starts_at, pair[0].id))
        assert [item["slot"]["id"] for item in by_date] == [str(slot.id) for slot, _ in expected], name
        nearest = sorted(by_date, key=lambda item: item["travel_minutes"])
        assert [item["slot"]["id"] for item in by_travel] == [item["slot"]["id"] for item in nearest], name
        assert expected, f"{name} must match something"


async def test_an_item_says_how_far_it_is(gateway):
    """Minutes by coach and kilometres by road are there when a school is known, and absent otherwise."""
    school = a_school(place=TOULOUSE)
    offer = an_offer(a_company(), place=AUCH)
    await gateway.tell(
        SchoolRegistered(school=school), VisitOfferPublished(visit_offer=offer), SlotOpened(slot=a_slot(offer))
    )
    coordinator = await gateway.headers(Role.COORDINATOR)

    (far,) = await gateway.items("/v1/visits", await gateway.headers(Role.TEACHER, school.uai))
    (named,) = await gateway.items("/v1/visits", coordinator, school=school.uai.lower())
    (unplaced,) = await gateway.items("/v1/visits", coordinator)

    assert coach_minutes(TOULOUSE, AUCH) <= far["travel_minutes"] < coach_minutes(TOULOUSE, AUCH) + 1
    assert far["distance_km"] == pytest.approx(88, abs=4)
    assert (named["travel_minutes"], named["distance_km"]) == (far["travel_minutes"], far["distance_km"])
    assert (unplaced["travel_minutes"], unplaced["distance_km"]) == (None, None)


async def test_a_place_that_was_never_seen_is_reached_soon(gateway):
    """A school that searched before finds a visit at a place that is new since."""
    school = a_school(place=TOULOUSE)
    await gateway.tell(SchoolRegistered(school=school))
    teacher = await gateway.headers(Role.TEACHER, school.uai)
    before = await gateway.items("/v1/visits", teacher, max_travel_minutes=60)

    offer = an_offer(a_company(), place=BLAGNAC)
    await gateway.tell(VisitOfferPublished(visit_offer=offer), SlotOpened(slot=a_slot(offer)))

    async def found_there():
        return await gateway.items("/v1/visits", teacher, max_travel_minutes=60)

    (found,) = await until(found_there)
    assert before == []
    assert found["visit_offer"]["place"]["commune_name"] == "Blagnac"


async def test_a_visit_says_what_the_caller_may_do_and_whether_it_is_invented(gateway):
    """A school may book it; a company may not; what is invented says so."""
    school = a_school()
    offer = an_offer(a_company(), fictional=True)
    await gateway.tell(
        SchoolRegistered(school=school), VisitOfferPublished(visit_offer=offer), SlotOpened(slot=a_slot(offer))
    )

    (by_school,) = await gateway.items("/v1/visits", await gateway.headers(Role.TEACHER, school.uai))
    (by_company,) = await gateway.items("/v1/visits", await gateway.headers(Role.COMPANY, a_company().id))

    assert by_school["slot"]["allowed_actions"] == ["book"]
    assert by_company["slot"]["allowed_actions"] == []
    assert by_school["fictional"] is True


async def test_full_slots_are_shown_to_whoever_wants_to_wait(gateway):
    """Marked as such, and only where they are asked for; a closed one never."""
    school, offer = a_school(), an_offer(a_company())
    open_one, full = a_slot(offer, days=30), a_slot(offer, days=31, state="full", groups_taken=2)
    closed = a_slot(offer, days=32, state="closed", groups_taken=2)
    await gateway.tell(
        SchoolRegistered(school=school),
        VisitOfferPublished(visit_offer=offer),
        *(SlotOpened(slot=slot) for slot in (open_one, full, closed)),
    )
    teacher = await gateway.headers(Role.TEACHER, school.uai)

    bookable = await gateway.items("/v1/visits", teacher)
    by_date = await gateway.items("/v1/visits", teacher, include_full="true")
    by_travel = await gateway.items("/v1/visits", teacher, include_full="true", order="travel", pupils=30)

    def told(items):
        return [(item["slot"]["id"], item["waiting_list"], item["slot"]["allowed_actions"]) for item in items]

    assert told(bookable) == [(str(open_one.id), False, ["book"])]
    assert told(by_date) == [(str(open_one.id), False, ["book"]), (str(full.id), True, ["wait"])]
    assert told(by_travel) == told(by_date)


async def test_pooled_places_are_counted_by_pupils(gateway):
    """A slot that pools its places says for how many pupils there is room, and is found by classes that fit."""
    offer = an_offer(a_company(), pooled=True)
    slot = a_slot(offer, pooled=True, groups=2, pupils_per_group=30, groups_taken=2, pupils_taken=40)
    taken = a_slot(offer, pooled=True, groups=1, pupils_per_group=30, groups_taken=1, pupils_taken=30)
    await gateway.tell(VisitOfferPublished(visit_offer=offer), SlotOpened(slot=slot), SlotOpened(slot=taken))
    coordinator = await gateway.headers(Role.COORDINATOR)

    (found,) = await gateway.items("/v1/visits", coordinator)
    small = await gateway.items("/v1/visits", coordinator, pupils=20)
    large = await gateway.items("/v1/visits", coordinator, pupils=21)

    assert (found["slot"]["id"], found["places_left"]) == (str(slot.id), 20)
    assert (len(small), large) == (1, [])


async def test_what_is_found_is_a_visit_field_by_field(gateway):
    """The pieces that the directory keeps make up what the contract promises."""
    school, offer = a_school(), an_offer(a_company())
    slot = a_slot(offer)
    await gateway.tell(SchoolRegistered(school=school), VisitOfferPublished(visit_offer=offer), SlotOpened(slot=slot))

    (found,) = await gateway.items("/v1/visits", await gateway.headers(Role.TEACHER, school.uai))

    assert found.keys() == set(Visit.__struct_fields__)
    visit = msgspec.convert(found, Visit)
    assert msgspec.structs.replace(visit.slot, allowed_actions=()) == slot
    assert visit.visit_offer == msgspec.convert(offer, OfferSummary, from_attributes=True)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WyJ4Il0"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"level": "CP"}, "level"),
        ({"theme": "magic"}, "theme"),
        ({"rome": "hello"}, "rome"),
        ({"from": "soon"}, "from"),
        ({"from": "2027-03-01", "until": "2027-02-01"}, "until"),
        ({"school": a_uai()}, "school"),
        ({"max_travel_minutes": 30}, "max_travel_minutes"),
        ({"order": "travel"}, "order"),
        ({"needs": "wings"}, "needs"),
        ({"needs_mediation": "perhaps"}, "needs_mediation"),
        ({"pupils": 0}, "pupils"),
        ({"free": "perhaps"}, "free"),
        ({"include_full": "perhaps"}, "include_full"),
        ({"levle": "3E"}, "levle"),
    ],
)
async def test_a_wrong_question_is_told_which_word_is_wrong(shared_gateway, params, field):
    """Each malformed or unknown parameter is named as the address writes it."""
    coordinator = await shared_gateway.headers(Role.COORDINATOR)

    answer = await shared_gateway.get("/v1/visits", coordinator, **params)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["fields"]] == [field]
