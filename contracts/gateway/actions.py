"""Bodies of the addresses that end in an action, such as `/v1/bookings/{id}/cancel`; most may be left out."""

from datetime import date
from uuid import UUID

from contracts.companies.bookings import Absent
from contracts.fields import Reason
from contracts.matchmaker.proposals import DeclineReason
from contracts.message import Input


class ActionDetails(Input, frozen=True, kw_only=True):
    """Why somebody does it; needed where others are concerned (a cancelled visit, a declined booking)."""

    reason: Reason = ""


class VisitOfferActionDetails(Input, frozen=True, kw_only=True):
    """Why, and for a pause until which day."""

    reason: Reason = ""
    until: date | None = None


class ProposalAnswer(Input, frozen=True, kw_only=True):
    """Why a proposal is declined; it helps to find a better one."""

    reason: DeclineReason | None = None
    remark: Reason = ""


class NewDate(Input, frozen=True, kw_only=True):
    """The slot that a visit moves to, and why."""

    slot_id: UUID
    reason: Reason = ""


class NoShow(Input, frozen=True, kw_only=True):
    """Which side did not show up, and what is known of it."""

    absent: Absent
    reason: Reason = ""
