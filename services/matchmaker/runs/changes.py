"""What changed since visits were last matched: noted with the change itself, taken up by the next match.

A change says which thing is not as it was, never how: whoever takes it up looks at the thing as it is then. So a
change that is noted twice, late or in another order means the same.
"""

from enum import StrEnum

from services.matchmaker.runs import change_store
from services.matchmaker.runs.change_store import Change
from services.matchmaker.runs.triggers import rematch_visits
from services.work import Work


class ChangeKind(StrEnum):
    """What kind of thing changed; a school's id is its UAI, that of `everything` says why."""

    CLASS_REQUEST = "class_request"
    SLOT = "slot"
    VISIT_OFFER = "visit_offer"
    COMPANY = "company"
    SITE = "site"
    CAPACITY = "capacity"
    ASSOCIATION = "association"
    SCHOOL = "school"
    EVERYTHING = "everything"


def note_change(work: Work, kind: ChangeKind | str, *thing_ids: object) -> None:
    """Have visits matched again around these things, as soon as this commits."""
    if thing_ids:
        note_for_later(work, kind, *thing_ids)
        rematch_visits(work)


def note_for_later(work: Work, kind: ChangeKind | str, *thing_ids: object) -> None:
    """Have the next match look at these things, whenever it is: what happened frees nothing and asks for nothing."""
    work.gather(_note, *(Change(ChangeKind(kind), str(thing_id)) for thing_id in thing_ids))


async def _note(changes: list[Change], work: Work) -> None:
    await change_store.insert_changes(work.connection, list(dict.fromkeys(changes)))


async def end_whole_match(work: Work, since: int) -> int:
    """End a match of the whole region with a turn of its own, so that every replica loads the region afresh.

    `since` is the last turn (`change_store.find_turns`) when its facts were read: what was taken up after that is
    taken up once more, since the match knew nothing of it. To be called under the lock of matching visits.
    """
    await change_store.wait_again(work.connection, since)
    rematch_visits(work)
    return await change_store.insert_turn(work.connection, work.now, whole=True)


async def forget_old_changes(work: Work) -> None:
    """Drop what no replica can still have to catch up on: boards are of one day (scheduled every night)."""
    await change_store.delete_old_changes(work.connection)
