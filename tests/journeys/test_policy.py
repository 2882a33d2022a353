"""The Region decides how visits are shared out: it tries a policy, sees its effect, sets it, and proposals follow."""

import pytest

from contracts.vocabulary import PriorityEducation, Role
from tests.given import a_class_request, a_company, a_school, a_site, a_slot, an_offer, body, proposals


@pytest.fixture
async def people(region):
    """A coordinator, and the teachers of two classes that wish the one visit there is: the nearer is proposed it.

    The other class is of priority education, farther away, smaller and asks for nothing in particular.
    """
    coordinator = await region.sign_in(Role.COORDINATOR)
    # Scores alone decide at first: with one class a cell, any share of the fairest choice would be all of it.
    begun = {"settings": {"floor_share": 0}, "reason": "Au mérite seul"}
    body(await coordinator.put("/v1/policy", json=begun))
    uai = await a_school(region)
    rep_uai = await a_school(region, commune="32147", priority=PriorityEducation.REP)
    teacher, rep_teacher = [await region.sign_in(Role.TEACHER, each) for each in (uai, rep_uai)]
    await a_class_request(teacher, uai, pupils=30, themes=["mechanics_metal"])
    await a_class_request(rep_teacher, rep_uai, pupils=12)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    await a_slot(industrialist, await an_offer(industrialist, company, await a_site(industrialist, company)))
    await proposals(teacher)
    return coordinator, teacher, rep_teacher


def of_rep_classes(outcome):
    """The cell of the Gers' under-reached classes."""
    (cell,) = (
        cell for cell in outcome["equity"]["cells"] if (cell["territory"], cell["under_reached"]) == ("32", True)
    )
    return cell


async def test_the_region_sees_a_policy_s_effect_before_it_decides(people):
    """A weight raised for under-reached classes: the dry run says what moves, the change moves it, both are kept."""
    coordinator, teacher, rep_teacher = people
    read = await coordinator.get("/v1/policy")
    settings = body(read)["settings"]
    settings["weights"]["under_reached"] = 0.9

    effect = body(await coordinator.post("/v1/policy/dry-run", json={"settings": settings}))
    (still,) = await proposals(teacher)
    decision = {"settings": settings, "reason": "L'éducation prioritaire d'abord"}
    changed = await coordinator.put("/v1/policy", json=decision, headers={"If-Match": read.headers["etag"]})
    late = await coordinator.put("/v1/policy", json=decision, headers={"If-Match": read.headers["etag"]})
    (moved,) = await proposals(rep_teacher)

    assert (effect["kept"], effect["withdrawn"], effect["made"]) == (0, 1, 1)
    assert [of_rep_classes(effect[side])["served"] for side in ("before", "after")] == [0, 1]
    assert moved["slot_id"] == still["slot_id"]
    assert (body(changed)["version"], changed.headers["etag"]) == (3, '"3"')
    assert body(late, 412)["version"] == 3
    (withdrawn,) = await proposals(teacher, state="withdrawn")
    assert withdrawn["id"] == still["id"]

    versions = body(await rep_teacher.get("/v1/policy/versions"))["items"]
    assert [each["version"] for each in versions] == [3, 2, 1]
    assert versions[0]["reason"] == "L'éducation prioritaire d'abord"
    assert versions[0]["changed_by"] == ""
    me = body(await coordinator.get("/v1/me"))
    assert body(await coordinator.get("/v1/policy/versions/3"))["changed_by"] == me["key_id"]


async def test_a_floor_is_a_guarantee(people):
    """A territory's under-reached classes are to be served, whatever the scores."""
    coordinator, teacher, rep_teacher = people
    settings = body(await coordinator.get("/v1/policy"))["settings"]
    floor = {"territory": "32", "under_reached": True, "lowest_rate": 1.0}
    decision = {"settings": settings | {"floors": [floor]}, "reason": "Le Gers garanti"}

    effect = body(await coordinator.post("/v1/policy/dry-run", json=decision))
    body(await coordinator.put("/v1/policy", json=decision))
    await proposals(rep_teacher)

    assert (effect["withdrawn"], effect["made"]) == (1, 1)
    cell = of_rep_classes(effect["after"])
    assert (cell["floor"], cell["served"], cell["deficit"]) == (1, 1, 0)

    assert len(await proposals(teacher, state="withdrawn")) == 1


async def test_nobody_but_the_region_decides(people):
    """A teacher reads the policy, and neither tries nor changes it."""
    _, teacher, _ = people
    decision = {"settings": {}, "reason": "pour ma classe"}

    assert body(await teacher.get("/v1/policy"))["version"] == 2
    assert body(await teacher.put("/v1/policy", json=decision), 403)["scope"] == "matching:run"
    assert body(await teacher.post("/v1/policy/dry-run", json=decision), 403)["scope"] == "matching:run"


async def test_a_policy_that_contradicts_itself_is_refused_in_the_reader_s_language(people):
    """With the field, the value and the remedy; nothing is stored."""
    coordinator, _, _ = people
    floors = [{"territory": "48", "under_reached": True, "lowest_rate": rate} for rate in (0.5, 0.8)]
    decision = {"settings": {"floors": floors}, "reason": "les deux"}

    refused = body(await coordinator.put("/v1/policy", json=decision, headers={"Accept-Language": "fr"}), 422)

    assert refused["detail"] == "Certains champs sont à corriger ; rien n'a été enregistré."
    assert refused["fields"][0]["field"] == "settings.floors[1].lowest_rate"
    assert "gardez-en un" in refused["fields"][0]["message"]
    assert body(await coordinator.get("/v1/policy"))["version"] == 2


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"weights": {"theme": 1.5}}, "settings.weights.theme"),
        ({"weights": {"travel": -0.1}}, "settings.weights.travel"),
        ({"weights": {"fill": "beaucoup"}}, "settings.weights.fill"),
        ({"weights": {"theem": 0.5}}, "settings.weights.theem"),
        ({"floor_share": 1.01}, "settings.floor_share"),
        ({"floors": [{"territory": "48", "under_reached": True, "lowest_rate": 2}]}, "settings.floors[0].lowest_rate"),
        ({"reserved_share": 0.6}, "settings.reserved_share"),
        ({"reserved_until_days": 3}, "settings.reserved_until_days"),
        ({"under_reached_by": []}, "settings.under_reached_by"),
        ({"under_reached_by": ["unlucky"]}, "settings.under_reached_by[0]"),
        ({"monthly_contacts": 0}, "settings.monthly_contacts"),
    ],
)
async def test_what_is_out_of_range_is_refused_with_its_field(region, settings, field):
    """Set or only tried, in both languages; nothing is stored."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    decision = {"settings": settings, "reason": "trop"}
    said = set()

    for language in ("en", "fr"):
        asked = {"headers": {"Accept-Language": language}, "json": decision}
        for answer in (
            await coordinator.put("/v1/policy", **asked),
            await coordinator.post("/v1/policy/dry-run", **asked),
        ):
            (fault,) = body(answer, 422)["fields"]
            assert fault["field"] == field
            said.add(fault["message"])

    assert len(said) == 2
    assert body(await coordinator.get("/v1/policy"))["version"] == 1
