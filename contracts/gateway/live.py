"""What a live stream says of a change: which thing, and where it stands now. Whoever wants to know more asks for it."""

from uuid import UUID

import msgspec


class LiveChange(msgspec.Struct, frozen=True, kw_only=True):
    """A thing changed; `kind` as in `visit-offer`, `state` as in `machines`.

    `state` is empty for a kind that has none, and for whoever could see the thing before this change and no longer
    can. Of a `notice` it says which kind of notice it is.
    """

    kind: str
    id: UUID
    version: int
    state: str = ""
