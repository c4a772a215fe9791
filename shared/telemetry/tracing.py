"""The trace id of the call at hand, as W3C traceparent; carried into events and problems."""

import re
import secrets
from contextvars import ContextVar
from typing import Final

_TRACEPARENT: Final = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")
_current: ContextVar[str] = ContextVar("traceparent", default="")


def current_traceparent() -> str:
    """The traceparent of the call or event being handled, or an empty text."""
    return _current.get()


def current_trace_id() -> str:
    """The 32 hexadecimal digits in the middle of it, or an empty text."""
    return _current.get()[3:35]


def enter_trace(traceparent: str = "") -> None:
    """Go on with the trace that came in, where it is well formed; else start one."""
    known = _TRACEPARENT.match(traceparent)
    _current.set(traceparent if known else f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01")
