"""Where spans go: to a collector by OTLP over HTTP, in batches from a thread, or nowhere. Work never waits for them."""

import logging
import threading
from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Tracer

from shared.telemetry.ids import SystemIds
from shared.telemetry.metrics import metrics_of

PATH: Final = "/v1/traces"
EXPORT_SECONDS: Final = 3.0
QUEUE: Final = 8192
BATCH: Final = 512
EVERY_MILLISECONDS: Final = 1000
STOP_SECONDS: Final = 2.0


class _Counting(SpanExporter):
    """Counts the spans that the collector did not take; once told to stop, a collector that is away is left alone."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._failed = False
        self.stopping = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them; whatever goes wrong stays here."""
        if self.stopping and self._failed:
            return self._lost(spans)
        try:
            result = self._inner.export(spans)
        except Exception:
            result = SpanExportResult.FAILURE
        self._failed = result is not SpanExportResult.SUCCESS
        return self._lost(spans) if self._failed else result

    def shutdown(self) -> None:
        """Let go of the line."""
        self._inner.shutdown()

    def _lost(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for each in spans:
            metrics_of(str(each.resource.attributes["service.name"])).spans_lost(1)
        return SpanExportResult.FAILURE


class _Export:
    """One line to the collector, shared by all services in this process; each is a resource of its own."""

    def __init__(self, host: str, url: str) -> None:
        self._host = host
        endpoint = url if url.endswith(PATH) else url.rstrip("/") + PATH
        self._exporter = _Counting(OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS))
        self._batches = BatchSpanProcessor(
            self._exporter,
            max_queue_size=QUEUE,
            schedule_delay_millis=EVERY_MILLISECONDS,
            max_export_batch_size=BATCH,
        )
        self._tracers: dict[str, Tracer] = {}

    def tracer(self, service: str) -> Tracer:
        """The tracer of a service; work of no service is the host's."""
        name = service or self._host
        found = self._tracers.get(name)
        if found is None:
            resource = Resource({"service.name": name, "service.namespace": "shokai"})
            provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, id_generator=SystemIds())
            provider.add_span_processor(self._batches)
            found = self._tracers.setdefault(name, provider.get_tracer("shokai"))
        return found

    def flush(self) -> None:
        """Send what waits. Blocks for as long as the collector takes."""
        self._batches.force_flush()

    def stop(self, seconds: float) -> None:
        """Send what waits, but not for longer than that."""
        self._exporter.stopping = True
        closing = threading.Thread(target=self._batches.shutdown, name="spans-closing", daemon=True)
        closing.start()
        closing.join(seconds)


_export: _Export | None = None


def configure_traces(service: str, url: str) -> None:
    """Send spans to the collector at `url`, from now on; an empty one sends none. `service` names the host's own."""
    global _export
    stop_traces()
    for library in ("opentelemetry", "urllib3"):  # what is lost is counted; their lines would name addresses
        logging.getLogger(library).setLevel(logging.CRITICAL)
    _export = _Export(service, url) if url else None


def stop_traces(seconds: float = STOP_SECONDS) -> None:
    """Send what waits and send no more; never longer than `seconds`."""
    global _export
    stopped, _export = _export, None
    if stopped is not None:
        stopped.stop(seconds)


def flush_traces() -> None:
    """Send what waits, for tests and short commands."""
    if _export is not None:
        _export.flush()


def tracer_of(service: str) -> Tracer | None:
    """The tracer of a service, or None where spans go nowhere."""
    return None if _export is None else _export.tracer(service)
