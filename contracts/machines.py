"""Who may move what from which state to which: PRODUCT's machines as tables.

The owner of a thing decides by its table (and by its own guards: deadlines, capacity); the
gateway reads the same table to say which actions a caller has. `system` acts by timers.
"""

from collections.abc import Iterable

import msgspec

from contracts.errors import Invalid, NotYours, TransitionRefused, Wording

# A head of school is `school` too; only the approval of a booking is the head's alone.
COMPANY, ASSOCIATION, SCHOOL, HEAD, COORDINATOR, SYSTEM = (
    "company",
    "association",
    "school",
    "head",
    "coordinator",
    "system",
)


class Move(msgspec.Struct, frozen=True):
    """One action: from any of `sources` to `target`, by any of `actors`."""

    action: str
    sources: frozenset[str]
    target: str
    actors: frozenset[str]


class Machine(msgspec.Struct, frozen=True):
    """The moves of one kind of thing."""

    thing: str
    moves: tuple[Move, ...]

    def step(self, state: str, action: str, actors: Iterable[str]) -> str:
        """The state that the action leads to (the same one where the move changes no state).

        Raises NotYours where the action is never for these actors, TransitionRefused where it is but not
        in this state: whoever has accepted already is told so, not shown the door.
        """
        mine = frozenset(actors)
        moves = [move for move in self.moves if move.action == action]
        for move in moves:
            if state in move.sources and move.actors & mine:
                return move.target or state
        if moves and not any(move.actors & mine for move in moves):
            raise NotYours(allowed_actions=self.allowed(state, mine))
        raise TransitionRefused(
            action=action,
            state=state,
            rule=Wording("its state does not allow it", "cet état ne le permet pas"),
            allowed_actions=self.allowed(state, mine),
        )

    def move(self, state: str, action: str, actors: Iterable[str]) -> str:
        """As `step`, for a word that came from outside: raises Invalid where no move is called so.

        An action that changes no state (`change`, `book`) has a request of its own and is no move.
        """
        known = tuple(dict.fromkeys(m.action for m in self.moves if m.target))
        if action not in known:
            words = ", ".join(known)
            raise Invalid.field(
                "action",
                f"A {self.thing} knows no action '{action[:40]}': choose among {words}.",
                f"Action « {action[:40]} » inconnue : choisissez parmi {words}.",
            )
        return self.step(state, action, actors)

    def allowed(self, state: str, actors: Iterable[str]) -> tuple[str, ...]:
        """The actions that somebody acting as any of `actors` has in this state."""
        mine = frozenset(actors)
        return tuple(m.action for m in self.moves if state in m.sources and m.actors & mine)


def _move(action: str, sources: str, target: str, *actors: str) -> Move:
    return Move(action, frozenset(sources.split()), target, frozenset(actors))


COMPANY_PROFILE = Machine(
    "company",
    (
        _move("change", "shadow claimed approved", "", COMPANY, COORDINATOR),
        _move("approve", "shadow claimed suspended", "approved", COORDINATOR),
        _move("suspend", "approved", "suspended", COORDINATOR),
    ),
)

ASSOCIATION_PROFILE = Machine(
    "association",
    (
        _move("change", "shadow claimed approved", "", ASSOCIATION, COORDINATOR),
        _move("approve", "shadow claimed suspended", "approved", COORDINATOR),
        _move("suspend", "approved", "suspended", COORDINATOR),
    ),
)

JOB_NEED = Machine(
    "job need",
    (
        _move("change", "draft in_review published", "", COMPANY, COORDINATOR),
        _move("publish", "draft", "published", COMPANY, COORDINATOR),
        _move("approve", "in_review", "published", COORDINATOR),
        _move("fill", "published", "filled", COMPANY, COORDINATOR),
        _move("withdraw", "draft in_review published", "withdrawn", COMPANY, COORDINATOR),
        _move("expire", "published", "expired", SYSTEM),
    ),
)

VISIT_OFFER = Machine(
    "visit offer",
    (
        _move("change", "draft in_review published paused rejected", "", COMPANY, COORDINATOR),
        _move("publish", "draft rejected", "published", COMPANY, COORDINATOR),
        _move("approve", "in_review", "published", COORDINATOR),
        _move("reject", "in_review", "rejected", COORDINATOR),
        _move("pause", "published", "paused", COMPANY, COORDINATOR),
        _move("resume", "paused", "published", COMPANY, COORDINATOR),
        _move("archive", "draft in_review published paused rejected", "archived", COMPANY, COORDINATOR),
        _move("still-valid", "published paused", "", COMPANY, COORDINATOR),
    ),
)

# "full" is "open" with no place left: the owner moves between the two by counting.
SLOT = Machine(
    "slot",
    (
        _move("book", "open", "", SCHOOL, COORDINATOR),
        _move("wait", "full", "", SCHOOL, COORDINATOR),
        _move("change", "open full closed", "", COMPANY, COORDINATOR),
        _move("close", "open full", "closed", COMPANY, COORDINATOR),
        _move("reopen", "closed", "open", COMPANY, COORDINATOR),
        _move("cancel", "open full closed", "cancelled", COMPANY, COORDINATOR),
        _move("finish", "open full closed", "done", SYSTEM),
    ),
)

BOOKING = Machine(
    "booking",
    (
        _move("approve", "requested", "approved", HEAD, COORDINATOR),
        _move("refuse", "requested", "refused", HEAD, COORDINATOR),
        _move("confirm", "approved", "confirmed", COMPANY, COORDINATOR),
        _move("decline", "approved", "declined", COMPANY, COORDINATOR),
        # Taking an offered place leads to whoever has to answer next: the owner decides.
        _move("accept", "offered", "requested", SCHOOL, COORDINATOR),
        _move("cancel", "requested approved confirmed waitlisted offered", "cancelled", SCHOOL, COMPANY, COORDINATOR),
        _move("reschedule", "requested approved confirmed", "", SCHOOL, COMPANY, COORDINATOR),
        _move("complete", "confirmed presumed_done", "", SCHOOL, COMPANY, COORDINATOR),
        _move("no-show", "confirmed presumed_done", "", SCHOOL, COMPANY, COORDINATOR),
        _move("offer", "waitlisted", "offered", SYSTEM),
        _move("expire", "requested approved waitlisted offered", "expired", SYSTEM),
        _move("presume", "confirmed", "presumed_done", SYSTEM),
    ),
)
# Still to be answered by somebody.
PENDING_BOOKING_STATES = frozenset({"requested", "approved", "offered"})
# After the visit: nothing holds these up, and the place stays counted.
PAST_BOOKING_STATES = frozenset({"completed", "no_show", "presumed_done"})
# Those that hold a place of their slot, and their class's day.
LIVE_BOOKING_STATES = PENDING_BOOKING_STATES | {"confirmed"} | PAST_BOOKING_STATES

CAPACITY = Machine(
    "capacity",
    (
        _move("change", "published", "", ASSOCIATION, COORDINATOR),
        _move("withdraw", "published", "withdrawn", ASSOCIATION, COORDINATOR),
        _move("expire", "published", "expired", SYSTEM),
    ),
)

PARTNERSHIP = Machine(
    "partnership",
    (
        _move("start", "agreed", "active", COMPANY, ASSOCIATION, COORDINATOR),
        _move("close", "agreed active", "closed", COMPANY, ASSOCIATION, COORDINATOR),
    ),
)

INTERVENTION = Machine(
    "intervention",
    (
        _move("accept", "requested", "accepted", ASSOCIATION, COORDINATOR),
        _move("decline", "requested", "declined", ASSOCIATION, COORDINATOR),
        _move("withdraw", "accepted", "withdrawn", ASSOCIATION, COORDINATOR),
        _move("expire", "requested", "expired", SYSTEM),
        _move("cancel", "requested accepted", "cancelled", SYSTEM),
        _move("finish", "accepted", "done", SYSTEM),
    ),
)
# Those that take one of a capacity's interventions.
LIVE_INTERVENTION_STATES = frozenset({"requested", "accepted", "done"})

CLASS_REQUEST = Machine(
    "class request",
    (
        _move("change", "open", "", SCHOOL, COORDINATOR),
        _move("withdraw", "open", "withdrawn", SCHOOL, COORDINATOR),
        _move("expire", "open", "expired", SYSTEM),
    ),
)

VISIT_PROPOSAL = Machine(
    "visit proposal",
    (
        _move("accept", "proposed", "accepted", SCHOOL, COORDINATOR),
        _move("decline", "proposed", "declined", SCHOOL, COORDINATOR),
        _move("expire", "proposed", "expired", SYSTEM),
        # A booked one is withdrawn when its booking is declined or cancelled: the class needs another.
        _move("withdraw", "proposed accepted booked", "withdrawn", SYSTEM),
        _move("book", "accepted", "booked", SYSTEM),
    ),
)
OPEN_VISIT_PROPOSAL_STATES = frozenset({"proposed", "accepted"})

PARTNERSHIP_PROPOSAL = Machine(
    "partnership proposal",
    (
        _move("accept", "proposed", "accepted_by_company", COMPANY),
        _move("accept", "proposed", "accepted_by_association", ASSOCIATION),
        _move("accept", "accepted_by_association", "agreed", COMPANY),
        _move("accept", "accepted_by_company", "agreed", ASSOCIATION),
        _move("decline", "proposed accepted_by_association", "declined", COMPANY),
        _move("decline", "proposed accepted_by_company", "declined", ASSOCIATION),
        _move("expire", "proposed accepted_by_company accepted_by_association", "expired", SYSTEM),
        _move("withdraw", "proposed accepted_by_company accepted_by_association", "withdrawn", SYSTEM),
    ),
)
OPEN_PARTNERSHIP_PROPOSAL_STATES = frozenset({"proposed", "accepted_by_company", "accepted_by_association"})

MATCH_RUN = Machine(
    "match run",
    (
        _move("solve", "requested", "solving", SYSTEM),
        _move("sweep", "solving", "sweeping", SYSTEM),
        _move("complete", "sweeping", "completed", SYSTEM),
        _move("fail", "requested solving sweeping", "failed", SYSTEM),
    ),
)
ENDED_MATCH_RUN_STATES = frozenset({"completed", "failed"})
