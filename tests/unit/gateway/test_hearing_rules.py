"""Who hears of a change: whoever may see the thing, and of a notice nobody but its addressee."""

import msgspec
import pytest

from contracts.caller import SCOPES_OF_ROLE, SYSTEM, Caller
from contracts.gateway.live import LiveChange
from contracts.identifiers import uuid7
from contracts.vocabulary import OrganisationKind, Role
from services.gateway.live.hearing_rules import (
    NOTICE,
    Change,
    ears_of,
    head_of,
    heard,
    written,
    written_pause,
    written_position,
    written_reload,
)

SCHOOL = "school:0310024H"
COMPANY = "company:1"


def a_change(**given) -> Change:
    """A change of a booking."""
    return Change(**({"kind": "booking", "thing_id": uuid7(), "version": 3, "state": "confirmed"} | given))


def ears(role: Role, organisation: OrganisationKind, organisation_id: str):
    """What somebody of an organisation hears."""
    return ears_of(
        Caller(
            key_id="k",
            role=role,
            organisation=organisation,
            organisation_id=organisation_id,
            scopes=SCOPES_OF_ROLE[role],
        )
    )


TEACHER = ears(Role.TEACHER, OrganisationKind.SCHOOL, "0310024H")
HEAD = ears(Role.HEAD, OrganisationKind.SCHOOL, "0310024H")
OTHER_HEAD = ears(Role.HEAD, OrganisationKind.SCHOOL, "0311234X")
FIRM = ears(Role.COMPANY, OrganisationKind.COMPANY, "1")
REGION = ears_of(SYSTEM)
EVERYBODY = {"teacher": TEACHER, "head": HEAD, "other head": OTHER_HEAD, "firm": FIRM, "region": REGION}


@pytest.mark.parametrize(
    ("change", "hear"),
    [
        (a_change(parties=(SCHOOL, COMPANY)), {"teacher", "head", "firm", "region"}),
        (a_change(parties=(COMPANY,)), {"firm", "region"}),
        (a_change(kind="match-run"), {"region"}),
        (a_change(kind="slot", parties=(COMPANY,), public=True), set(EVERYBODY)),
        (a_change(kind=NOTICE, parties=(SCHOOL,)), {"teacher", "head"}),
        (a_change(kind=NOTICE, parties=(head_of(SCHOOL),)), {"head"}),
        (a_change(kind=NOTICE, parties=(SYSTEM.party,)), {"region"}),
    ],
)
def test_who_hears_of_a_change(change, hear):
    """Its parties and coordinators, everybody of what is public, and of a notice its addressee alone."""
    told = {name: heard(change, each) for name, each in EVERYBODY.items()}

    assert {name for name, each in told.items() if each} == hear
    assert {each.state for each in told.values() if each} == {"confirmed"}


@pytest.mark.parametrize(
    ("change", "whole", "only_that"),
    [
        (
            a_change(kind="slot", parties=(COMPANY,), was_public=True),
            {"firm", "region"},
            {"teacher", "head", "other head"},
        ),
        (a_change(parties=(COMPANY,), former_parties=(COMPANY, SCHOOL)), {"firm", "region"}, {"teacher", "head"}),
    ],
)
def test_who_can_see_it_no_longer_hears_only_that_it_changed(change, whole, only_that):
    """What they show has to go, but where the thing stands now is not for them any more."""
    told = {name: heard(change, each) for name, each in EVERYBODY.items()}

    assert {name for name, each in told.items() if each and each.state} == whole
    assert {name for name, each in told.items() if each and not each.state} == only_that


def test_a_change_is_two_events_of_which_the_last_has_its_number():
    """So that whoever comes back after half of it is told it again."""
    change = LiveChange(kind="booking", id=uuid7(), version=3, state="confirmed")

    first, last, nothing = written(12, change).decode().split("\n\n")

    assert first.splitlines()[0] == f"event: booking-{change.id}"
    assert last.splitlines()[:2] == ["event: booking", "id: 12"]
    assert "id:" not in first.splitlines()[1].partition("data")[0]
    assert nothing == ""
    for event in (first, last):
        data = event.splitlines()[-1].removeprefix("data: ")
        assert msgspec.json.decode(data, type=LiveChange) == change


def test_what_else_is_in_a_stream():
    """Where it stands, that all is to be read anew, how long to wait."""
    assert written_position(7) == b": still there\nid: 7\n\n"
    assert written_reload(7) == b"event: reload\nid: 7\ndata: {}\n\n"
    assert written_pause(2000) == b"retry: 2000\n\n"
