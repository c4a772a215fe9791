"""What may be shown and written of a parked event, and what events that failed alike have in common."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bus.causes import fingerprint, noted_cause, release
from shared.bus.corrections import UNCHANGEABLE, CorrectionInvalid, corrected
from shared.bus.described import described, subject_shown
from shared.events import EVENTS, Envelope
from shared.refusals import Refusal

ID = "0190c8d4-7f7a-7b6e-9c1a-0123456789ab"
DIGEST = "a" * 64
BLOB = {"id": f"intake.{ID}", "size": 10, "sha256": DIGEST, "purpose": "closing-list", "records": 3}
CLOSED = {
    "cycle": "2026-06-A",
    "closed_at": "2026-06-15T23:59:59+09:00",
    "reply_due": "2026-07-01",
    "requests": 3,
    "inquiries": {"provisional": 2},
    "closing_list": BLOB,
}


def body(event_type: str, data: dict[str, Any]) -> bytes:
    event = Envelope(id=ID, source="/intake", type=event_type, subject="s", time="2026-06-01T00:00:00Z", data=data)
    return event.model_dump_json().encode()


def closed(**changed: Any) -> bytes:
    return body("intake.cycle.closed.v1", CLOSED | changed)


def fields(event: bytes) -> dict[str, Any]:
    return {field["name"]: field for field in described(event)["fields"]}


def test_names_types_and_sizes_of_all_fields_and_values_of_harmless_ones() -> None:
    told = fields(closed())
    assert told["cycle"] == {"name": "cycle", "type": "string", "size": 9, "value": "2026-06-A"}
    assert told["requests"] == {"name": "requests", "type": "number", "value": 3}
    assert told["inquiries"] == {"name": "inquiries", "type": "object", "size": 1, "value": {"provisional": 2}}
    assert told["closing_list"]["value"] == {"id": BLOB["id"]}
    assert told["closed_at"] == {"name": "closed_at", "type": "string", "size": 25}
    assert described(closed())["valid"]


def test_a_long_list_is_cut() -> None:
    event = body("media.disc.sent.v1", {"disc_id": ID, "plan_number": "00012345", "request_ids": [ID] * 50})
    told = fields(event)["request_ids"]
    assert (told["size"], len(told["value"])) == (50, 20)


NAMES = ("山田太郎", "yamada taro", "YAMADA", "123456789012", "12345678901", 123456789012, 12345678901, True, 1.5)


@pytest.mark.parametrize("value", [*NAMES, list(NAMES), {"id": "山田"}, {"山田": 1}, {"a": 123456789012}])
@pytest.mark.parametrize("name", sorted(CLOSED))
def test_what_should_not_be_there_is_never_shown(name: str, value: Any) -> None:
    told = fields(closed(**{name: value}))[name]
    assert "value" not in told


@given(data=st.dictionaries(st.text(), st.recursive(st.text(min_size=3), lambda inner: st.lists(inner, min_size=1))))
@settings(max_examples=60, deadline=None, database=None)
def test_made_up_fields_are_counted_and_not_named(data: dict[str, Any]) -> None:
    event = body("intake.cycle.closed.v1", {f"{name}!": value for name, value in data.items()})
    told = described(event)
    assert told["fields"] == []
    assert told["unknown_fields"] == len(data)
    assert {error["rule"] for error in told["errors"]} == {"missing"}


def test_what_is_no_event_at_all_has_a_size_and_a_digest() -> None:
    told = described("山田".encode())
    assert (told["size"], told["valid"], len(told["sha256"])) == (6, False, 64)
    assert "fields" not in told


@pytest.mark.parametrize("subject", [ID, f"request/{ID}", "00012345", f"{ID}/12", "records/matcher", "clerk-1"])
def test_an_id_is_shown_as_subject(subject: str) -> None:
    assert subject_shown(subject) == subject


@pytest.mark.parametrize("subject", ["山田", "yamada taro", "123456789012", f"{ID}/123456789012", ""])
def test_no_other_subject_is(subject: str) -> None:
    assert subject_shown(subject) == ""


def test_a_correction_depends_on_its_data_alone() -> None:
    one = corrected(closed(cycle="2026-06-B"), CLOSED)
    other = corrected(closed(cycle="2026-06-B"), dict(reversed(CLOSED.items())))
    assert one == other
    assert Envelope.model_validate_json(one).data["cycle"] == "2026-06-A"
    assert Envelope.model_validate_json(one).id == ID


@pytest.mark.parametrize(
    ("changed", "pointer", "rule"),
    [
        ({"cycle": "山田太郎"}, "/data/cycle", "not_harmless"),
        ({"requests": 123456789012}, "/data/requests", "not_harmless"),
        ({"closing_list": {**BLOB, "purpose": "山田太郎"}}, "/data/closing_list", "not_harmless"),
        ({"inquiries": {"山田": 1}}, "/data/inquiries", "not_harmless"),
        ({"requests": "many"}, "/data/requests", "int_parsing"),
        ({"山田太郎": 1}, "/data", "extra_forbidden"),
        ({"requests": 2**70}, "/data/requests", "not_harmless"),
    ],
)
def test_a_wrong_correction_says_where_and_never_what(changed: dict[str, Any], pointer: str, rule: str) -> None:
    with pytest.raises(CorrectionInvalid) as refused:
        corrected(closed(), CLOSED | changed)
    assert refused.value.errors == [{"pointer": pointer, "rule": rule}]


def test_what_was_there_may_stay() -> None:
    data = {"staff_id": "clerk-1", "change": "pledged"}
    event = body("authority.staff.changed.v1", data)
    assert data.items() <= Envelope.model_validate_json(corrected(event, data)).data.items()
    with pytest.raises(CorrectionInvalid):
        corrected(event, data | {"change": "山田太郎"})


@pytest.mark.parametrize("kind", sorted(UNCHANGEABLE, key=str), ids=str)
def test_records_and_rights_are_not_written_by_hand(kind: Any) -> None:
    with pytest.raises(Refusal) as refused:
        corrected(body(kind.TYPE, {}), {})
    assert refused.value.code == "event-not-changeable"


def test_every_event_can_be_described() -> None:
    for event_type in EVENTS:
        assert orjson.dumps(described(body(event_type, {})))


def failing(depth: int) -> None:
    if depth:
        failing(depth - 1)
    orjson.loads(b"{")


def cause(depth: int) -> str:
    try:
        failing(depth)
    except ValueError as error:
        return noted_cause(error)
    raise AssertionError


def test_events_that_failed_alike_are_one_group_however_they_came_there() -> None:
    shallow, deep = cause(0), cause(3)
    assert shallow != deep
    assert shallow.startswith("JSONDecodeError at failing:")
    assert fingerprint("a.b.c.v1", shallow) == fingerprint("a.b.c.v1", deep)
    assert fingerprint("a.b.c.v1", shallow).release == release()
    assert fingerprint("a.b.c.v1", shallow).id != fingerprint("a.b.d.v1", shallow).id


def test_the_place_in_our_code_counts_and_not_the_librarys() -> None:
    with pytest.raises(TypeError) as raised:
        sorted([1, "a"], key=lambda value: orjson.dumps(value, default=str) + 1)  # type: ignore[operator]
    assert noted_cause(raised.value).startswith("TypeError at <lambda>:")
    with pytest.raises(ValueError, match="validation") as invalid:
        Envelope.model_validate_json("{}")
    assert noted_cause(invalid.value).startswith("ValidationError at test_the_place_in_our_code")


def test_a_stored_cause_has_room_for_its_release() -> None:
    assert len(cause(50)) <= 200
    assert fingerprint("a.b.c.v1", cause(50)).release == release()
    assert fingerprint("a.b.c.v1", "ValueError at take:1 < run:2").release == ""
