"""Where the next page of a list starts: the last item's sort key and id, made opaque.

Opaque, so that the order can change without breaking whoever stored one; not secret, and not signed: it is checked
like any input, and says nothing that its holder has not seen.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeVar

import msgspec

from contracts.errors import Invalid

PositionT = TypeVar("PositionT")
CURSOR_LENGTH = 600


def encode_cursor(position: object) -> str:
    """A position, any tuple that JSON can hold, as one word."""
    return urlsafe_b64encode(msgspec.json.encode(position)).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, kind: type[PositionT]) -> PositionT | None:
    """The position in a cursor, None for none; raises Invalid naming `cursor`."""
    if cursor is None:
        return None
    try:
        if len(cursor) > CURSOR_LENGTH:
            raise ValueError
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        return msgspec.json.decode(text, type=kind)
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise Invalid.field(
            "cursor",
            "This cursor is not one of ours: take next_cursor of the page before, or leave it out for the first page.",
            "Ce curseur n'est pas des nôtres : reprenez next_cursor de la page précédente, ou omettez-le pour la "
            "première page.",
        ) from error
