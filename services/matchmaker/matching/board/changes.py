"""What a board is told after events, and what it answers: plain, frozen, by ids."""

from uuid import UUID

import msgspec

from services.matchmaker.matching.inputs import Mediation, Opening, Standing, Wish
from services.matchmaker.matching.visits import VisitMatch


class BoardChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is now true of the things that events touched; what is not named here is as it was.

    `wishes`, `openings`, `mediations` are new or changed, as the facts of a whole match would tell them; the others are
    gone. `standing` has, for each class whose proposals or visits changed, all that it now holds, the empty tuple where
    that is nothing. A wish that is new, or was not told because it had all its visits, is among `wishes` as well.
    """

    wishes: tuple[Wish, ...] = ()
    gone_wishes: tuple[UUID, ...] = ()
    openings: tuple[Opening, ...] = ()
    gone_openings: tuple[UUID, ...] = ()
    mediations: tuple[Mediation, ...] = ()
    gone_mediations: tuple[UUID, ...] = ()
    standing: dict[UUID, tuple[Standing, ...]] = {}


class Withdrawal(msgspec.Struct, frozen=True):
    """A proposal to take back. `why`: `slot_unavailable` where it is no longer possible, otherwise `better_match`."""

    wish_id: UUID
    slot_id: UUID
    why: str


class BoardMoves(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be proposed and taken back so that the region is matched well again.

    `made` are new proposals. `mediators` are proposals that stay, with another mediator. `moved` counts the withdrawn
    ones of classes and slots that no event touched. `looked_at` counts the classes that were matched again. Where
    `needs_global`, too much changed at once: nothing is moved, a run of the whole region is due, and a new board.
    """

    made: tuple[VisitMatch, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    mediators: tuple[VisitMatch, ...] = ()
    moved: int = 0
    looked_at: int = 0
    needs_global: bool = False
