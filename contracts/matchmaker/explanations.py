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
    """A condition that a pair must meet whatever its score: first for visits, then for partnerships."""

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
    SCHOOL_HOURS = "school_hours"
    RESERVED = "reserved"

    SHARED_THEME = "shared_theme"
    SHARED_LEVEL = "shared_level"
    TERRITORY = "territory"
    PERIOD = "period"
    INTERVENTIONS = "interventions"
    NO_RECENT_PAIR = "no_recent_pair"
    ANSWERS = "answers"
    CONTACTS_WEEK = "contacts_week"
    CONTACTS_MONTH = "contacts_month"


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
    ANSWERS = "answers"
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
    """Why the nearest alternative was not proposed instead, or that it is."""

    LOWER_SCORE = "lower_score"
    SAME_DAY = "same_day"
    PLACE_TAKEN = "place_taken"
    BETTER_TOGETHER = "better_together"
    PROPOSED = "proposed"


class ChangeCode(StrEnum):
    """An event after which the matchmaker would answer differently."""

    DECLINED = "declined"
    UNANSWERED = "unanswered"
    PLACE_FREED = "place_freed"
    LIMIT_TIGHTENED = "limit_tightened"
    LIMIT_RELAXED = "limit_relaxed"


# What a gate compares: a count, a number of minutes, an ISO date, a code, or several codes or dates.
GateValue = int | str | tuple[str, ...]


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One hard condition held against one pair: what was found, what was allowed, in data and in words.

    `side` is there where the condition is about one side alone.
    """

    code: GateCode
    passed: bool
    value: GateValue
    limit: GateValue
    words: Wording
    side: AlternativeSide | None = None


class ScorePart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a score: `points` is 1 000 × weight × value rounded; points of all parts add up to the score."""

    code: PartCode
    weight: float
    value: float
    points: int
    words: Wording


class EquityPart(msgspec.Struct, frozen=True, kw_only=True):
    """The share of the score that the class has because too few visits reach it, and why it counts so.

    `floor_points` above 0: the floor of the class's cell (`territory`) decided, and was worth so many points.
    """

    points: int
    reasons: tuple[UnderReachedReason, ...]
    words: Wording
    territory: str = ""
    floor_points: float = 0.0


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What all visits together would lose at least, in points of score, were this pair proposed; a true lower bound."""

    at_least: float
    words: Wording


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """How one side, which left proposals unanswered lately, is proposed less.

    `answered` and `unanswered` count the proposals of 180 days; at most `open_at_most` wait for it at a time,
    `wanted` would if it answered. Where `open_at_most` is 0, it is proposed one in 90 days.
    """

    side: AlternativeSide
    answered: int
    unanswered: int
    open_at_most: int
    wanted: int
    words: Wording


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """The next best thing for one side (a slot for a class, a class for a slot, ...), and why it was not proposed."""

    side: AlternativeSide
    id: UUID
    points: int
    reason: AlternativeReason
    words: Wording
    cost: Cost | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something that would change the answer."""

    code: ChangeCode
    words: Wording


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a pair is proposed: gates, parts that add up to `points`, equity, alternatives, changes.

    `answers` is there where one side of a partnership leaves proposals unanswered.
    """

    points: int
    gates: tuple[Gate, ...]
    parts: tuple[ScorePart, ...]
    equity: EquityPart | None
    alternatives: tuple[Alternative, ...]
    changes: tuple[Change, ...]
    words: Wording
    answers: tuple[Answers, ...] = ()


class WhyNot(msgspec.Struct, frozen=True, kw_only=True):
    """Why a slot is not proposed to a class, or that it is: gates, what the pair would score, what it would cost.

    `points` and `parts` are there where every gate is passed. `cost` says what forcing the pair would lose; `stands` is
    the state of the pair's proposal or booking where it has one.
    """

    class_request_id: UUID
    slot_id: UUID
    gates: tuple[Gate, ...]
    points: int | None = None
    parts: tuple[ScorePart, ...] = ()
    equity: EquityPart | None = None
    alternatives: tuple[Alternative, ...] = ()
    cost: Cost | None = None
    changes: tuple[Change, ...] = ()
    stands: str = ""
    words: Wording


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that alone stops `openings` slots from a class; `gate` is None for slots that went to other classes."""

    gate: GateCode | None
    openings: int
    words: Wording


class Unserved(msgspec.Struct, frozen=True, kw_only=True):
    """Why a class gets no visit: how many slots were looked at, what alone stopped some, and two sentences."""

    openings: int
    stopped_by_several: int
    obstacles: tuple[Obstacle, ...]
    changes: tuple[Change, ...]
    words: Wording
