"""The version of a thing in HTTP's words: `ETag`, `If-None-Match` and `If-Match` (RFC 9110, 8.8.3 and 13.1).

Only the owner knows what a thing's version is now, and compares it once the thing is locked (services/work.py).
"""

import re
from typing import Any

from litestar import Request, Response
from litestar.response.base import ASGIResponse

from contracts.errors import Invalid, VersionRequired
from contracts.message import Resource

ANY = "*"
# A version is a 32-bit number where it is stored.
_ETAG = re.compile(r'"([0-9]{1,9})"')


def etag_of(resource: Resource) -> str:
    """The version as a strong entity tag: `"3"`."""
    return f'"{resource.version}"'


def read_if_match(header: str | None) -> int | None:
    """The version that a change rests on, None for `*`; raises VersionRequired, or Invalid naming `If-Match`."""
    if header is None:
        raise VersionRequired()
    if header.strip() == ANY:
        return None
    version = _ETAG.fullmatch(header.strip())
    if version is None:
        raise Invalid.field(
            "If-Match",
            'Send the ETag of the answer that you read, such as "3" with its quotes, or *.',
            'Envoyez l\'ETag de la réponse que vous avez lue, comme "3" avec ses guillemets, ou *.',
        )
    return int(version[1])


def is_known(resource: Resource, if_none_match: str | None) -> bool:
    """Whether the caller has this very version already; tags are compared weakly, as the standard asks."""
    if if_none_match is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return ANY in tags or etag_of(resource) in tags


class Answer(Response[Any]):
    """What routes answer: one resource goes with its version, and not at all to whoever has that version already."""

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **how: Any) -> ASGIResponse:
        """The answer on its way."""
        if isinstance(self.content, Resource):
            self.headers["ETag"] = etag_of(self.content)
            if request.method == "GET" and is_known(self.content, request.headers.get("if-none-match")):
                self.content, self.status_code = None, 304
        return super().to_asgi_response(app, request, **how)
