"""How long a search may look; what is told here changes how near it comes, never what holds of a choice."""

from typing import Final

import msgspec

from services.matchmaker.matching.solving.exact import MOST_MEDIATED_PAIRS, MOST_PAIRS, Patience

_CLIMB: Final = 300
_DIVE: Final = 40
_MEND: Final = 8
# In a problem of more pairs than this a dive loses little against the whole, and each step costs much.
_MANY: Final = 400_000


class Effort(msgspec.Struct, frozen=True):
    """How long to look: steps of the ascent and of each round of the dive, and how often what is worst is tried
    anew; of how many pairs a problem may be to be searched to its end, and to be so with its mediators; when such a
    search is given up; and beyond how many pairs everything is done less often.
    """

    climb: int = _CLIMB
    dive: int = _DIVE
    mend: int = _MEND
    exact_pairs: int = MOST_PAIRS
    exact_mediated_pairs: int = MOST_MEDIATED_PAIRS
    patience: Patience = Patience()
    many: int = _MANY


# For the neighbourhood of an event: packed slots take of their likeliest classes those that fit.
QUICK: Final = Effort(climb=0, dive=0, mend=0)
