"""`passerelle keys`: the operator asks the running gateway, over NATS."""

import asyncio
import os
import sys
from pathlib import Path

from contracts.companies.profiles import GetCompany
from contracts.errors import NotFound
from contracts.identifiers import uuid7
from contracts.vocabulary import Role
from tests.component.gateway.given import Gateway, bearer, played, until
from tests.component.gateway.resources import a_company

ROOT = Path(__file__).parents[3]


async def keys(gateway: Gateway, *arguments: str) -> tuple[int, str]:
    """Exit code and everything it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy", "keys", *arguments),
        cwd=ROOT,
        env={**os.environ, "PASSERELLE_NATS_URL": gateway.servers.nats_url("operator"), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_a_key_is_made_used_listed_and_revoked(gateway: Gateway):
    """`create` prints nothing but the secret; `list` never shows it; `revoke` ends it."""
    company = a_company()

    async with played(gateway, GetCompany, company):
        code, made = await keys(
            gateway, "create", "--role", "company", "--organisation", str(company.id), "--label", "Atelier"
        )
    secret = made.strip()
    me = await gateway.get("/v1/me", bearer(secret))
    listed = await keys(gateway, "list")
    revoked = await keys(gateway, "revoke", secret.split("_")[1])

    async def refused():
        return (await gateway.get("/v1/me", bearer(secret))).status_code == 401

    assert code == 0
    assert (me.json()["role"], me.json()["organisation_id"]) == ("company", str(company.id))
    assert listed[0] == 0
    assert "Atelier" in listed[1]
    # What follows the key's id is the secret, and may have an underscore in it.
    assert secret.split("_", 2)[2] not in listed[1]
    assert revoked == (0, f"Revoked: company {company.id} Atelier\n")
    await until(refused)


async def test_a_key_for_nobody_is_refused_in_one_sentence(gateway: Gateway):
    """An organisation that is not there, an id of the wrong form, a key that does not exist."""
    nobody = str(uuid7())

    async with played(gateway, GetCompany, NotFound(thing="company", id=nobody)):
        absent = await keys(gateway, "create", "--role", "company", "--organisation", nobody)
    malformed = await keys(gateway, "create", "--role", "association", "--organisation", "Les Petits Débrouillards")
    unknown = await keys(gateway, "revoke", nobody)

    for code, output in (absent, malformed, unknown):
        assert code == 1
        assert output.startswith("Error: ")
        assert len(output.splitlines()) == 1
    assert nobody in absent[1]
    assert "UUID" in malformed[1]
    assert await gateway.connection.fetchval("select count(*) from api_key") == 0


async def test_a_coordinator_s_key_opens_the_door(gateway: Gateway):
    """The first key of a fresh system."""
    _, made = await keys(gateway, "create", "--role", "coordinator", "--scope", "read")

    me = (await gateway.get("/v1/me", bearer(made.strip()))).json()

    assert (me["role"], me["scopes"]) == (Role.COORDINATOR, ["read"])
