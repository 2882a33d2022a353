"""The express way of the one request that thousands send in the same minute: booking a slot.

Its route is `book_slot` of `api/bookings.py`, which describes it and answers all of it. A plain booking (by a key that
was met a moment ago, with a small body that is as it should be) is answered here, straight on ASGI, for a third of what
the framework's general way costs. Anything else, and every refusal, goes the general way, so that there is one wording
of each; tests/component/gateway/test_express.py holds both ways to the same answers.
"""

import re
from typing import Any
from uuid import UUID

import msgspec
from litestar import Litestar
from litestar.types import ASGIApp, Receive, Send

from contracts.caller import Caller, Scope
from contracts.companies.bookings import Booking, BookSlot, NewBooking
from contracts.errors import PasserelleError
from contracts.message import decoder_of
from services.gateway.api.asking import IDEMPOTENCY_KEY_LENGTH
from services.gateway.api.presenting import present
from services.gateway.api.versions import etag_of
from services.gateway.auth.guard import KeyRing

_BOOKINGS = re.compile(r"/v1/slots/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/bookings")
_JSON = b"application/json"


def with_express_way(general: ASGIApp, app: Litestar) -> ASGIApp:
    """The application, its plain bookings answered straight."""

    async def express(scope: Any, receive: Receive, send: Send) -> None:
        slot = _BOOKINGS.fullmatch(scope["path"]) if scope["method"] == "POST" and not scope["query_string"] else None
        headers = dict(scope["headers"]) if slot else {}
        caller = _caller_of(headers, app.state.key_ring) if slot and _is_plain(headers) else None
        if slot is None or caller is None:
            await general(scope, receive, send)
            return
        message = await receive()
        new = _read(message)
        if new is None:
            await general(scope, _again(message, receive), send)
            return
        command, key = BookSlot(slot_id=UUID(slot[1]), booking=new), headers.get(b"idempotency-key", b"")
        try:
            booking = await app.state.running.bus.ask(command, caller, idempotency_key=key.decode())
        except PasserelleError as refusal:
            await general(scope, _refused(refusal), send)
            return
        await _answer_created(present(booking, caller), send)

    return express


def _is_plain(headers: dict[bytes, bytes]) -> bool:
    key = headers.get(b"idempotency-key", b"")
    printable = key.isascii() and key.decode().isprintable()
    return headers.get(b"content-type") == _JSON and len(key) <= IDEMPOTENCY_KEY_LENGTH and printable


def _caller_of(headers: dict[bytes, bytes], key_ring: KeyRing) -> Caller | None:
    """The holder of a key that may book, where nobody has to be asked for it."""
    caller = key_ring.known_caller(headers.get(b"authorization", b"").decode("latin-1"))
    return caller if caller and Scope.BOOKINGS in caller.scopes else None


def _read(message: Any) -> NewBooking | None:
    """The body, where it came whole and is as it should be."""
    if message["type"] != "http.request" or message["more_body"]:
        return None
    try:
        new: NewBooking = decoder_of(NewBooking).decode(message["body"])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return new


def _again(message: Any, receive: Receive) -> Receive:
    """A `receive` that begins with what was received already."""
    received = [message]

    async def receive_again() -> Any:
        return received.pop() if received else await receive()

    return receive_again


def _refused(refusal: PasserelleError) -> Receive:
    """A `receive` at which the general way meets the refusal instead of the body, and words it as any other."""

    async def refuse() -> Any:
        raise refusal

    return refuse


async def _answer_created(booking: Booking, send: Send) -> None:
    body = msgspec.json.encode(booking)
    headers = [
        (b"content-type", _JSON),
        (b"content-length", str(len(body)).encode()),
        (b"location", f"/v1/bookings/{booking.id}".encode()),
        (b"etag", etag_of(booking).encode()),
    ]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
