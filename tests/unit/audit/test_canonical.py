"""The canonical form: RFC 8785 for what a record may hold, and the same bytes as the encoder that services use."""

import json
from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.canonical import GREATEST, canonical, record_of
from shared.refusals import Refusal

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.text(st.characters(max_codepoint=126, min_codepoint=32), min_size=1, max_size=8)
values = st.recursive(
    text | st.booleans() | st.integers(-GREATEST, GREATEST),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(keys, part, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(keys, values, max_size=6)


@given(records)
def test_the_fast_encoder_of_the_services_writes_the_same_bytes(record: dict[str, object]) -> None:
    assert canonical(record) == orjson.dumps(record, option=orjson.OPT_SORT_KEYS)


flat = text | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.none() | st.lists(text | st.integers())
real_records = st.dictionaries(st.sampled_from(["id", "actor", "subjects", "subject_tokens", "at"]), flat)


@given(real_records)
def test_the_fast_way_for_records_as_services_make_them_ends_as_the_slow_one(record: dict[str, object]) -> None:
    try:
        slow = canonical({**record, "no key of a record": "x"})
    except Refusal:
        with pytest.raises(Refusal, match="record-form"):
            canonical(record)
        return
    assert json.loads(slow).pop("no key of a record") == "x"
    assert canonical(record) == orjson.dumps(record, option=orjson.OPT_SORT_KEYS)


@given(records)
def test_a_record_comes_back_from_its_canonical_form(record: dict[str, object]) -> None:
    assert record_of(canonical(record)) == record


@given(st.characters(exclude_categories=["Cs"]))
def test_each_character_is_written_as_rfc_8785_says(letter: str) -> None:
    short = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    expected = short.get(letter) or (f"\\u{ord(letter):04x}" if letter < " " else letter)
    assert canonical({"a": letter}) == f'{{"a":"{expected}"}}'.encode()


def test_control_characters_and_letters_beyond_the_first_plane_equal_the_fast_encoder() -> None:
    record = {"a": "".join(map(chr, range(0xA0))) + "𠮷野家\U0010ffff\ue000\u2028"}
    assert canonical(record) == orjson.dumps(record, option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize(
    "record",
    [
        {"a": 1.0},
        {"a": None},
        {"a": 2**53},
        {"a": -(2**53)},
        {"あ": "a"},
        {"a": [1, [None]]},
        {"a": "\ud800"},
        {"a": float("nan")},
    ],
)
def test_what_the_form_does_not_allow_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(Refusal, match="record-form"):
        canonical(record)


def test_a_record_that_no_bundle_can_hold_is_refused() -> None:
    with pytest.raises(Refusal, match="record-too-long"):
        canonical({"a": "x" * 65_530})


@pytest.mark.parametrize(
    "entry",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"a":"\\u0041"}',
        b'{"a":1.0}',
        b'{"a":-0}',
        b'{"a":1e2}',
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b"[1]",
        b"",
        b"\xff",
        b"[" * 60_000,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_an_entry_in_any_other_spelling_is_refused(entry: bytes) -> None:
    with pytest.raises(Refusal, match="record-form"):
        record_of(entry)


@given(st.binary(max_size=60))
def test_no_bytes_make_the_reader_fail(entry: bytes) -> None:
    with suppress(Refusal):
        assert canonical(record_of(entry)) == entry


def test_the_same_record_is_canonical_whatever_the_order_of_its_keys() -> None:
    assert canonical({"b": 1, "a": "x"}) == canonical(json.loads('{"a":"x","b":1}')) == b'{"a":"x","b":1}'
