"""The one reader and the one writer, on every layout."""

import hashlib
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.layouts import KIND_CODES, NAMES, kind_name, layout
from shared.layouts.charsets import decode
from shared.layouts.columns import read, write
from shared.layouts.columns.encoding import encode
from shared.layouts.lines import LINE_BYTES
from shared.layouts.show import list_layouts, show_layout
from shared.refusals import Refusal

REPLY = {"kind": "1", "plan_number": "00012345", "created": "20260601", "reply_serial": "1", "request_id": "r"}
TEXT = st.text(st.characters(min_codepoint=0x20, blacklist_categories=["Cs", "Cc"]), max_size=12)


def written(name: str, header: dict[str, str], frame: pl.DataFrame, **more: str) -> bytes:
    return b"".join(write(layout(name), header, [frame], **more))  # type: ignore[arg-type]


class Trickle(io.BytesIO):
    """Gives a few bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(7)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=5))
def test_what_is_written_is_read_again(rows: list[tuple[str, str, str]]) -> None:
    frame = pl.DataFrame(rows, schema=["seq", "name_kanji", "address"], orient="row")
    data = written("jlis-answer-1", {"batch_id": "b", "kind": "1"}, frame)
    for source in (io.BytesIO(data), Trickle(data)):
        reading = read(layout("jlis-answer-1"), source)
        found = pl.concat(reading.frames())
        assert found.select(frame.columns).rows() == rows
        assert reading.trailer is not None
        assert reading.trailer["records"] == str(len(rows))
        assert reading.trailer["sha256"] == reading.sha256_before_trailer
        assert reading.sha256 == hashlib.sha256(data).hexdigest()
        assert (reading.lines, reading.size) == (len(rows) + 2, len(data))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    for name in NAMES:
        reading = read(layout(name), io.BytesIO(data))
        assert sum(frame.height for frame in reading.frames()) <= reading.records
        assert reading.size == len(data)


def test_one_bad_line_takes_no_other_with_it() -> None:
    lines = ["1,1,00012345,20260601,001,cp932", "2,1,M1", '2,2,"M2', "2,3," + "x," * 20, '2,4,"M,4",a,b,c,d,e,f', "9,4"]
    reading = read(layout("pfa-request-1"), io.BytesIO("\n".join(lines).encode()))
    frame = pl.concat(reading.frames())
    assert frame.select("line", "width", "member_id").rows() == [
        (2, 3, "M1"),
        (3, 0, None),
        (4, 23, "x"),
        (5, 9, "M,4"),
    ]


def test_a_line_without_end_is_cut_and_the_next_one_read() -> None:
    long = b"2,1," + b"x" * (12 * LINE_BYTES)
    data = b"1,1,00012345,20260601,001,cp932\n" + long + b"\n2,2,M2\n9,2\n"
    reading = read(layout("pfa-request-1"), io.BytesIO(data))
    frame = pl.concat(reading.frames())
    assert frame["line"].to_list() == [2, 3]
    assert frame["member_id"].str.len_bytes().max() <= LINE_BYTES  # type: ignore[operator]
    assert reading.trailer == {"records": "2"}
    assert reading.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("lone", [b"\x80", b"\xa0", b"\xfd", b"\xfe", b"\xff", b"\x81", b"\x81\x0a"])
def test_bytes_that_are_no_cp932_are_told_by_line(lone: bytes) -> None:
    data = b"1,1,00012345,20260601,001,cp932\r\n2,1,A\r\n2,2,B" + lone + b"\r\n2,3,C\r\n9,3\r\n"
    reading = read(layout("pfa-request-1"), io.BytesIO(data))
    members = pl.concat(reading.frames())["member_id"].drop_nulls().to_list()
    assert reading.bad_lines[0] == (3, "F01")
    assert members[0] == "A"
    assert members[-1] == "C"


def test_cp932_writes_a_geta_for_what_it_lacks_and_counts_it() -> None:
    frame = pl.DataFrame({"serial": ["1"], "differing": ["髙〜−葛\U000e0100𠮷\ue000■"]})
    writing = write(layout("pfa-reply-1"), REPLY, [frame], charset="cp932")
    text = b"".join(writing).decode("cp932")
    assert "髙～－■■■■" in text
    assert writing.unmapped == 3
    plain = write(layout("pfa-reply-1"), REPLY, [frame], charset="utf-8")
    assert "葛\U000e0100𠮷" in b"".join(plain).decode()
    assert plain.unmapped == 0


@pytest.mark.parametrize("start", list("=+-@＝＋－＠"))
def test_a_cell_of_a_reply_starts_no_formula(start: str) -> None:
    data = written("pfa-reply-1", REPLY, pl.DataFrame({"serial": ["1"], "member_id": [f"{start}1+1"]}))
    assert f",'{start}1+1," in data.decode()


def test_line_breaks_inside_a_value_make_no_new_line() -> None:
    data = written("pfa-reply-1", REPLY, pl.DataFrame({"serial": ["1"], "member_id": ["a\r\nb\x00"]}))
    assert len(data.splitlines()) == 3


def test_rejected_records_and_both_totals() -> None:
    frame = pl.DataFrame({"serial": [1, 2], "member_id": ["a", "b"]})
    rejected = pl.DataFrame({"serial": [3], "member_id": ["c"], "codes": ["R01;R06"]})
    writing = write(layout("pfa-reply-1"), REPLY, [frame], rejected=[rejected])
    lines = b"".join(writing).decode().split("\r\n")
    assert lines[3:5] == ["8,3,c,R01;R06", "9,2,1"]
    assert (writing.records, writing.rejected) == (2, 1)


def test_every_kind_has_its_own_form() -> None:
    for code in KIND_CODES.values():
        assert layout("pfa-request-1").record("data", code).columns[:2] == ("serial", "member_id")
    assert [kind_name(code) for code in ("1", "4", "5")] == ["provisional", "deletion", ""]
    assert layout("pfa-reply-1").record("data", "3").columns[-1] == "my_number"


@pytest.mark.parametrize("name", NAMES)
def test_each_layout_prints_as_a_table(name: str) -> None:
    assert name in list_layouts()
    shown = show_layout(name)
    assert all(each.name in shown for record in layout(name).records for each in record.fields)


def test_an_unknown_layout_or_record_is_refused() -> None:
    with pytest.raises(Refusal, match="unknown-layout"):
        layout("../secrets")
    with pytest.raises(Refusal, match="unknown-record"):
        layout("jlis-answer-1").record("rejected")


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xDFFF, blacklist_categories=["Cs"]), max_size=20))
def test_what_cp932_wrote_it_reads(text: str) -> None:
    data, unmapped = encode(text, "cp932")
    assert len(decode(data, "cp932")) <= len(text)
    assert 0 <= unmapped <= len(text)
