"""The stand-in for J-LIS keeps the layouts of the air gap and answers every inquiry once."""

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from simulators.jlis.answer import Answered, answer_file
from simulators.jlis.files import BadInquiry
from simulators.people.registry import SCHEMA, Registry

AS_OF = date(2026, 6, 15)
HEADER = ["H", "batch-1", "1", "2026-06-A", "2026-06-16T09:00:00+09:00"]

PERSON = {
    "valid_from": date(2024, 4, 1), "postal_code": "1050011", "municipality": "131032", "reason": "00",
    "reason_date": "", "protected": False, "sex": "1", "birth": "19700401", "my_number": "123456789018",
    "address": "東京都港区芝公園二丁目４番１号　コーポ１０１", "kana": "タカハシ　イチロウ", "kanji": "髙橋　一郎",
}  # fmt: skip


def entry(person: int, **changes: object) -> dict[str, object]:
    return {"person": person, "resident_code": f"{person:011d}", **PERSON, **changes}


ENTRIES = [
    entry(1),
    entry(2, kana="ヤマダ　ハナコ", kanji="山田　花子", sex="2"),
    entry(2, kana="スズキ　ハナコ", kanji="鈴木　花子", sex="2", valid_from=date(2026, 6, 1), reason="33",
          reason_date="20260601"),
    entry(2, kana="サトウ　ハナコ", kanji="佐藤　花子", sex="2", valid_from=date(2026, 7, 1), reason="33",
          reason_date="20260701"),
    entry(3, kana="ワタナベ　ユウコ", kanji="渡邊　裕子", sex="2"),
    entry(4, kana="ワタナベ　ユウコ", kanji="渡邊　祐子", sex="2"),
    entry(5, kana="コバヤシ　ショウ", kanji="小林　翔", birth="19450000"),
    *(entry(person, kana="モリ　アイ", kanji="森　愛", sex="2") for person in range(10, 17)),
    entry(20, kana="キムラ　マモル", kanji="木村　守", protected=True),
    entry(21, kana="イノウエ　マリ", kanji="井上　真理", sex="2", address="大阪府堺市美原区南余部１番地"),
    entry(22, kana="イノウエ　マリ", kanji="井上　真理", sex="2", address="熊本県熊本市南区富合町５番地"),
    entry(30, kana="シミズ　ミキ", kanji="清水　美樹", sex="2"),
    entry(30, kana="シミズ　ミキ", kanji="清水　美樹", sex="2", valid_from=date(2025, 1, 1), reason="51",
          reason_date="20250101", resident_code="99999999999"),
]  # fmt: skip


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    made = Registry.create(tmp_path / "registry", date(2024, 4, 1), len(ENTRIES), 1)
    made.write_part(0, pl.DataFrame(ENTRIES, schema=SCHEMA))
    return made


def inquiry_file(folder: Path, kind: str, rows: Sequence[Sequence[str]]) -> Path:
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow([*HEADER[:2], kind, *HEADER[3:]])
    for seq, row in enumerate(rows, 1):
        out.writerow(["D", seq, *row])
    body = text.getvalue().encode()
    place = folder / "inquiry.txt"
    place.write_bytes(body + f"T,{len(rows)},{hashlib.sha256(body).hexdigest()}\n".encode())
    return place


def ask(registry: Registry, kind: str, rows: Sequence[Sequence[str]]) -> tuple[Answered, list[list[str]]]:
    folder = registry.folder.parent
    place = folder / "answer.txt"
    done = answer_file(registry, inquiry_file(folder, kind, rows), place, as_of=AS_OF)
    data = place.read_bytes()
    *_, last = data.splitlines(keepends=True)
    lines = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert lines[-1] == ["T", str(len(lines) - 2), hashlib.sha256(data[: -len(last)]).hexdigest()]
    assert lines[0][:3] == ["H", "batch-1", kind]
    assert lines[0][4] == "20260615"
    assert all(line[0] == "D" and len(line) == 16 for line in lines[1:-1])
    return done, lines[1:-1]


def four(kana: str, kanji: str, birth: str, sex: str, address: str = "東京都港区芝公園２－４－１") -> list[str]:
    return ["", kana, kanji, birth, sex, address]


def test_a_person_is_found_through_differences_of_notation(registry: Registry) -> None:
    _, (line,) = ask(registry, "1", [four("ﾀｶﾊｼ ｲﾁﾛｳ", "高橋 一郎", "19700401", "1")])
    assert line[1:6] == ["1", "0", "1", "1", "00000000001"]
    assert line[6] == ""
    assert line[7:11] == ["タカハシ　イチロウ", "髙橋　一郎", "19700401", "1"]
    assert line[13:] == ["131032", "00", ""]


def test_the_entry_of_the_day_counts(registry: Registry) -> None:
    asked = [
        four("スズキ　ハナコ", "鈴木　花子", "19700401", "2"),
        four("ヤマダ　ハナコ", "山田　花子", "19700401", "2"),
        four("サトウ　ハナコ", "佐藤　花子", "19700401", "2"),
    ]
    done, lines = ask(registry, "1", asked)
    assert [line[2] for line in lines] == ["0", "1", "1"]
    assert lines[0][14:] == ["33", "20260601"]
    assert done.results == {"found": 1, "none": 2, "too_many": 0, "refused": 0}


def test_several_candidates_are_several_records(registry: Registry) -> None:
    done, lines = ask(registry, "1", [four("ワタナベ　ユウコ", "渡辺　裕子", "19700401", "2")])
    assert [line[1:5] for line in lines] == [["1", "0", "1", "2"], ["1", "0", "2", "2"]]
    assert {line[8] for line in lines} == {"渡邊　裕子", "渡邊　祐子"}
    assert (done.inquiries, done.records) == (1, 2)


def test_the_address_tells_namesakes_apart(registry: Registry) -> None:
    asked = [
        four("イノウエ　マリ", "井上　真理", "19700401", "2", "堺市美原区南余部1番地"),
        four("イノウエ　マリ", "井上　真理", "19700401", "2", "北海道札幌市北区北一条西１番地"),
    ]
    _, lines = ask(registry, "1", asked)
    assert [(line[1], line[5]) for line in lines] == [
        ("1", "00000000021"), ("2", "00000000021"), ("2", "00000000022"),
    ]  # fmt: skip


def test_too_many_none_and_refused_tell_nothing(registry: Registry) -> None:
    asked = [
        four("モリ　アイ", "森　愛", "19700401", "2"),
        four("ソラノ　ホシミ", "空野　星海", "19700401", "2"),
        four("キムラ　マモル", "木村　守", "19700401", "1"),
    ]
    _, lines = ask(registry, "1", asked)
    assert lines == [["D", str(seq), result, *[""] * 13] for seq, result in ((1, "2"), (2, "1"), (3, "9"))]


def test_an_unknown_day_agrees_with_every_day_of_the_year(registry: Registry) -> None:
    asked = [four("コバヤシ　ショウ", "小林　翔", day, "1") for day in ("19450711", "19460711")]
    _, lines = ask(registry, "1", [asked[0], [*asked[1][:5], "沖縄県那覇市１番地"]])
    assert [line[2] for line in lines] == ["0", "1"]
    assert lines[0][9] == "19450000"


def test_another_date_is_found_where_reading_and_address_agree(registry: Registry) -> None:
    asked = four("コバヤシ　ショウ", "小林　翔", "19460711", "1", "港区芝公園二丁目４番地１")
    _, lines = ask(registry, "1", [asked])
    assert lines[0][2] == "0"


@pytest.mark.parametrize("kind", ["2", "3"])
def test_by_resident_code(registry: Registry, kind: str) -> None:
    asked = ["00000000001", "00000000030", "99999999999", "00000000020"]
    _, lines = ask(registry, kind, [[code, "", "", "", "", ""] for code in asked])
    assert [line[2] for line in lines] == ["0", "1", "0", "9"]
    assert [line[6] for line in lines] == (["123456789018", "", "123456789018", ""] if kind == "3" else [""] * 4)
    assert lines[2][14:] == ["51", "20250101"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data.replace("高".encode(), "商".encode()), "digest"),
        (lambda data: data.rsplit(b"T,", 1)[0], "trailer"),
        (lambda data: data.replace(b"T,2,", b"T,3,"), "number of records"),
        (lambda data: data.replace(b"\nD,2,", b"\nD,4,"), "line 3"),
        (lambda data: data.replace(b"H,", b"X,", 1), "line 1"),
        (lambda data: data.replace(b"09:00:00", b"99:00:00", 1), "line 1"),
        (lambda data: data.replace("高".encode(), b"\xff"), "not UTF-8"),
        (lambda data: b"", "line 1"),
    ],
)  # fmt: skip
def test_a_bad_inquiry_file_is_refused_and_leaves_no_answer(registry: Registry, damage: object, message: str) -> None:
    asked = [four("ﾀｶﾊｼ ｲﾁﾛｳ", "高橋 一郎", "19700401", "1")] * 2
    place = inquiry_file(registry.folder.parent, "1", asked)
    assert callable(damage)
    place.write_bytes(damage(place.read_bytes()))
    answer = place.with_name("answer.txt")
    with pytest.raises(BadInquiry, match=message):
        answer_file(registry, place, answer)
    assert not answer.exists()
    assert not list(answer.parent.glob("*.part"))


def test_an_empty_inquiry_file_gets_an_empty_answer(registry: Registry) -> None:
    done, lines = ask(registry, "2", [])
    assert lines == []
    assert done.inquiries == 0
