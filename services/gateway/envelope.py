"""What is the same around every request, found route or not: its trace, its log line, headers of caution.

An ASGI wrapper of the whole application, because a framework's middleware only runs where a route was found.
"""

import re
import time

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from services.telemetry import log, start_trace, trace_id

_REQUEST_ID = re.compile(r"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$")

# Addresses that open to whoever knows them.
_SECRET_END = re.compile(r"^(/mailbox/|/v1/calendars/).+")

# Answers hold what only their caller may see, some of them a key: nobody between keeps a copy. Nothing of ours is to be
# shown inside another page or run as anything but what it says it is.
_CAUTION = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


def with_envelope(app: ASGIApp) -> ASGIApp:
    """The application with its envelope; the trace goes on from `traceparent`, or from a UUID in `X-Request-Id`."""

    async def enveloped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        began = time.perf_counter()
        start_trace(_traceparent(dict(scope["headers"])))
        status = 0

        async def send_enveloped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name.lower() for name, _ in message["headers"]}
                added = [each for each in _CAUTION if each[0] not in given]
                message["headers"] = [*message["headers"], (b"x-request-id", trace_id().encode()), *added]
            await send(message)

        try:
            await app(scope, receive, send_enveloped)
        finally:
            spent_ms = round((time.perf_counter() - began) * 1000, 2)
            log().info("http", method=scope["method"], path=shown_path(scope["path"]), status=status, ms=spent_ms)

    return enveloped


def shown_path(path: str) -> str:
    """A path as logs show it: whoever reads them must not learn an address that is itself a key."""
    return _SECRET_END.sub(r"\1...", path)


def _traceparent(headers: dict[bytes, bytes]) -> str:
    if given := headers.get(b"traceparent"):
        return given.decode("latin-1")
    request_id = headers.get(b"x-request-id", b"").decode("latin-1")
    return f"00-{request_id.replace('-', '').lower()}-{'0' * 15}1-01" if _REQUEST_ID.match(request_id) else ""
