"""One trace from a portal's call to the package of its reply, on OpenTelemetry's context.

Ids are made and travel whether or not anybody collects spans. A span says what the code did, in words of the code: no
identifiers of people or things, no addresses, no text of an error.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared.telemetry.ids import SystemIds
from shared.telemetry.spans import tracer_of
from shared.telemetry.words import METHODS, OTHER, SPAN_NAME, word

Kind = Literal["internal", "server", "client", "producer", "consumer"]

KINDS: Final[dict[Kind, SpanKind]] = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}
WORDS: Final = {
    "type": "shokai.event_type",
    "route": "http.route",
    "method": "http.request.method",
    "outcome": "shokai.outcome",
    "stage": "shokai.stage",
    "job": "shokai.job",
    "error": "error.type",
}
NUMBERS: Final = {
    "status": "http.response.status_code",
    "count": "shokai.count",
    "records": "shokai.records",
    "attempts": "shokai.attempts",
}
MOST_LINKS: Final = 100

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_IDS: Final = SystemIds()
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_service: ContextVar[str] = ContextVar("span_service", default="")


class Span:
    """A piece of work under way. What it is told beside the list of attributes is dropped."""

    def __init__(self, inner: trace.Span) -> None:
        self._inner = inner

    @property
    def traceparent(self) -> str:
        """Where another piece of work goes on from here."""
        return _text(self._inner.get_span_context())

    def note(self, **attributes: str | int) -> None:
        """Add attributes."""
        for name, value in attributes.items():
            if name in WORDS and isinstance(value, str):
                self._inner.set_attribute(WORDS[name], _word(name, value))
            elif name in NUMBERS and isinstance(value, int):
                self._inner.set_attribute(NUMBERS[name], value)

    def rename(self, method: str, route: str) -> None:
        """Name a call by its route, once that is known."""
        self._inner.update_name(f"{_word('method', method)} {word('route', route)}")

    def fail(self, error: BaseException | None = None) -> None:
        """It went wrong; of the error only its class is told."""
        self._inner.set_status(Status(StatusCode.ERROR))
        if error is not None:
            self.note(error=type(error).__name__)

    def end(self) -> None:
        """It is over."""
        self._inner.end()


@contextmanager
def span(
    name: str,
    *,
    parent: str | None = None,
    kind: Kind = "internal",
    service: str = "",
    links: Iterable[str] = (),
    **attributes: str | int,
) -> Iterator[Span]:
    """A span around the work in its body.

    `parent` is a traceparent to go on from; an empty or malformed one starts a new trace, None goes on from where the
    caller is. `links` are traceparents of other traces that this work belongs to.
    """
    named = service or _service.get()
    opened = Span(_opened(name, _context(parent), kind, named, links))
    opened.note(**attributes)
    entered = attach(trace.set_span_in_context(opened._inner))
    naming = _service.set(named)
    try:
        yield opened
    except Exception as error:
        opened.fail(error)
        raise
    finally:
        _service.reset(naming)
        detach(entered)
        opened.end()


@contextmanager
def open_spans(name: str, events: Iterable[tuple[str, str]], *, service: str) -> Iterator[None]:
    """A span in each event's own trace around work that is done for all of them at once; none where none are kept.

    Events as (type, traceparent); those without a trace get none.
    """
    tracer = tracer_of(service)
    opened: list[Span] = []
    for event_type, traceparent in events if tracer is not None else ():
        if tracer is not None and (parent := _remote(traceparent)) is not None:
            context = trace.set_span_in_context(NonRecordingSpan(parent), Context())
            opened.append(Span(tracer.start_span(_name(name), context, SpanKind.PRODUCER)))
            opened[-1].note(type=event_type)
    try:
        yield
    except Exception as error:
        for one in opened:
            one.fail(error)
        raise
    finally:
        for one in opened:
            one.end()


def current_traceparent() -> str:
    """The traceparent of the call or event being handled, or an empty text."""
    return _text(trace.get_current_span().get_span_context())


def current_trace_id() -> str:
    """The 32 hexadecimal digits in the middle of it, or an empty text."""
    return current_traceparent()[3:35]


def enter_trace(traceparent: str = "") -> None:
    """Go on with the trace that came in, where it is well formed; else start one."""
    attach(_continued(traceparent))


def _opened(name: str, context: Context | None, kind: Kind, service: str, links: Iterable[str]) -> trace.Span:
    tracer = tracer_of(service)
    if tracer is not None:
        others = [Link(other) for text in links if (other := _remote(text)) is not None][:MOST_LINKS]
        return tracer.start_span(
            _name(name), context, KINDS[kind], links=others, record_exception=False, set_status_on_exception=False
        )
    parent = trace.get_current_span(context).get_span_context()
    trace_id = parent.trace_id if parent.is_valid else _IDS.generate_trace_id()
    return NonRecordingSpan(SpanContext(trace_id, _IDS.generate_span_id(), is_remote=False, trace_flags=_SAMPLED))


def _context(parent: str | None) -> Context | None:
    """The context to start from; None for the present one."""
    return None if parent is None else _continued(parent)


def _continued(traceparent: str) -> Context:
    known = _remote(traceparent)
    if known is None:
        known = SpanContext(_IDS.generate_trace_id(), _IDS.generate_span_id(), is_remote=True, trace_flags=_SAMPLED)
    return trace.set_span_in_context(NonRecordingSpan(known), Context())


def _remote(traceparent: str) -> SpanContext | None:
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    # Whether it is kept is decided here, not by whoever calls.
    known = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=_SAMPLED)
    return known if known.is_valid else None


def _text(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01" if context.is_valid else ""


def _name(name: str) -> str:
    return name if SPAN_NAME.fullmatch(name) else OTHER


def _word(kind: str, value: str) -> str:
    if kind == "method":
        return value if value in METHODS else OTHER
    return word(kind, value)
