"""What a board would move, held against the tables before it is written.

A board knows what was true when its turn began. Where a class or slot has a newer version by now, the move is left out:
that change waits already, and brings the class up again. So does a move that could not be written for another reason;
it is looked at again with whatever happens next, and not before, since nothing else would come of it.
"""

from services.matchmaker.matching.board.changes import BoardMoves
from services.matchmaker.matching.explaining.explain import explain_visit
from services.matchmaker.matching.visits import VisitPlan
from services.matchmaker.runs.boards import RegionBoard
from services.matchmaker.runs.changes import ChangeKind, note_for_later
from services.matchmaker.runs.new_proposals import Origin
from services.matchmaker.runs.region import Region
from services.matchmaker.runs.region_parts import Touched, load_part
from services.matchmaker.runs.visit_changes import Moves, Written, write_moves
from services.work import Work


async def write_board_moves(
    work: Work, board: RegionBoard, plan: VisitPlan, moves: BoardMoves, origin: Origin
) -> Written:
    """Write what still can be, each new proposal with its explanation by the plan of the board."""
    matches = (*moves.made, *moves.mediators)
    concerned = Touched(
        requests=frozenset(match.wish_id for match in matches) | {move.wish_id for move in moves.withdrawn},
        slots=frozenset(match.slot_id for match in matches),
        capacities=frozenset(match.mediation_id for match in matches if match.mediation_id),
    )
    part = await load_part(work.connection, concerned, (), work.now)
    possible = _possible(board, part, moves)
    written = await write_moves(work, part, possible, lambda match: explain_visit(plan, match), origin)
    _look_again(work, moves, written)
    return written


def _possible(board: RegionBoard, part: Region, moves: BoardMoves) -> Moves:
    waiting = {(proposal.class_request_id, proposal.slot_id): proposal for proposal, _ in part.waiting}
    return Moves(
        made=tuple(
            match
            for match in moves.made
            if (request := part.requests.get(match.wish_id)) is not None
            and request.version == match.wish_version
            and (slot := part.slots.get(match.slot_id)) is not None
            and slot.version == board.slot_versions.get(match.slot_id)
        ),
        withdrawn=tuple(
            (waiting[move.wish_id, move.slot_id], move.why)
            for move in moves.withdrawn
            if (move.wish_id, move.slot_id) in waiting
        ),
        mediators=tuple(
            (waiting[match.wish_id, match.slot_id], match)
            for match in moves.mediators
            if (match.wish_id, match.slot_id) in waiting
        ),
    )


def _look_again(work: Work, moves: BoardMoves, written: Written) -> None:
    """Have the next turn learn of what the board counts as moved, and is not."""
    meant = {(match.wish_id, match.slot_id) for match in (*moves.made, *moves.mediators)}
    meant |= {(move.wish_id, move.slot_id) for move in moves.withdrawn}
    done = {(proposal.class_request_id, proposal.slot_id) for each in written for proposal in each}
    if missing := sorted({wish_id for wish_id, _ in meant - done}):
        note_for_later(work, ChangeKind.CLASS_REQUEST, *missing)
