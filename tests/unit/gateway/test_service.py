"""The directory misses nothing that its owners announce."""

import msgspec
import pytest

from contracts import catalogue
from contracts.matchmaker.match_runs import MatchShardWanted
from contracts.matchmaker.mediations import MediationNamed, MediationNotFound
from contracts.matchmaker.policies import PolicyChanged
from contracts.message import Resource, owner_of
from services.gateway.directory.entries import PRIVATE, entry_of, kind_of
from services.gateway.service import service

# Between the matchmaker and the associations; what comes of it is an intervention, which everybody concerned sees.
# Versions of the policy are listed by the matchmaker, which keeps them all; its replicas share out a run's territories.
NOT_KEPT = (MediationNamed, MediationNotFound, PolicyChanged, MatchShardWanted)
FOLLOWED = [event for event in catalogue.events() if owner_of(event) != service.name and event not in NOT_KEPT]


@pytest.mark.parametrize("event", FOLLOWED, ids=lambda event: event.__name__)
def test_every_event_is_followed_and_all_that_it_carries_is_kept(event):
    """A new event goes into services/gateway/service.py, a new resource into directory/entries.py."""
    assert event in service.follows

    carried = [field.type for field in msgspec.structs.fields(event) if issubclass(field.type, Resource)]
    assert carried
    for kind in carried:
        assert entry_of.dispatch(kind) is not entry_of.dispatch(str), kind


def test_kinds_have_names_of_their_own():
    """Rows of two kinds never meet."""
    kinds = {kind for event in FOLLOWED for kind in (field.type for field in msgspec.structs.fields(event))}

    assert len({kind_of(kind) for kind in kinds}) == len(kinds)
    assert kinds >= PRIVATE
