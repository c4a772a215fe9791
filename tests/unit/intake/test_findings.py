"""One golden file a code: exactly these findings, on this line, in this field."""

from typing import Any

import polars as pl
import pytest

from shared.check import FINDINGS, severity, with_texts
from shared.check.columns import KnownNumbers
from shared.check.columns.hashed_set import HashedSet
from shared.people.inquiry_numbers import check_character
from tests.unit.intake.files import PLAN, check, file_of, row

KNOWN, GONE, STRANGE = (body + check_character(body) for body in ("ABCDEFGH1", "ABCDEFGH2", "ABCDEFGH3"))
BROKEN = KNOWN[:-1] + ("0" if KNOWN[-1] != "0" else "1")
MAIN = f"1,2,{PLAN},20260601,001,cp932"
ISSUED = HashedSet(pl.Series([KNOWN]))
DELETED = HashedSet(pl.Series([GONE]))
NUMBERS = {"kind": "2", "numbers": KnownNumbers(issued=ISSUED, deleted=DELETED)}
WAITING = KnownNumbers(issued=ISSUED, waiting=ISSUED)


def main(number: str) -> bytes:
    return file_of([f"2,1,M1,{number}"], header=MAIN)


def header(text: str) -> bytes:
    return file_of([row(1)], header=text)


def changed(**fields: str) -> bytes:
    return file_of([row(1, **fields)])


Golden = tuple[str, bytes, dict[str, Any], tuple[int, str]]
FILES: tuple[Golden, ...] = (
    ("F01", file_of([row(1)]).replace("山田".encode("cp932"), b"\x80\xfd"), {}, (2, "charset")),
    ("F02", header(f"1,1,{PLAN},20260631,001,cp932"), {}, (1, "created")),
    ("F02", header(f"1,1,{PLAN},20260601,000,cp932"), {}, (1, "media_serial")),
    ("F02", header(f"1,1,{PLAN},20260601,001,sjis"), {}, (1, "charset")),
    ("F02", header(f"1,1,{PLAN},20260601,001"), {}, (1, "record_type")),
    ("F03", header("1,1,00099999,20260601,001,cp932"), {}, (1, "plan_number")),
    ("F04", header(f"1,1,{PLAN},20260601,001,cp932"), {"kind": "3"}, (1, "kind")),
    ("F05", file_of([row(1)]).rsplit(b"9,", 1)[0], {}, (2, "record_type")),
    ("F06", file_of([row(1)], trailer="9,2"), {}, (3, "record_type")),
    ("F06", file_of([row(1)]), {"registered_records": 2}, (3, "record_type")),
    ("F07", file_of([row(1)]), {"received_before": True}, (1, "media_serial")),
    ("F08", file_of([]), {}, (2, "record_type")),
    ("F09", file_of([row(1), row(2)]), {"max_records": 1}, (1, "record_type")),
    ("F10", file_of([row(1)]), {"clean": False}, (1, "record_type")),
    ("F12", file_of([row(1)]), {"contract_in_force": False}, (1, "plan_number")),
    ("R01", file_of(["2,1,M1"]), {}, (2, "record_type")),
    ("R01", file_of([row(1), "7" + row(2)[1:]]), {}, (3, "record_type")),
    ("R02", file_of([row(1), row(3)]), {}, (3, "serial")),
    ("R03", changed(name_kanji="　"), {}, (2, "name_kanji")),
    ("R04", changed(name_kana="ヤマダ ﾀﾛｳ"), {}, (2, "name_kana")),
    ("R04", changed(name_kanji="山田　ﾀﾛｳ"), {}, (2, "name_kanji")),
    ("R04", changed(member_id="Ｍ１"), {}, (2, "member_id")),
    ("R04", changed(postal_code="100-005"), {}, (2, "postal_code")),
    ("R04", changed(birth_date="1950-4-1"), {}, (2, "birth_date")),
    ("R05", changed(member_id="M" * 21), {}, (2, "member_id")),
    ("R05", changed(address="東京都千代田区丸の内" + "一" * 91), {}, (2, "address")),
    ("R06", changed(birth_date="19500230"), {}, (2, "birth_date")),
    ("R07", changed(birth_date="20260602"), {}, (2, "birth_date")),
    ("R07", changed(birth_date="18991231"), {}, (2, "birth_date")),
    ("R08", changed(sex="3"), {}, (2, "sex")),
    ("R09", changed(name_kanji="山田　太\ue000"), {}, (2, "name_kanji")),
    ("R10", changed(name_kanji="山田　太①"), {}, (2, "name_kanji")),
    ("R11", file_of([row(1), row(2, member_id="M1")]), {}, (3, "member_id")),
    ("R12", file_of([row(1), row(2, address="東京都千代田区丸の内１－１－１")]), {}, (3, "name_kanji")),
    ("R13", main(BROKEN), NUMBERS, (2, "inquiry_number")),
    ("R14", main(STRANGE), NUMBERS, (2, "inquiry_number")),
    ("R15", main(GONE), NUMBERS, (2, "inquiry_number")),
    ("R16", main(KNOWN), NUMBERS | {"numbers": WAITING}, (2, "inquiry_number")),
    ("R16", file_of([f"2,1,M1,{KNOWN}", f"2,2,M2,{KNOWN}"], header=MAIN), NUMBERS, (3, "inquiry_number")),
    ("R17", changed(name_kanji="山田太郎"), {}, (2, "name_kanji")),
    ("R18", changed(address="どこかの町"), {}, (2, "address")),
    ("W01", changed(postal_code="5300001"), {}, (2, "postal_code")),
    ("W02", changed(birth_date="5640110"), {}, (2, "birth_date")),
    ("W03", changed(address="東京都千代田区丸の内1-1-1"), {}, (2, "address")),
    ("W03", main(KNOWN.lower()), NUMBERS, (2, "inquiry_number")),
    ("W04", changed(address="埼玉県大宮市高鼻町１", postal_code=""), {}, (2, "address")),
    ("W05", changed(name_kanji="髙橋　太郎"), {}, (2, "name_kanji")),
)


@pytest.mark.parametrize(
    ("code", "data", "facts", "place"), FILES, ids=[f"{each[0]}-{at}" for at, each in enumerate(FILES)]
)
def test_a_golden_file_has_exactly_this_finding(
    code: str, data: bytes, facts: dict[str, Any], place: tuple[int, str]
) -> None:
    verdict, found = check(data, **facts)
    assert found == [(*place, code)]
    assert verdict.returned == code.startswith("F")
    assert verdict.received == verdict.accepted + verdict.rejected
    assert (verdict.rejected > 0) == (code[0] in "FR" and verdict.received > 0)


def test_every_code_has_a_golden_file_here_or_among_the_media() -> None:
    assert {each[0] for each in FILES} | {"F11"} == set(FINDINGS)


def test_a_good_file_has_no_finding() -> None:
    verdict, found = check(file_of([row(at) for at in range(1, 4)]))
    assert found == []
    assert (verdict.received, verdict.accepted, verdict.returned) == (3, 3, False)


def test_all_findings_of_all_records_come_at_once() -> None:
    bad = row(1, sex="9", birth_date="19500230", name_kana="山田 太郎")
    _, found = check(file_of([bad, row(2, sex="")], trailer="9,5"))
    assert {(line, code) for line, _, code in found} == {(4, "F06"), (2, "R08"), (2, "R06"), (2, "R04"), (3, "R03")}


def test_severities_and_texts() -> None:
    assert [severity(code) for code in ("F01", "R06", "W05")] == ["error", "error", "warning"]
    told = with_texts(3, "birth_date", "R06")
    assert set(told) == {"line", "field", "code", "severity", "title", "action"}
    assert set(told["action"]) == {"ja", "en"}


def test_serials_are_judged_from_the_last_readable_one() -> None:
    lines = [row(1), row(2), "2,x" + row(3)[3:], row(4), row(6), row(7)]
    _, found = check(file_of(lines))
    assert [(line, code) for line, _, code in found] == [(4, "R04"), (6, "R02")]


def test_utf8_files_with_and_without_a_byte_order_mark() -> None:
    data = file_of([row(1, name_kanji="𠮷田　太郎")], header=f"1,1,{PLAN},20260601,001,utf-8", charset="utf-8")
    for prefix in (b"", b"\xef\xbb\xbf"):
        verdict, found = check(prefix + data)
        assert [code for _, _, code in found] == ["W05"]
        assert verdict.charset == "utf-8"


def test_blank_lines_at_the_end_and_lone_line_feeds_are_no_fault() -> None:
    assert check(file_of([row(1)]).replace(b"\r\n", b"\n") + b"\r\n\r\n\x1a")[1] == []
