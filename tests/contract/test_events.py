"""Events survive the way through an envelope, and readers are lenient where writers may grow."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.events import EVENTS, Envelope, Event, event_of
from shared.events.audit import RecordsMade

records: Final = st.lists(st.dictionaries(st.text(), st.integers(0, 2**53 - 1))).map(tuple)
OWN: Final[dict[type[Event], st.SearchStrategy[Any]]] = {RecordsMade: st.builds(RecordsMade, records=records)}
st.register_type_strategy(datetime, st.datetimes().map(lambda at: at.replace(tzinfo=UTC)))


def envelope_of(event: Event, **more: Any) -> Envelope:
    """The event as it travels; `more` is added to its data."""
    data = event.model_dump(mode="json") | more
    return Envelope(id="1", source="/intake", type=event.TYPE, subject="s", time="2026-06-01T00:00:00Z", data=data)


@pytest.mark.parametrize("kind", EVENTS.values(), ids=lambda kind: kind.TYPE)
@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
def test_what_is_announced_is_what_is_read(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(OWN.get(kind, st.from_type(kind)))
    travelled = Envelope.model_validate_json(envelope_of(event).model_dump_json())
    assert event_of(travelled) == event
    assert event_of(envelope_of(event, field_of_a_later_version=1)) == event


def test_an_unknown_type_is_no_error() -> None:
    unknown = Envelope(id="1", source="/x", type="x.y.z.v9", subject="s", time="2026-06-01T00:00:00Z", data={})
    assert event_of(unknown) is None
