"""What an explanation of a proposal is made of: plain data that travels to both sides and to pages.

Both sides of a proposal receive the same explanation. This file holds only shapes; the words are
chosen in `words.py` and the facts are found in `explain.py`. Nothing but contracts is imported
here, because these shapes go over the wire.
"""

from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.errors import Wording


class GateCode(StrEnum):
    """A condition that a pair must meet whatever its score: first those of visits, then those of partnerships."""

    LEVEL = "level"
    THEME = "theme"
    FORMAT = "format"
    DATE_WINDOW = "date_window"
    WEEKDAY = "weekday"
    SCHOOL_DAY = "school_day"
    LEAD_TIME = "lead_time"
    ONE_A_DAY = "one_a_day"
    GROUP_MAX = "group_max"
    GROUP_MIN = "group_min"
    ADULTS = "adults"
    ACCESS = "access"
    MINIMUM_AGE = "minimum_age"
    TRAVEL = "travel"
    CAPACITY = "capacity"
    NOT_DECLINED = "not_declined"
    MEDIATION = "mediation"

    SHARED_THEME = "shared_theme"
    SHARED_LEVEL = "shared_level"
    TERRITORY = "territory"
    PERIOD = "period"
    INTERVENTIONS = "interventions"
    NO_RECENT_PAIR = "no_recent_pair"


class PartCode(StrEnum):
    """A part of a score; `PartCode` values are also the names of the fields of the weights."""

    THEME = "theme"
    TRAVEL = "travel"
    FILL = "fill"
    UNDER_REACHED = "under_reached"
    ROLE_MODEL = "role_model"
    FRESHNESS = "freshness"
    FIRST_VISIT = "first_visit"
    STAY = "stay"
    MEDIATOR_DISTANCE = "mediator_distance"

    LEVEL = "level"
    CLOSENESS = "closeness"
    MEDIATION_NEED = "mediation_need"
    JOB_NEEDS = "job_needs"
    AVAILABILITY = "availability"
    FIRST_PARTNER_COMPANY = "first_partner_company"
    FIRST_PARTNER_ASSOCIATION = "first_partner_association"


class UnderReachedReason(StrEnum):
    """Why a class counts as under-reached."""

    PRIORITY_EDUCATION = "priority_education"
    RURAL = "rural"
    FAR_FROM_INDUSTRY = "far_from_industry"


class AlternativeSide(StrEnum):
    """For whom the alternative would have been: each side of a proposal has its own."""

    CLASS = "class"
    SLOT = "slot"
    COMPANY = "company"
    ASSOCIATION = "association"


class AlternativeReason(StrEnum):
    """Why the nearest alternative was not proposed instead."""

    LOWER_SCORE = "lower_score"
    SAME_DAY = "same_day"
    PLACE_TAKEN = "place_taken"
    BETTER_TOGETHER = "better_together"


class ChangeCode(StrEnum):
    """An event after which the matchmaker would answer differently."""

    DECLINED = "declined"
    PLACE_FREED = "place_freed"
    LIMIT_TIGHTENED = "limit_tightened"
    LIMIT_RELAXED = "limit_relaxed"


# What a gate compares: a count, a number of minutes, an ISO date, a code, or several codes or dates.
GateValue = int | str | tuple[str, ...]


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One hard condition held against one pair: what was found, what was allowed, in data and in words."""

    code: GateCode
    passed: bool
    value: GateValue
    limit: GateValue
    words: Wording


class ScorePart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a score: `points` is 1 000 × weight × value rounded; points of all parts add up to the score."""

    code: PartCode
    weight: float
    value: float
    points: int
    words: Wording


class EquityPart(msgspec.Struct, frozen=True, kw_only=True):
    """The share of the score that the class has because too few visits reach it, and why it counts so."""

    points: int
    reasons: tuple[UnderReachedReason, ...]
    words: Wording


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """The next best thing for one side (a slot for a class, a class for a slot, ...), and why it was not proposed."""

    side: AlternativeSide
    id: UUID
    points: int
    reason: AlternativeReason
    words: Wording


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something that would change the answer."""

    code: ChangeCode
    words: Wording


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a pair is proposed: gates, parts that add up to `points`, equity, alternatives, changes, a sentence."""

    points: int
    gates: tuple[Gate, ...]
    parts: tuple[ScorePart, ...]
    equity: EquityPart | None
    alternatives: tuple[Alternative, ...]
    changes: tuple[Change, ...]
    words: Wording


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that alone stops `openings` slots from a class; `gate` is None for slots that went to other classes."""

    gate: GateCode | None
    openings: int
    words: Wording


class Unserved(msgspec.Struct, frozen=True, kw_only=True):
    """Why a class gets no visit: how many slots were looked at, what alone stopped some, and a sentence."""

    openings: int
    stopped_by_several: int
    obstacles: tuple[Obstacle, ...]
    changes: tuple[Change, ...]
    words: Wording
