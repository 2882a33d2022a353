"""Notices: what somebody was told, whether or not a mail could reach them."""

from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.errors import Wording
from contracts.message import Instant


class Delivery(StrEnum):
    """What became of the mail of a notice."""

    # It is on its way, or tried again later.
    WAITING = "waiting"
    SENT = "sent"
    # The organisation gave no address: the notice stands in the list alone.
    NO_ADDRESS = "no_address"
    # This Passerelle sends no mail at all.
    NO_MAIL = "no_mail"
    # It tells of something so long past (after an outage, or a restored backup) that nobody is mailed about it.
    TOO_OLD = "too_old"
    # The recipient's server refused it for good, or it could not be handed over for days.
    FAILED = "failed"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One fact told to one organisation, or to the head of a school alone (`for_head`).

    `about` is the address of what it tells of, `delivery_detail` why a mail failed.
    """

    id: UUID
    kind: str
    title: Wording
    text: Wording
    about: str
    for_head: bool = False
    occurred_at: Instant
    read_at: Instant | None = None
    delivery: Delivery
    delivery_detail: str = ""
