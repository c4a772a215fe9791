"""Structured logs. A field that is not on the list is dropped and only its name is told."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

from shared.telemetry.tracing import current_trace_id

FIELDS: Final = frozenset(
    "event level timestamp service trace_id event_id type subject status method route code count seconds job at "
    "attempts cause batch_id request_id cycle kind part state records size port path_kind hidden_fields due".split()
)


def _allowed_only(_: Any, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    hidden = sorted(set(fields) - FIELDS)
    for name in hidden:
        del fields[name]
    if hidden:
        fields["hidden_fields"] = hidden
    return fields


def _with_trace(_: Any, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if trace_id := current_trace_id():
        fields["trace_id"] = trace_id
    return fields


def cause_of(error: BaseException) -> str:
    """An error as class and code positions; never its text, which may hold what somebody sent."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"[:200]


def configure_logs(stream: TextIO = sys.stderr, *, level: int = logging.INFO) -> None:
    """Send JSON lines to `stream` and silence the libraries that log what they were sent."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace,
            _allowed_only,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    for library in ("sqlalchemy", "alembic", "httpx", "httpcore", "uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(library).setLevel(logging.WARNING)


def log(service: str) -> Any:
    """A logger that names its service."""
    return structlog.get_logger(service=service)
