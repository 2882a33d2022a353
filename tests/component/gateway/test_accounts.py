"""Who may make, see and close the accounts that people sign in to: whoever may do so with keys of the same role."""

import asyncio
import os
import sys

import pytest

from contracts.caller import Scope
from contracts.companies.profiles import GetCompany
from contracts.errors import NotFound
from contracts.identifiers import uuid7
from contracts.matchmaker.schools import GetSchool
from contracts.vocabulary import Role
from tests.component.gateway.given import Gateway, played
from tests.component.gateway.resources import a_company, a_school, a_uai
from tests.conftest import ROOT


async def make(gateway, headers, **given):
    """The answer to somebody who wants an account made."""
    return await gateway.http.post("/v1/accounts", headers=headers, json={"email": "camille@exemple.fr"} | given)


async def count(gateway):
    return await gateway.connection.fetchval("select count(*) from account")


async def test_a_coordinator_makes_accounts_for_organisations_that_exist(shared_gateway):
    """The answer says where it is found; the organisation has the directory's name."""
    headers, company = await shared_gateway.headers(Role.COORDINATOR), a_company(name="Ateliers du Tarn")
    nobody = str(uuid7())

    async with played(shared_gateway, GetCompany, company):
        made = await make(shared_gateway, headers, role="company", organisation_id=str(company.id), name=" Camille  P ")
    async with played(shared_gateway, GetCompany, NotFound(thing="company", id=nobody)):
        refused = await make(shared_gateway, headers, role="company", organisation_id=nobody)
    listed = await shared_gateway.items("/v1/accounts", headers)

    assert made.status_code == 201
    assert made.headers["location"] == f"/v1/accounts/{made.json()['id']}"
    account = made.json()
    assert (account["email"], account["name"], account["role"]) == ("camille@exemple.fr", "Camille P", "company")
    assert (account["organisation"], account["organisation_id"]) == ("company", str(company.id))
    assert (account["demo"], account["closed_at"], account["last_sign_in_at"]) == (False, None, None)
    assert account["id"] in {each["id"] for each in listed}
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["fields"]] == ["organisation_id"]


async def test_one_person_has_several_accounts_and_each_once(shared_gateway):
    """In another role, yes; twice in the same for the same organisation, no, however the address is written."""
    headers, uai = await shared_gateway.headers(Role.COORDINATOR), a_uai()

    async with played(shared_gateway, GetSchool, a_school(uai=uai)):
        teacher = await make(shared_gateway, headers, role="teacher", organisation_id=uai)
        head = await make(shared_gateway, headers, role="head", organisation_id=uai)
        again = await make(shared_gateway, headers, role="head", organisation_id=uai, email=" Camille@Exemple.FR ")
        await shared_gateway.http.delete(f"/v1/accounts/{head.json()['id']}", headers=headers)
        anew = await make(shared_gateway, headers, role="head", organisation_id=uai)

    assert (teacher.status_code, head.status_code) == (201, 201)
    assert (again.status_code, again.json()["slug"]) == (409, "already-exists")
    assert anew.status_code == 201


async def test_the_same_request_makes_one_account(shared_gateway):
    """Sent again with its idempotency key it gets the same answer."""
    headers = await shared_gateway.headers(Role.COORDINATOR) | {"Idempotency-Key": str(uuid7())}

    first = await make(shared_gateway, headers, role="coordinator", email="deux@exemple.fr")
    again = await make(shared_gateway, headers, role="coordinator", email="deux@exemple.fr")

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()


async def test_a_head_makes_and_closes_teachers_of_the_own_school_only(shared_gateway):
    """No account of another school, of a company, or of the Region; none of them is seen either."""
    uai, other = a_uai(), a_uai()
    head = await shared_gateway.headers(Role.HEAD, uai)
    other_head = await shared_gateway.headers(Role.HEAD, other)

    made = await make(shared_gateway, head, role="teacher", organisation_id=uai, email="prof@exemple.fr")
    elsewhere = await make(shared_gateway, head, role="teacher", organisation_id=other)
    region = await make(shared_gateway, head, role="coordinator")
    path = f"/v1/accounts/{made.json()['id']}"

    assert made.status_code == 201
    assert (elsewhere.status_code, region.status_code) == (403, 403)
    assert [each["email"] for each in await shared_gateway.items("/v1/accounts", head)] == ["prof@exemple.fr"]
    assert await shared_gateway.items("/v1/accounts", other_head) == []
    assert (await shared_gateway.http.delete(path, headers=other_head)).status_code == 404
    assert (await shared_gateway.http.delete(path, headers=head)).status_code == 204
    # Closed already, it stays so.
    assert (await shared_gateway.http.delete(path, headers=head)).status_code == 204
    (closed,) = await shared_gateway.items("/v1/accounts", head)
    assert closed["closed_at"] is not None
    assert (await shared_gateway.http.delete(f"/v1/accounts/{uuid7()}", headers=head)).status_code == 404


async def test_a_teacher_closes_no_head(shared_gateway):
    """Even with a key that manages keys."""
    uai = a_uai()
    head = await make(
        shared_gateway, await shared_gateway.headers(Role.HEAD, uai), role="head", organisation_id=uai, email="d@e.fr"
    )
    teacher = await shared_gateway.headers(Role.TEACHER, uai, (Scope.KEYS,))

    refused = await shared_gateway.http.delete(f"/v1/accounts/{head.json()['id']}", headers=teacher)

    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "coordinator", "email": "camille"}, "email"),
        ({"role": "coordinator", "email": "camille@exemple"}, "email"),
        ({"role": "coordinator", "email": "Ca mille@exemple.fr"}, "email"),
        ({"role": "coordinator", "email": "camille\u0000@exemple.fr"}, "email"),
        ({"role": "coordinator", "email": "hélène@exemple.fr"}, "email"),
        ({"role": "coordinator", "email": f"{'a' * 200}@exemple.fr"}, "email"),
        ({"role": "coordinator", "name": "x" * 101}, "name"),
        ({"role": "teacher", "organisation_id": "0310001X"}, "organisation_id"),
        ({"role": "company", "organisation_id": "Airbus"}, "organisation_id"),
        ({"role": "boss"}, "role"),
        ({}, "role"),
        ({"role": "coordinator", "demo": True}, "demo"),
    ],
)
async def test_a_wrong_request_names_its_field(shared_gateway, body, field):
    """Nothing is made of it."""
    headers, before = await shared_gateway.headers(Role.COORDINATOR), await count(shared_gateway)

    answer = await make(shared_gateway, headers, **body)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["fields"]] == [field]
    assert await count(shared_gateway) == before


async def accounts(gateway: Gateway, *arguments: str) -> tuple[int, str]:
    """Exit code and output of `passerelle accounts …`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy", "accounts", *arguments),
        cwd=ROOT,
        env={**os.environ, "PASSERELLE_NATS_URL": gateway.servers.nats_url("operator"), "COLUMNS": "250"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_the_operator_adds_lists_and_closes(gateway: Gateway):
    """The first account of a fresh system is made so."""
    code, made = await accounts(gateway, "add", "region@exemple.fr", "--role", "coordinator", "--name", "Élodie")
    (account,) = await gateway.items("/v1/accounts", await gateway.headers(Role.COORDINATOR))
    listed = await accounts(gateway, "list")
    closed = await accounts(gateway, "close", account["id"])

    assert (code, made) == (0, f"Made: {account['id']} region@exemple.fr, coordinator, Région Occitanie\n")
    assert listed[0] == 0
    assert all(words in listed[1] for words in ("region@exemple.fr", "Élodie", "coordinator", "never", "open"))
    assert closed == (0, "Closed: region@exemple.fr, coordinator, Région Occitanie\n")
    assert await gateway.connection.fetchval("select closed_at is not null from account")


async def test_the_operator_is_refused_in_one_sentence(gateway: Gateway):
    """An organisation that is not there, an address that is none, an account that does not exist."""
    nobody = str(uuid7())

    async with played(gateway, GetCompany, NotFound(thing="company", id=nobody)):
        absent = await accounts(gateway, "add", "a@exemple.fr", "--role", "company", "--organisation", nobody)
    wrong = await accounts(gateway, "add", "a b@exemple.fr", "--role", "coordinator")
    unknown = await accounts(gateway, "close", nobody)

    for code, output in (absent, wrong, unknown):
        assert code == 1
        assert output.startswith("Error: ")
        assert len(output.splitlines()) == 1
    assert nobody in absent[1]
    assert await count(gateway) == 0
