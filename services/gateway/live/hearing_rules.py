"""Who hears of a change, what they are told of it, and how it is written in a stream of server-sent events."""

from uuid import UUID

import msgspec

from contracts.caller import Caller
from contracts.gateway.live import LiveChange
from contracts.vocabulary import Role

# The one kind that is nobody's but its addressee's: coordinators, who hear of all else, do not read others' notices.
NOTICE = "notice"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change and who may hear of it: parties, or everybody.

    `former_parties` and `was_public` say who could see the thing until now.
    """

    kind: str
    thing_id: UUID
    version: int
    state: str
    parties: tuple[str, ...] = ()
    public: bool = False
    former_parties: tuple[str, ...] = ()
    was_public: bool = False


class Ears(msgspec.Struct, frozen=True):
    """What somebody hears: what is of some parties, and for coordinators everything."""

    parties: frozenset[str]
    coordinator: bool = False


def head_of(party: str) -> str:
    """The head of a school as a party of its own: teachers hear of nothing that is for the head alone."""
    return f"{party}/head"


def ears_of(caller: Caller) -> Ears:
    """What a caller hears."""
    parties = {caller.party, head_of(caller.party)} if caller.role is Role.HEAD else {caller.party}
    return Ears(frozenset(parties), caller.is_coordinator)


def heard(change: Change, ears: Ears) -> LiveChange | None:
    """What somebody is told of a change; None where it is not for them."""
    if change.public or not ears.parties.isdisjoint(change.parties) or (ears.coordinator and change.kind != NOTICE):
        state = change.state
    elif change.was_public or not ears.parties.isdisjoint(change.former_parties):
        state = ""
    else:
        return None
    return LiveChange(kind=change.kind, id=change.thing_id, version=change.version, state=state)


def written(number: int, change: LiveChange) -> bytes:
    """A change as two events, one for who follows the thing and one for who follows its kind.

    Only the last one carries the number: a reader who comes back after half of it is told both again.
    """
    data = msgspec.json.encode(change)
    return b"event: %b-%b\ndata: %b\n\nevent: %b\nid: %d\ndata: %b\n\n" % (
        change.kind.encode(),
        str(change.id).encode(),
        data,
        change.kind.encode(),
        number,
        data,
    )


def written_position(number: int) -> bytes:
    """Where a stream stands, which no reader sees: whoever comes back without having heard anything goes on there."""
    return b": still there\nid: %d\n\n" % number


def written_reload(number: int) -> bytes:
    """That it is not known any more what changed since: whoever shows anything has to read it anew."""
    return b"event: reload\nid: %d\ndata: {}\n\n" % number


def written_pause(milliseconds: int) -> bytes:
    """How long to wait before coming back."""
    return b"retry: %d\n\n" % milliseconds
