"""The matching policy over HTTP: read by everybody, changed and tried by the Region."""

import msgspec
import pytest

from contracts.identifiers import uuid7
from contracts.matchmaker.equity import EquityCell, EquityTable
from contracts.matchmaker.policies import (
    CellFloor,
    ChangePolicy,
    GetPolicy,
    ListPolicies,
    Policy,
    PolicyEffect,
    PolicyOutcome,
    PolicySettings,
    TryPolicy,
    Weights,
)
from contracts.message import Page
from contracts.vocabulary import Role
from services.gateway.directory.cursors import encode_cursor
from tests.component.gateway.given import Gateway, played
from tests.component.gateway.resources import NOW, a_uai

POLICY = Policy(id=uuid7(), version=7, settings=PolicySettings(), reason="Équité", changed_by="key", changed_at=NOW)
OUTCOME = PolicyOutcome(
    visits=3,
    classes_served=2,
    gap=0.0,
    equity=EquityTable(
        cells=(
            EquityCell(territory="48", under_reached=True, classes=4, served_before=1, served=2, floor=3, deficit=1),
        )
    ),
)
EFFECT = PolicyEffect(before=OUTCOME, after=OUTCOME, kept=2, withdrawn=1, made=1)
SETTINGS = {
    "weights": {"under_reached": 0.4},
    "floors": [{"territory": "48", "under_reached": True, "lowest_rate": 0.5}],
}
DECIDED = {"settings": SETTINGS, "reason": "La Lozère d'abord"}
MEANT = PolicySettings(
    weights=Weights(under_reached=0.4), floors=(CellFloor(territory="48", under_reached=True, lowest_rate=0.5),)
)


def as_json(answer):
    return msgspec.json.decode(msgspec.json.encode(answer))


async def test_everybody_reads_the_policy_in_force_and_every_version(shared_gateway: Gateway):
    """With its version as the ETag; a page of versions is followed by its cursor."""
    headers = await shared_gateway.headers(Role.COMPANY, str(uuid7()))

    async with played(shared_gateway, GetPolicy, POLICY) as got:
        in_force = await shared_gateway.get("/v1/policy", headers)
        seventh = await shared_gateway.get("/v1/policy/versions/7", headers)
    async with played(shared_gateway, ListPolicies, Page(items=(POLICY,), next_cursor="7")) as listed:
        page = (await shared_gateway.get("/v1/policy/versions", headers, limit=1)).json()
        await shared_gateway.get("/v1/policy/versions", headers, cursor=page["next_cursor"])

    assert in_force.json() == seventh.json() == as_json(POLICY)
    assert in_force.headers["etag"] == '"7"'
    assert [question for question, _ in got] == [GetPolicy(), GetPolicy(policy_version=7)]
    assert page["items"] == [as_json(POLICY)]
    assert [question for question, _ in listed] == [ListPolicies(limit=1), ListPolicies(before_version=7)]


async def test_the_last_page_of_versions_has_no_cursor(shared_gateway: Gateway):
    """There is nothing to follow."""
    async with played(shared_gateway, ListPolicies, Page(items=(POLICY,))):
        page = await shared_gateway.get("/v1/policy/versions", await shared_gateway.headers(Role.TEACHER, a_uai()))

    assert page.json()["next_cursor"] is None


async def test_a_change_names_the_version_that_it_rests_on(shared_gateway: Gateway):
    """And its idempotency key."""
    headers = await shared_gateway.headers(Role.COORDINATOR) | {"If-Match": '"6"', "Idempotency-Key": "once"}

    async with played(shared_gateway, ChangePolicy, POLICY) as asked:
        changed = await shared_gateway.http.put("/v1/policy", headers=headers, json=DECIDED)

    ((question, sent),) = asked
    assert (changed.status_code, changed.json(), changed.headers["etag"]) == (200, as_json(POLICY), '"7"')
    assert (question.policy.settings, question.policy.reason) == (MEANT, "La Lozère d'abord")
    assert (sent["if-version"], sent["idempotency-key"]) == ("6", "once")


async def test_a_trial_takes_what_a_change_takes(shared_gateway: Gateway):
    """With or without its reason; it changes nothing, and so rests on no version."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    async with played(shared_gateway, TryPolicy, EFFECT) as asked:
        tried = [
            await shared_gateway.http.post("/v1/policy/dry-run", headers=headers, json=body)
            for body in (DECIDED, {"settings": SETTINGS})
        ]

    assert [each.status_code for each in tried] == [200, 200]
    assert [each.json() for each in tried] == [as_json(EFFECT)] * 2
    assert [question.policy.settings for question, _ in asked] == [MEANT, MEANT]


@pytest.mark.parametrize(
    ("settings", "field", "said"),
    [
        ({"weights": {"theme": 1.5}}, "settings.weights.theme", "1.0"),
        ({"weights": {"travel": -0.1}}, "settings.weights.travel", "0.0"),
        ({"weights": {"thema": 1}}, "settings.weights", "thema"),
        ({"floor_share": 2}, "settings.floor_share", "1"),
        ({"reserved_share": 0.6}, "settings.reserved_share", "0.5"),
        ({"floors": [{"territory": "48", "under_reached": True, "lowest_rate": 9}]}, "lowest_rate", "1"),
        ({"under_reached_by": []}, "settings.under_reached_by", "1"),
        ({"under_reached_by": ["poor"]}, "settings.under_reached_by", "poor"),
        ({"monthly_contacts": 0}, "settings.monthly_contacts", "1"),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_what_is_out_of_range_is_refused_with_its_bound(shared_gateway: Gateway, settings, field, said, language):
    """Before the matchmaker is asked, in the reader's language."""
    headers = await shared_gateway.headers(Role.COORDINATOR) | {"Accept-Language": language, "If-Match": "*"}
    body = {"settings": settings, "reason": "because"}

    for method, path in (("PUT", "/v1/policy"), ("POST", "/v1/policy/dry-run")):
        refused = await shared_gateway.http.request(method, path, headers=headers, json=body)

        assert refused.status_code == 422, refused.text
        (fault,) = refused.json()["fields"]
        assert field in fault["field"]
        assert said in fault["message"]


async def test_a_change_needs_its_reason(shared_gateway: Gateway):
    """Of three characters at least."""
    headers = await shared_gateway.headers(Role.COORDINATOR) | {"If-Match": "*"}

    for body in ({"settings": {}}, {"settings": {}, "reason": "no"}):
        refused = await shared_gateway.http.put("/v1/policy", headers=headers, json=body)

        assert refused.status_code == 422
        assert "reason" in refused.text


@pytest.mark.parametrize("path", ["/v1/policy/versions/0", "/v1/policy/versions/99999999999", "/v1/policy/versions/x"])
async def test_an_address_that_is_no_version_leads_nowhere(shared_gateway: Gateway, path):
    """No version has such a number."""
    answer = await shared_gateway.get(path, await shared_gateway.headers(Role.TEACHER, a_uai()))

    assert answer.status_code == 404


async def test_a_forged_cursor_is_refused(shared_gateway: Gateway):
    """Whether it says nothing, or a version that cannot be."""
    headers = await shared_gateway.headers(Role.TEACHER, a_uai())

    for cursor in ("abc", encode_cursor(10**12)):
        answer = await shared_gateway.get("/v1/policy/versions", headers, cursor=cursor)

        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "cursor")
