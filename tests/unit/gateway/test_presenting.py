"""`allowed_actions` is what this caller, with this key, may try next."""

from datetime import UTC, datetime

import pytest

from contracts import machines
from contracts.caller import SCOPES_OF_ROLE, SYSTEM, Caller, Scope
from contracts.companies.profiles import Company, Site
from contracts.identifiers import uuid7
from contracts.message import Resource
from contracts.place import Place
from contracts.vocabulary import OrganisationKind, Role
from services.gateway.api.presenting import WAYS, allowed_actions, present

NOW = datetime(2027, 1, 1, tzinfo=UTC)
COMPANY = Company(id=uuid7(), siren="552081317", name="Ateliers", state="approved", created_at=NOW, changed_at=NOW)


def company_key(company_id, scopes=SCOPES_OF_ROLE[Role.COMPANY]):
    return Caller(
        key_id="k",
        role=Role.COMPANY,
        organisation=OrganisationKind.COMPANY,
        organisation_id=str(company_id),
        scopes=scopes,
    )


def test_a_company_may_change_itself_and_a_coordinator_may_suspend_it():
    """Each sees its own moves, in the machine's order."""
    assert allowed_actions(COMPANY, company_key(COMPANY.id)) == ("change",)
    assert allowed_actions(COMPANY, SYSTEM) == ("change", "suspend")


def test_another_company_may_do_nothing():
    """Nothing is offered that would be refused."""
    assert allowed_actions(COMPANY, company_key(uuid7())) == ()


def test_a_key_without_the_scope_is_offered_nothing():
    """The route would refuse it."""
    assert allowed_actions(COMPANY, company_key(COMPANY.id, (Scope.READ,))) == ()


def test_what_has_no_machine_has_no_actions():
    """A site is presented as it is, and so is anything that is no resource."""
    place = Place(commune="31555", commune_name="Toulouse", department="31", latitude=43.6, longitude=1.4)
    site = Site(id=uuid7(), company_id=COMPANY.id, name="Usine", place=place)

    assert present(site, SYSTEM) == site
    assert present(("no", "resource"), SYSTEM) == ("no", "resource")


def test_presenting_replaces_what_came_along():
    """Only the caller's own actions leave, whatever an owner wrote."""
    told = present(COMPANY, company_key(COMPANY.id))

    assert told.allowed_actions == ("change",)
    assert COMPANY.allowed_actions == ()


@pytest.mark.parametrize("kind", WAYS, ids=lambda kind: kind.__name__)
def test_every_way_names_fields_that_are_there(kind):
    """A renamed field must not silently take everybody's actions away."""
    ways = WAYS[kind]

    assert issubclass(kind, Resource)
    assert "state" in kind.__struct_fields__
    for field in (ways.company, ways.association, ways.school):
        assert field in {"", "*", *kind.__struct_fields__}


def test_every_machine_is_presented():
    """No machine is forgotten."""
    declared = {value for value in vars(machines).values() if isinstance(value, machines.Machine)}

    assert {ways.machine for ways in WAYS.values()} == declared
