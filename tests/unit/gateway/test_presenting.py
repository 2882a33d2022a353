"""`allowed_actions` is what this caller, with this key, may try next."""

from datetime import UTC, datetime

import msgspec
import pytest

from contracts import machines
from contracts.caller import SCOPES_OF_ROLE, SYSTEM, Caller, Scope
from contracts.companies.profiles import Company, Site
from contracts.identifiers import uuid7
from contracts.message import Resource
from contracts.place import Place
from contracts.vocabulary import OrganisationKind, Role
from services.gateway.api.presenting import WAYS, allowed_actions, present
from tests.component.gateway.resources import a_booking, a_slot, an_association, an_intervention, an_offer

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


def school_key(role, uai="0310001A"):
    return Caller(
        key_id="k",
        role=role,
        organisation=OrganisationKind.SCHOOL,
        organisation_id=uai,
        scopes=SCOPES_OF_ROLE[role],
    )


def test_only_the_head_approves():
    """A head of school does what its teachers do, and answers for them; another school's head does nothing."""
    booking = a_booking(a_slot(an_offer(COMPANY)), "0310001A")

    assert allowed_actions(booking, school_key(Role.TEACHER)) == ("cancel", "reschedule")
    assert allowed_actions(booking, school_key(Role.HEAD)) == ("approve", "refuse", "cancel", "reschedule")
    assert allowed_actions(booking, school_key(Role.HEAD, "0310002B")) == ()


def test_any_school_may_book_an_open_slot_and_wait_for_a_full_one():
    """By the scope of bookings; whoever offers it sees what is theirs."""
    slot = a_slot(an_offer(COMPANY))
    full = msgspec.structs.replace(slot, state="full")

    assert allowed_actions(slot, school_key(Role.TEACHER)) == ("book",)
    assert allowed_actions(full, school_key(Role.TEACHER)) == ("wait",)
    assert allowed_actions(full, company_key(COMPANY.id)) == ("change", "close", "cancel")


def test_an_association_answers_its_own_interventions():
    """And takes its yes back; company and school only read them."""
    association = an_association()
    asked = an_intervention(a_booking(a_slot(an_offer(COMPANY)), "0310001A"), association)
    mediator = Caller(
        key_id="k",
        role=Role.ASSOCIATION,
        organisation=OrganisationKind.ASSOCIATION,
        organisation_id=str(association.id),
        scopes=SCOPES_OF_ROLE[Role.ASSOCIATION],
    )

    assert allowed_actions(asked, mediator) == ("accept", "decline")
    assert allowed_actions(msgspec.structs.replace(asked, state="accepted"), mediator) == ("withdraw",)
    assert allowed_actions(asked, company_key(COMPANY.id)) == ()


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
