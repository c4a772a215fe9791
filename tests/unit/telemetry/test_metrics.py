"""Labels are words of the code; whatever else is given becomes `other`."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import EVENTS
from shared.telemetry.families import FAMILIES
from shared.telemetry.metrics import Metrics, metrics_of
from shared.telemetry.stages import handling, running, sending, stage
from shared.telemetry.words import RULES, is_word, word

ROOT = Path(__file__).parents[3]
IDENTIFIERS = ["0197f9a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b", "00012345", "2026-06-A", "山田太郎", "staff/1", "a" * 36 + "7"]


def labels(metrics: Metrics) -> set[tuple[str, str]]:
    found = (sample.labels for family in metrics.registry.collect() for sample in family.samples)
    return {(kind, value) for each in found for kind, value in each.items() if kind != "le"}


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_no_label_takes_an_identifier(kind: str, identifier: str) -> None:
    assert word(kind, identifier) == "other"
    assert word(kind, f"/{identifier}") == "other"


@given(st.sampled_from(sorted(RULES)), st.text(alphabet="0123456789abcdefv-/._{}", min_size=2))
def test_no_word_holds_two_digits_in_a_row(kind: str, text: str) -> None:
    if any(first.isdigit() and second.isdigit() for first, second in pairwise(text)):
        assert word(kind, text) == "other"


def test_every_event_type_is_a_word() -> None:
    assert {word("type", name) for name in EVENTS} == set(EVENTS)


def test_every_route_is_a_word() -> None:
    documents = sorted((ROOT / "docs/generated/openapi").glob("*.json"))
    paths = [path for document in documents for path in orjson.loads(document.read_bytes())["paths"]]
    assert len(paths) > 50
    assert [path for path in paths if word("route", path) != path] == []


def test_labels_of_every_family_have_a_rule() -> None:
    assert {label for family in FAMILIES for label in family.labels} <= set(RULES)
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


def test_whatever_is_given_only_words_are_kept() -> None:
    metrics = Metrics()
    for given_text in IDENTIFIERS:
        metrics.event_handled(given_text, 0.1, given_text)
        metrics.answered(given_text, f"/intake/v1/requests/{given_text}", 200, 0.1)
        metrics.stage_done(given_text, 0.1, given_text)
        metrics.job_ran(given_text, 0.1, given_text)
        metrics.certificate_ends(given_text, datetime(2027, 1, 1, tzinfo=UTC))
        metrics.set_all("shokai_inbox_waiting", "type", {given_text: 1})
    assert {text for kind, text in labels(metrics) if kind != "status"} == {"other"}
    assert all(is_word(kind, text) for kind, text in labels(metrics))


def test_a_type_that_is_not_told_any_more_is_forgotten() -> None:
    metrics = Metrics()
    first, second = "intake.file.received.v1", "intake.cycle.closed.v1"
    metrics.set_all("shokai_inbox_waiting", "type", {first: 2, second: 1})
    metrics.set_all("shokai_inbox_waiting", "type", {second: 3})
    assert value(metrics, "shokai_inbox_waiting", type=first) is None
    assert value(metrics, "shokai_inbox_waiting", type=second) == 3


def test_work_is_counted_and_timed() -> None:
    metrics = Metrics()
    metrics.event_handled("intake.file.received.v1", 0.2, "done")
    metrics.published(7, 0.01, "done")
    metrics.published(3, 0.01, "failed")
    metrics.accepted(10, 8)
    metrics.answered("GET", "/intake/v1/requests/{request_id}", 404, 0.02)
    metrics.committed(5, 0.003)
    metrics.leads(True)
    metrics.certificate_ends("bus", datetime(2027, 1, 1, tzinfo=UTC))
    done = {"type": "intake.file.received.v1", "outcome": "done"}
    assert value(metrics, "shokai_event_seconds_count", **done) == 1
    assert value(metrics, "shokai_events_published_total") == 7
    assert value(metrics, "shokai_events_redelivered_total") == 2
    asked = {"method": "GET", "route": "/intake/v1/requests/{request_id}", "status": "4xx"}
    assert value(metrics, "shokai_http_seconds_count", **asked) == 1
    assert value(metrics, "shokai_commit_transactions_sum") == 5
    assert value(metrics, "shokai_leader") == 1
    assert value(metrics, "shokai_certificate_expiry_timestamp_seconds", certificate="bus") == 1798761600


def test_a_service_tells_only_what_is_on_the_list() -> None:
    metrics = Metrics()
    assert metrics.tell("batches_unbalanced", 1)
    assert not metrics.tell("plan_00012345", 1)
    assert not metrics.tell("outbox_events", 1)
    assert value(metrics, "shokai_batches_unbalanced") == 1
    assert b"00012345" not in metrics.text()


@stage("intake.check")
def checked(fails: bool) -> str:
    if fails:
        raise ValueError("no")
    return "checked"


def test_a_stage_is_timed_with_its_outcome() -> None:
    metrics = metrics_of("intake")
    one = {"stage": "intake.check"}
    before = value(metrics, "shokai_stage_seconds_count", **one, outcome="done") or 0
    assert checked(False) == "checked"
    with pytest.raises(ValueError):
        checked(True)
    assert value(metrics, "shokai_stage_seconds_count", **one, outcome="done") == before + 1
    assert (value(metrics, "shokai_stage_seconds_count", **one, outcome="failed") or 0) >= 1


async def test_what_surrounds_the_work_times_it() -> None:
    metrics = metrics_of("surroundings")
    with handling("surroundings", "intake.file.received.v1", ""), sending("surroundings", [("a.b.v1", "")]):
        pass
    with pytest.raises(OSError), running("surroundings", "intake-cutoff"):
        raise OSError
    with running("surroundings", "intake-expiry"):
        pass

    async def wait() -> None:
        with handling("surroundings", "intake.cycle.closed.v1", ""):
            await asyncio.sleep(60)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    cancelled = {"type": "intake.cycle.closed.v1", "outcome": "cancelled"}
    assert value(metrics, "shokai_event_seconds_count", **cancelled) == 1
    assert value(metrics, "shokai_event_seconds_count", type="intake.file.received.v1", outcome="done") == 1
    assert value(metrics, "shokai_publish_seconds_count", outcome="done") == 1
    assert value(metrics, "shokai_job_seconds_count", job_name="intake-cutoff", outcome="failed") == 1
    assert value(metrics, "shokai_job_success_timestamp_seconds", job_name="intake-cutoff") is None
    assert (value(metrics, "shokai_job_success_timestamp_seconds", job_name="intake-expiry") or 0) > 0
