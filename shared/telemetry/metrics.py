"""The metrics of each service, for Prometheus: one registry a service, because several may share a process."""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from shared.telemetry.families import FAMILIES, TOLD, Family
from shared.telemetry.words import METHODS, word

disable_created_metrics()  # type: ignore[no-untyped-call]

_TOLD: Final = frozenset(family.name for family in TOLD)


class Metrics:
    """What one service counts and times. Whatever is given as a label, only words of the code are kept."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._families = {family.name: family for family in FAMILIES}
        self._made: dict[str, Any] = {}
        self._making = Lock()

    def set(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        self._one(name, labels).set(value)

    def set_all(self, name: str, label: str, values: Mapping[str, float]) -> None:
        """Set a gauge for each value of its one label, and forget the values that are not told any more."""
        self._metric(name).clear()
        for value, count in values.items():
            self._one(name, {label: value}).inc(count)

    def tell(self, name: str, value: float) -> bool:
        """Set a gauge that a service tells of itself; False where there is none of that name."""
        known = f"shokai_{name}" in _TOLD
        if known:
            self.set(f"shokai_{name}", value)
        return known

    def event_handled(self, event_type: str, seconds: float, outcome: str) -> None:
        """A handler ran: `done`, `failed` or `cancelled`."""
        self._one("shokai_event_seconds", {"type": event_type, "outcome": outcome}).observe(seconds)

    def published(self, events: int, seconds: float, outcome: str) -> None:
        """A batch was confirmed, or was not."""
        self._one("shokai_publish_seconds", {"outcome": outcome}).observe(seconds)
        if outcome == "done":
            self._one("shokai_events_published", {}).inc(events)

    def accepted(self, offered: int, stored: int) -> None:
        """A batch was stored in the inbox; what was there already is a redelivery."""
        self._one("shokai_accept_batch_events", {}).observe(offered)
        self._one("shokai_events_redelivered", {}).inc(max(0, offered - stored))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A call was answered. `route` is the template, never the path."""
        known = method if method in METHODS else "other"
        labels = {"method": known, "route": route, "status": f"{status // 100}xx"}
        self._one("shokai_http_seconds", labels).observe(seconds)

    def stage_done(self, stage: str, seconds: float, outcome: str) -> None:
        """A stage of the work ended."""
        self._one("shokai_stage_seconds", {"stage": stage, "outcome": outcome}).observe(seconds)

    def job_ran(self, job: str, seconds: float, outcome: str) -> None:
        """A job ran."""
        self._one("shokai_job_seconds", {"job_name": job, "outcome": outcome}).observe(seconds)
        if outcome == "done":
            self._one("shokai_job_success_timestamp_seconds", {"job_name": job}).set_to_current_time()

    def jobs_looked(self) -> None:
        """The schedule was gone through to its end, whether something was due or not."""
        self._one("shokai_jobs_looked_timestamp_seconds", {}).set_to_current_time()

    def committed(self, transactions: int, seconds: float) -> None:
        """A group of transactions was committed."""
        self._one("shokai_commit_transactions", {}).observe(transactions)
        self._one("shokai_commit_seconds", {}).observe(seconds)

    def leads(self, leading: bool) -> None:
        """Whether this process relays and runs the jobs of its service."""
        self.set("shokai_leader", leading)

    def bus_connected(self, connected: bool) -> None:
        """Whether the broker answers."""
        self.set("shokai_bus_connected", connected)

    def bus_consuming(self, consuming: bool) -> None:
        """Whether events are being taken from the queue."""
        self.set("shokai_bus_consuming", consuming)

    def certificate_ends(self, certificate: str, at: datetime) -> None:
        """When the certificate for `bus`, `database` or `http` ends."""
        self.set("shokai_certificate_expiry_timestamp_seconds", at.timestamp(), certificate=certificate)

    def spans_lost(self, count: int) -> None:
        """The collector did not take them."""
        self._one("shokai_spans_lost", {}).inc(count)

    def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self.registry)

    def _one(self, name: str, labels: Mapping[str, str]) -> Any:
        metric = self._metric(name)
        return metric.labels(**{kind: word(kind, value) for kind, value in labels.items()}) if labels else metric

    def _metric(self, name: str) -> Any:
        found = self._made.get(name)
        if found is None:
            with self._making:
                found = self._made.get(name) or self._made.setdefault(name, _made(self._families[name], self.registry))
        return found


def _made(family: Family, registry: CollectorRegistry) -> Any:
    if family.kind == "histogram":
        return Histogram(family.name, family.text, family.labels, registry=registry, buckets=family.buckets)
    kind = Counter if family.kind == "counter" else Gauge
    return kind(family.name, family.text, family.labels, registry=registry)


_by_service: dict[str, Metrics] = {}


def metrics_of(service: str) -> Metrics:
    """The metrics of a service in this process."""
    return _by_service.get(service) or _by_service.setdefault(service, Metrics())
