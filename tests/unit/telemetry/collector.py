"""A collector of spans: takes OTLP over HTTP and keeps what it was sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from shared.telemetry.spans import configure_traces, flush_traces, stop_traces


@dataclass(frozen=True)
class Received:
    """One span as it arrived."""

    service: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...]
    failed: bool
    message: str
    events: int
    attributes: dict[str, str | int]


class Collector:
    """Listens on a free port of this machine."""

    def __init__(self) -> None:
        self._spans: list[Received] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector._spans += _received(ExportTraceServiceRequest.FromString(body))
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """What SHOKAI_OTLP_URL is set to."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def spans(self, name: str = "") -> list[Received]:
        """All spans that have ended, or those of one name."""
        flush_traces()
        return [one for one in self._spans if name in ("", one.name)]

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def collecting(host: str = "test") -> Iterator[Collector]:
    """Spans go to a collector for as long as this lasts."""
    collector = Collector()
    configure_traces(host, collector.url)
    try:
        yield collector
    finally:
        stop_traces()
        collector.stop()


def _received(request: Any) -> Iterator[Received]:
    for resource in request.resource_spans:
        service = next(one.value.string_value for one in resource.resource.attributes if one.key == "service.name")
        for one in (span for scope in resource.scope_spans for span in scope.spans):
            yield Received(
                service=service,
                name=one.name,
                kind=one.kind,
                trace_id=one.trace_id.hex(),
                span_id=one.span_id.hex(),
                parent_id=one.parent_span_id.hex(),
                links=tuple(link.trace_id.hex() for link in one.links),
                failed=one.status.code == 2,
                message=one.status.message,
                events=len(one.events),
                attributes={each.key: _value(each.value) for each in one.attributes},
            )


def _value(value: Any) -> str | int:
    return value.string_value if value.HasField("string_value") else int(value.int_value)
