"""One structured log line a fact, and one trace id from the HTTP request to the last event.

The trace context is W3C's `traceparent`; it travels as a header of every message, so that
`grep <trace id>` over all logs tells one request's whole story.
"""

import logging
import random
import re
import sys
from contextvars import ContextVar

import msgspec
import structlog

# Version, trace id (not all zeros), parent id, flags; a later version may add more behind them.
_TRACEPARENT = re.compile(r"^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)")
_traceparent: ContextVar[str] = ContextVar("traceparent", default="")


def configure_logging(level: str, service: str) -> None:
    """Write JSON lines to stdout, each with the service and the trace id."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_encode),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    _logger.forget()


def _add_trace(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if trace := trace_id():
        event["trace_id"] = trace
    return event


def _encode(line: structlog.typing.EventDict, **_: object) -> str:
    """A line in JSON; what JSON has no word for stands as Python shows it."""
    return msgspec.json.encode(line, enc_hook=repr).decode()


class _Logger:
    """Keeps the logger as long as stdout stays the same: putting one together costs as much as a line of the log."""

    def __init__(self) -> None:
        self._stdout: object = None
        self._logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()

    def get(self) -> structlog.typing.FilteringBoundLogger:
        if self._stdout is not sys.stdout:
            self._stdout, self._logger = sys.stdout, structlog.get_logger().bind()
        return self._logger

    def forget(self) -> None:
        self._stdout = None


_logger = _Logger()


def log() -> structlog.typing.FilteringBoundLogger:
    """The logger."""
    return _logger.get()


def say_ready(**facts: object) -> None:
    """Write the line `ready` whatever the level: whoever started the process waits for it."""
    any_level = structlog.make_filtering_bound_logger(logging.INFO)
    logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(), wrapper_class=any_level
    )
    logger.info("ready", **facts)


def start_trace(traceparent: str | None = None) -> str:
    """Go on with the trace given, or begin one; returns the `traceparent` to send along.

    A malformed one from outside is replaced, as the W3C recommendation asks.
    """
    given = _TRACEPARENT.match(traceparent or "")
    # These have to differ, not to be secret: no call of the system for each of them.
    trace = given[1] if given else f"{random.getrandbits(128) | 1:032x}"
    current = f"00-{trace}-{random.getrandbits(64) | 1:016x}-01"
    _traceparent.set(current)
    return current


def current_traceparent() -> str:
    """The `traceparent` to send along with whatever this task sends; begins one if there is none."""
    return _traceparent.get() or start_trace()


def trace_id() -> str:
    """The trace id of this task, or an empty string."""
    return _traceparent.get()[3:35]
