"""Ids travel with and without a collector; spans say words of the code only; a collector that is away harms nobody."""

import asyncio
import re
import socket
from collections.abc import Iterator
from contextvars import copy_context
from time import monotonic

import pytest

from shared.telemetry.metrics import metrics_of
from shared.telemetry.spans import configure_traces, stop_traces
from shared.telemetry.stages import handling, running, sending, stage
from shared.telemetry.tracing import current_trace_id, current_traceparent, enter_trace, span
from tests.unit.telemetry.collector import Collector, collecting

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")
TRACE = GIVEN[3:35]
NAME = "山田太郎"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(params=["with a collector", "without"])
def either(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "without":
        yield
        return
    with collecting():
        yield


def test_outside_of_any_work_there_is_no_trace() -> None:
    assert copy_context().run(current_traceparent) == ""
    assert copy_context().run(current_trace_id) == ""


def entered(traceparent: str) -> str:
    enter_trace(traceparent)
    return current_traceparent()


def test_a_trace_that_came_in_is_gone_on_with() -> None:
    assert copy_context().run(entered, GIVEN) == GIVEN


@pytest.mark.parametrize(
    "malformed",
    ["", "00-xyz", GIVEN + "\n", GIVEN.upper(), "ff" + GIVEN[2:], f"00-{'0' * 32}-{'1' * 16}-01", GIVEN + NAME],
)
def test_one_that_is_malformed_is_left_for_a_new_one(malformed: str) -> None:
    made = copy_context().run(entered, malformed)
    assert TRACEPARENT.fullmatch(made)
    assert made[3:35] != TRACE


def test_a_caller_does_not_decide_that_nothing_is_kept() -> None:
    assert copy_context().run(entered, GIVEN[:-2] + "00") == GIVEN


@pytest.mark.usefixtures("either")
def test_a_span_goes_on_and_gives_the_context_back() -> None:
    with span("test.outer", parent=GIVEN) as outer:
        assert outer.traceparent == current_traceparent() != GIVEN
        assert current_trace_id() == TRACE
        with span("test.inner") as inner:
            assert inner.traceparent[3:35] == TRACE
            assert inner.traceparent != outer.traceparent
        assert current_traceparent() == outer.traceparent
        with span("test.other", parent="") as other:
            assert other.traceparent[3:35] != TRACE
    assert current_trace_id() == ""


@pytest.mark.usefixtures("either")
async def test_tasks_and_threads_keep_their_own_trace() -> None:
    async def in_trace(traceparent: str) -> tuple[str, str]:
        with span("test.task", parent=traceparent):
            await asyncio.sleep(0)
            return await asyncio.to_thread(current_trace_id), current_trace_id()

    other = GIVEN.replace("0af", "1af")
    first, second = await asyncio.gather(in_trace(GIVEN), in_trace(other))
    assert first == (TRACE, TRACE)
    assert second == (other[3:35], other[3:35])


def test_a_span_arrives_with_what_it_may_say(collector: Collector) -> None:
    with span("test.work", parent=GIVEN, kind="consumer", service="intake", links=[GIVEN, "rubbish"]) as opened:
        opened.note(type="intake.file.received.v1", count=3, status=200, attempts=2)
    (seen,) = collector.spans("test.work")
    assert (seen.service, seen.kind, seen.trace_id, seen.links) == ("intake", 5, TRACE, (TRACE,))
    assert seen.parent_id == GIVEN[36:52]
    assert seen.attributes == {
        "shokai.event_type": "intake.file.received.v1",
        "shokai.count": 3,
        "http.response.status_code": 200,
        "shokai.attempts": 2,
    }


def test_a_span_says_nothing_else(collector: Collector) -> None:
    with span(f"test.{NAME}", service="intake", plan_number="00012345", type=NAME, route="/people/00012345") as opened:
        opened.note(subject=NAME, count=NAME, records="12", type="0197f9a0-aaaa")
        opened.rename("GET", f"/{NAME}")
    (seen,) = collector.spans()
    assert seen.name == "GET other"
    assert seen.attributes == {"shokai.event_type": "other", "http.route": "other"}


def test_of_an_error_only_the_class_is_told(collector: Collector) -> None:
    with pytest.raises(LookupError), span("test.work"):
        raise LookupError(NAME)
    (seen,) = collector.spans()
    assert (seen.failed, seen.message, seen.events) == (True, "", 0)
    assert seen.attributes == {"error.type": "LookupError"}


def test_each_service_is_a_resource_of_its_own(collector: Collector) -> None:
    with span("test.host"), span("test.outer", service="intake"), span("test.inner"), stage("matcher.match"):
        pass
    services = {one.name: one.service for one in collector.spans()}
    assert services == {
        "test.host": "test",
        "test.outer": "intake",
        "test.inner": "intake",
        "matcher.match": "matcher",
    }


def test_what_surrounds_the_work_makes_spans(collector: Collector) -> None:
    with sending("intake", [("intake.file.received.v1", GIVEN), ("audit.record.made.v1", "")]):
        pass
    with handling("matcher", "intake.cycle.closed.v1", GIVEN, attempts=2):
        pass
    with running("intake", "intake-cutoff"):
        pass
    found = {one.name: one for one in collector.spans()}
    assert set(found) == {"bus.send", "bus.handle", "job.run"}
    assert found["bus.send"].trace_id == found["bus.handle"].trace_id == TRACE != found["job.run"].trace_id
    assert found["bus.handle"].attributes == {"shokai.event_type": "intake.cycle.closed.v1", "shokai.attempts": 2}


def test_a_batch_that_fails_fails_in_each_trace(collector: Collector) -> None:
    with pytest.raises(OSError), sending("intake", [("intake.file.received.v1", GIVEN)]):
        raise OSError(NAME)
    (seen,) = collector.spans("bus.send")
    assert seen.failed
    assert seen.attributes["error.type"] == "OSError"


def test_a_collector_that_is_away_is_not_waited_for() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)  # takes the connection and never answers
        configure_traces("away", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = monotonic()
        for _ in range(2000):
            with span("test.work", service="away"):
                pass
        worked = monotonic() - started
        stop_traces(seconds=0.2)
        assert worked < 1.5
        assert monotonic() - started < worked + 1
    assert TRACEPARENT.fullmatch(copy_context().run(entered, ""))


def test_spans_that_nobody_took_are_counted_and_not_talked_about(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    configure_traces("refused", f"http://127.0.0.1:{port}")
    with span("test.work"):
        pass
    stop_traces(seconds=5)
    assert b"shokai_spans_lost_total 1.0" in metrics_of("refused").text()
    assert caplog.records == []
