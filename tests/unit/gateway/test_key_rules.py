"""What a key is made of, and who may make which."""

from uuid import UUID

import pytest

from contracts.caller import ALL_SCOPES, SCOPES_OF_ROLE, SYSTEM, Caller, Scope
from contracts.errors import Forbidden, Invalid, ScopeMissing
from contracts.gateway.keys import NewApiKey
from contracts.vocabulary import OrganisationKind, Role
from services.gateway.auth.rules import decide_grant, hash_secret, read_key_id, write_secret

KEY_ID = UUID("01a205a0-2e17-7ae6-b79e-bb22b195cf21")
COMPANY = "01a205a0-2e17-7ae6-b79e-bb22b195cf22"
UAI = "0310024H"


def caller(role, organisation, organisation_id, scopes=ALL_SCOPES):
    return Caller(key_id="k", role=role, organisation=organisation, organisation_id=organisation_id, scopes=scopes)


def test_a_secret_carries_its_id_and_all_its_chance():
    """The id is found again; 32 random bytes are 43 characters; equal secrets have equal hashes only."""
    secret = write_secret(KEY_ID, b"\xfb" * 32)

    assert secret == f"psl_{KEY_ID.hex}_{'-_v7' * 10}-_s"
    assert read_key_id(secret) == KEY_ID
    assert hash_secret(secret) == hash_secret(secret)
    assert hash_secret(secret) != hash_secret(write_secret(KEY_ID, b"\xfa" * 32))
    assert len(hash_secret(secret)) == 32


@pytest.mark.parametrize(
    "text",
    ["", "psl", "psl_", f"psl_{KEY_ID.hex}", f"psl_{KEY_ID.hex}_", f"sk_{KEY_ID.hex}_abc", f"psl_{'z' * 32}_abc"],
)
def test_what_is_no_key_has_no_id(text):
    """Nothing is looked up for it."""
    assert read_key_id(text) is None


@pytest.mark.parametrize(
    ("new", "organisation", "organisation_id"),
    [
        (NewApiKey(role=Role.COORDINATOR), OrganisationKind.REGION, "occitanie"),
        (NewApiKey(role=Role.COORDINATOR, organisation_id="occitanie"), OrganisationKind.REGION, "occitanie"),
        (NewApiKey(role=Role.COMPANY, organisation_id=COMPANY.upper()), OrganisationKind.COMPANY, COMPANY),
        (NewApiKey(role=Role.ASSOCIATION, organisation_id=f" {COMPANY} "), OrganisationKind.ASSOCIATION, COMPANY),
        (NewApiKey(role=Role.HEAD, organisation_id="0310024h"), OrganisationKind.SCHOOL, UAI),
    ],
)
def test_a_coordinator_makes_keys_for_anybody(new, organisation, organisation_id):
    """The organisation's id is normalised; all scopes of the role are given unless told otherwise."""
    grant = decide_grant(new, SYSTEM)

    assert (grant.organisation, grant.organisation_id) == (organisation, organisation_id)
    assert grant.scopes == SCOPES_OF_ROLE[new.role]


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewApiKey(role=Role.COORDINATOR, organisation_id="bretagne"), "organisation_id"),
        (NewApiKey(role=Role.COMPANY, organisation_id="Airbus"), "organisation_id"),
        (NewApiKey(role=Role.TEACHER, organisation_id="0310024A"), "organisation_id"),
        (NewApiKey(role=Role.TEACHER, organisation_id=UAI, scopes=(Scope.OFFERS,)), "scopes"),
    ],
)
def test_a_wrong_request_names_its_field(new, field):
    """An organisation of the wrong form, or a scope that the role never has."""
    with pytest.raises(Invalid) as refused:
        decide_grant(new, SYSTEM)

    assert [error.field for error in refused.value.fields] == [field]


def test_scopes_asked_for_are_kept_once():
    """`keys:manage` is given on demand; a scope named twice is one."""
    new = NewApiKey(role=Role.COMPANY, organisation_id=COMPANY, scopes=(Scope.KEYS, Scope.READ, Scope.READ))

    assert decide_grant(new, SYSTEM).scopes == (Scope.KEYS, Scope.READ)


@pytest.mark.parametrize(
    "new",
    [
        NewApiKey(role=Role.COORDINATOR),
        NewApiKey(role=Role.COMPANY, organisation_id=COMPANY),
        NewApiKey(role=Role.TEACHER, organisation_id="0310025J"),
        NewApiKey(role=Role.HEAD, organisation_id=UAI),
    ],
)
def test_others_make_keys_only_for_their_own_organisation_and_rank(new):
    """A teacher makes no key of the Region, of a company, of another school or of a head."""
    with pytest.raises(Forbidden):
        decide_grant(new, caller(Role.TEACHER, OrganisationKind.SCHOOL, UAI))


def test_a_head_of_school_makes_keys_for_teachers():
    """Of the same school."""
    new = NewApiKey(role=Role.TEACHER, organisation_id=UAI)

    assert decide_grant(new, caller(Role.HEAD, OrganisationKind.SCHOOL, UAI)).role is Role.TEACHER


def test_nobody_gives_a_scope_that_they_lack():
    """The missing scope is named."""
    maker = caller(Role.COMPANY, OrganisationKind.COMPANY, COMPANY, (Scope.KEYS, Scope.READ))

    with pytest.raises(ScopeMissing) as refused:
        decide_grant(NewApiKey(role=Role.COMPANY, organisation_id=COMPANY), maker)

    assert refused.value.facts == {"scope": "profile:write"}
