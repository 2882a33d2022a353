"""Bounds that many inputs share: no text without an end, no amount without a unit."""

from typing import Annotated

from msgspec import Meta

from contracts.message import Input

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=4000)]
Reason = Annotated[str, Meta(max_length=500)]
Groups = Annotated[int, Meta(ge=1, le=20, description="Whole groups.")]
Pupils = Annotated[int, Meta(ge=1, le=200)]
Cents = Annotated[int, Meta(ge=0, le=10_000_000, description="Euro cents.")]
Minutes = Annotated[int, Meta(ge=15, le=600)]
Url = Annotated[str, Meta(max_length=500, pattern=r"^(https?://\S+)?$")]


class Contact(Input, frozen=True, kw_only=True):
    """Whom to write to; shown only to the organisation itself, the Region, and agreed partners."""

    name: Name
    email: Annotated[str, Meta(max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    phone: Annotated[str, Meta(max_length=40)] = ""
