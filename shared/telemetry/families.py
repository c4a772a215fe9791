"""Every metric there is: its name, its labels, what it says. Dashboards and alerts are checked against this list."""

from dataclasses import dataclass
from typing import Final, Literal

QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LONG: Final = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
COUNTS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. The name of a counter ends in `_total` when it is read."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = QUICK


BACKLOG: Final = (
    Family("shokai_database_up", "gauge", "1 where the database answered when this was read"),
    Family("shokai_migrations_current", "gauge", "1 where the database is not older than this code"),
    Family("shokai_outbox_events", "gauge", "Events not yet relayed"),
    Family("shokai_outbox_oldest_seconds", "gauge", "Age of the oldest event not yet relayed"),
    Family("shokai_inbox_pending", "gauge", "Events not yet handled"),
    Family("shokai_inbox_parked", "gauge", "Events parked for a person"),
    Family("shokai_inbox_oldest_seconds", "gauge", "Age of the oldest event not yet handled"),
    Family("shokai_inbox_waiting", "gauge", "Events not yet handled, by type", ("type",)),
    Family("shokai_inbox_held", "gauge", "Events parked for a person, by type", ("type",)),
    Family("shokai_records_unsent", "gauge", "Access records not yet relayed"),
    Family("shokai_attention", "gauge", "What a person should look at, as at /readyz", ("what",)),
    Family("shokai_signing_key_age_seconds", "gauge", "Age of the signing key that was changed longest ago"),
)

BUS: Final = (
    Family("shokai_bus_connected", "gauge", "1 while the broker answers"),
    Family("shokai_bus_consuming", "gauge", "1 while this process takes events from its queue"),
    Family("shokai_leader", "gauge", "1 while this process relays and runs the jobs of its service"),
    Family("shokai_event_seconds", "histogram", "Time to handle an event", ("type", "outcome"), LONG),
    Family("shokai_publish_seconds", "histogram", "Time until a batch was confirmed", ("outcome",)),
    Family("shokai_events_published", "counter", "Events that were confirmed"),
    Family("shokai_accept_batch_events", "histogram", "Events stored in the inbox in one commit", (), COUNTS),
    Family("shokai_events_redelivered", "counter", "Events that were there already"),
)

WORK: Final = (
    Family("shokai_http_seconds", "histogram", "Time to answer a call", ("method", "route", "status")),
    Family("shokai_stage_seconds", "histogram", "Time of a stage of the work", ("stage", "outcome"), LONG),
    Family("shokai_job_seconds", "histogram", "Time of a job's run", ("job_name", "outcome"), LONG),
    Family("shokai_job_success_timestamp_seconds", "gauge", "When a job last ran to its end", ("job_name",)),
    Family("shokai_jobs_looked_timestamp_seconds", "gauge", "When the schedule was last gone through to its end"),
    Family("shokai_commit_transactions", "histogram", "Transactions that shared one commit", (), COUNTS),
    Family("shokai_commit_seconds", "histogram", "Time of a group of transactions, from its begin to its commit"),
    Family("shokai_spans_lost", "counter", "Spans that the collector did not take"),
    Family("shokai_certificate_expiry_timestamp_seconds", "gauge", "When a certificate ends", ("certificate",)),
)

# What a service may tell of its own, by `Parts.metrics()`; the names there come without "shokai_".
TOLD: Final = (
    Family("shokai_log_records", "gauge", "Records in the log"),
    Family("shokai_log_unsigned_records", "gauge", "Records in the log under no checkpoint yet"),
    Family("shokai_log_lag_seconds", "gauge", "Age of the oldest record under no checkpoint yet"),
    Family("shokai_log_gaps", "gauge", "Runs of records that did not arrive and are not explained"),
    Family("shokai_log_alarms", "gauge", "Alarms of the log that nobody has explained"),
    Family("shokai_batches_unbalanced", "gauge", "Batches whose answer does not balance"),
    Family("shokai_batch_ready_timestamp_seconds", "gauge", "When the newest batch was ready"),
    Family("shokai_reviews_open", "gauge", "Reviews that wait for a person"),
    Family("shokai_cutoff_late_seconds", "gauge", "How long ago the cutoff of the oldest open cycle was"),
    Family("shokai_cycle_closed_timestamp_seconds", "gauge", "When the newest cycle with inquiries was closed"),
    Family("shokai_destruction_due", "gauge", "Copies that are due to be destroyed"),
    Family("shokai_destruction_late_seconds", "gauge", "How long the longest due copy is overdue"),
)

FAMILIES: Final = (*BACKLOG, *BUS, *WORK, *TOLD)
