"""Kinds 2 and 3: status, what changed since the plan was last told, and when a person must look."""

from itertools import product
from typing import Any, Final

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.domain.answers import HELD, REASONS
from services.matcher.domain.compare import compare
from services.matcher.domain.current import believed, compared, only_told, with_changes, with_reasons, with_status
from services.matcher.domain.items.judgement import AGREES
from shared.people.person import RawPerson

ITEMS = dict(zip(HELD, ("ﾔﾏﾀﾞ ﾊﾅｺ", "山田　花子", "19500101", "2", "1000001", "東京都千代田区１－１"), strict=True))
ROW: dict[str, Any] = {
    "result": "0",
    "change_reason": "00",
    "change_date": "",
    "resident_code": "12345678903",
    "records": 1,
    **ITEMS,
    **{f"held_{item}": value for item, value in ITEMS.items()},
    "held_resident_code": "12345678903",
    "held_status": "1",
}
SCHEMA = {name: pl.Int64 if name == "records" else pl.String for name in ROW}


def judged(**changes: Any) -> dict[str, Any]:
    frame = pl.DataFrame([ROW | changes], schema=SCHEMA)
    return with_reasons(with_changes(compared(with_status(frame)))).row(0, named=True)


@pytest.mark.parametrize(
    ("result", "reason", "status", "date"),
    [
        ("0", "00", "1", ""),
        ("0", "", "1", ""),
        ("0", "11", "1", "20260401"),
        ("0", "21", "1", "20260401"),
        ("0", "22", "2", "20260401"),
        ("0", "23", "3", "20260401"),
        ("0", "29", "4", "20260401"),
        ("0", "51", "1", "20260401"),
        ("1", "", "5", ""),
        ("2", "", "5", ""),
        ("9", "", "7", ""),
        (None, None, "6", ""),
    ],
)
def test_status_and_its_date(result: str | None, reason: str | None, status: str, date: str) -> None:
    told = judged(result=result, change_reason=reason, change_date=None if result is None else "20260401")
    assert (told["status"], told["status_date"]) == (status, date)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, ""),
        ({"change_reason": "31", "address": "東京都港区１－１"}, "MOVED"),
        ({"change_reason": "33", "name_kanji": "佐藤　花子", "name_kana": "ｻﾄｳ ﾊﾅｺ"}, "RENAMED"),
        ({"change_reason": "33", "name_kanji": "佐藤　花子", "address": "東京都港区１－１"}, "MOVED;RENAMED"),
        ({"address": "東京都港区１－１"}, "MOVED"),
        ({"name_kanji": "佐藤　花子", "name_kana": "ｻﾄｳ ﾊﾅｺ"}, "RENAMED"),
        ({"name_kana": "ﾔﾏﾀﾞ ﾊﾅﾖ"}, "RENAMED"),
        ({"address": "千代田区１－１"}, "CORRECTED"),
        ({"address": "東京都千代田区1-1", "name_kana": "ヤマダ　ハナコ"}, "CORRECTED"),
        ({"address": "東京都千代田区1-1", "change_reason": "31"}, "CORRECTED"),
        ({"name_kanji": "山田　花子", "held_name_kanji": "山田　\ue000子", "held_name_kana": "ﾔﾏﾀﾞ ﾊﾅｺ"}, "CORRECTED"),
        ({"name_kanji": "山田　花子", "held_name_kanji": "山田　\ue000子", "change_reason": "33"}, "RENAMED"),
        ({"held_name_kanji": "山田　\ue000子", "name_kanji": "山田　\ue000子"}, ""),
        ({"held_address": ""}, "CORRECTED"),
        ({"held_address": "", "change_reason": "31"}, "MOVED"),
        ({"held_address": "", "address": ""}, ""),
        ({"change_reason": "32", "name_kanji": "佐藤　花子", "name_kana": "ｻﾄｳ ﾊﾅｺ"}, "CORRECTED"),
        ({"change_reason": "22", "held_status": "3"}, "MOVED;BACK"),
        ({"change_reason": "22", "held_status": "1", "address": "東京都千代田区1-1"}, "MOVED"),
        ({"change_reason": "32", "address": "東京都千代田区１－２"}, "CORRECTED"),
        ({"change_reason": "23"}, "DIED"),
        ({"change_reason": "23", "held_status": "3"}, ""),
        ({"change_reason": "29"}, "REMOVED"),
        ({"change_reason": "22"}, "MOVED"),
        ({"change_reason": "22", "held_status": "2"}, ""),
        ({"change_reason": "12", "held_status": "2", "address": "東京都港区１－１"}, "MOVED;BACK"),
        ({"held_status": "3"}, "BACK"),
        ({"held_status": "5"}, "BACK"),
        ({"birth_date": "19500102"}, "CORRECTED"),
        ({"result": "1"}, ""),
        ({"result": None}, ""),
        ({"postal_code": "1000002"}, ""),
    ],
)
def test_changes_since_the_plan_was_last_told(changes: dict[str, Any], named: str) -> None:
    assert judged(**changes)["changes"] == named


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, ""),
        ({"address": "東京都港区１－１", "name_kanji": "佐藤　花子"}, ""),
        ({"birth_date": "19500102"}, "BIRTH-DIFFERS"),
        ({"sex": "1"}, "SEX-DIFFERS"),
        ({"resident_code": "00000000000"}, "RESIDENT-CODE-DIFFERS"),
        ({"resident_code": "00000000000", "change_reason": "51"}, ""),
        ({"records": 2}, "SEVERAL-CANDIDATES"),
        ({"result": "1", "birth_date": "", "resident_code": ""}, ""),
        ({"result": None, "birth_date": None, "sex": None, "resident_code": None}, ""),
    ],
)
def test_a_person_must_look_before_release(changes: dict[str, Any], reasons: str) -> None:
    assert judged(**changes)["reasons"] == reasons


@pytest.mark.parametrize(("status", "after"), [("1", "1"), ("3", "3"), ("5", "5"), ("6", "2"), ("7", "2")])
def test_what_the_plan_believes_afterwards(status: str, after: str) -> None:
    frame = pl.DataFrame({"status": [status], "before": ["2"]})
    assert frame.select(believed(pl.col("status"), pl.col("before"))).item() == after


@pytest.mark.parametrize(("status", "shown"), [("1", True), ("3", True), ("5", False), ("6", False), ("7", False)])
def test_items_are_told_only_of_a_person_found(status: str, shown: bool) -> None:
    row = pl.DataFrame([{"status": status, **ITEMS}]).select(only_told(pl.col("status"))).row(0, named=True)
    assert row == (ITEMS if shown else dict.fromkeys(HELD, ""))


# Where the plan believes the person to be (row) and what the registry answers (column): the status changes named, where
# no item differs. "2" "1" "9" are results without a person, "-" is a number that is unknown.
STATUS_CHANGES: Final = {
    #      resident  abroad       dead    removed    none  many  refused unknown
    "1": ("", "MOVED", "DIED", "REMOVED", "", "", "", ""),
    "2": ("BACK", "", "DIED", "REMOVED", "", "", "", ""),
    "3": ("BACK", "MOVED;BACK", "", "REMOVED", "", "", "", ""),
    "4": ("BACK", "MOVED;BACK", "DIED", "", "", "", "", ""),
    "5": ("BACK", "MOVED", "DIED", "REMOVED", "", "", "", ""),
}
OTHER_REASONS: Final = tuple(reason for reason in REASONS if reason not in ("22", "23", "29"))
ANSWERS: Final = (
    *((("0", reason), 0) for reason in ("", *OTHER_REASONS)),
    (("0", "22"), 1),
    (("0", "23"), 2),
    (("0", "29"), 3),
    (("1", ""), 4),
    (("2", ""), 5),
    (("9", ""), 6),
    ((None, None), 7),
)


@pytest.mark.parametrize(("before", "answer"), list(product(STATUS_CHANGES, ANSWERS)))
def test_every_reason_meets_every_status_before(before: str, answer: Any) -> None:
    (result, reason), column = answer
    told = judged(result=result, change_reason=reason, change_date="20260401", held_status=before)
    assert told["changes"] == STATUS_CHANGES[before][column]


# What a really other item, and one that is only written otherwise, is called under each reason of the registry.
ITEM_CHANGES: Final = {
    reason: ("CORRECTED", "CORRECTED") if reason == "32" else ("MOVED;RENAMED", "CORRECTED") for reason in REASONS
}


@pytest.mark.parametrize(("reason", "before"), list(product(REASONS, STATUS_CHANGES)))
def test_every_reason_meets_every_way_to_differ(reason: str, before: str) -> None:
    own = STATUS_CHANGES[before][{"22": 1, "23": 2, "29": 3}.get(reason, 0)].split(";")
    other = {"address": "東京都港区１－１", "name_kanji": "佐藤　花子", "name_kana": "ｻﾄｳ ﾊﾅｺ"}
    written = {"address": "東京都千代田区1-1", "name_kana": "ヤマダ　ハナコ"}
    for changes, named in zip((other, written), ITEM_CHANGES[reason], strict=True):
        told = judged(change_reason=reason, change_date="20260401", held_status=before, **changes)
        assert set(told["changes"].split(";")) == {*own, *named.split(";")} - {""}


TEXTS: Final = {
    "name_kana": ("ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ　ハナコ", "ｻﾄｳ ﾊﾅｺ", ""),
    "name_kanji": ("山田　花子", "山田 花子", "佐藤　花子", "山田　\ue000子", ""),
    "birth_date": ("19500101", "19500102", "19500000"),
    "sex": ("1", "2"),
    "postal_code": ("1000001", "1000002"),
    "address": ("東京都千代田区１－１", "千代田区1-1", "東京都港区１－１", ""),
}
people: Final = st.fixed_dictionaries({item: st.sampled_from(TEXTS[item]) for item in HELD})


@given(asked=people, answered=people, before=st.sampled_from("12345"), reason=st.sampled_from(REASONS))
@settings(max_examples=100, deadline=None)
def test_a_change_says_what_differs_and_nothing_differs_unsaid(
    asked: dict[str, str], answered: dict[str, str], before: str, reason: str
) -> None:
    row = {**answered, **{f"held_{item}": value for item, value in asked.items()}, "held_status": before}
    named = set(judged(change_reason=reason, change_date="20260401", **row)["changes"].split(";")) - {""}
    judgements = compare(RawPerson(**asked), RawPerson(**answered))
    differing = {item for item in HELD if item != "postal_code" and asked[item] != answered[item]}
    if judgements.name.judgement in AGREES:
        assert "RENAMED" not in named
    if judgements.address.judgement in AGREES and reason != "22":
        assert "MOVED" not in named
    if reason == "32":
        assert not named & {"MOVED", "RENAMED"}
    if not differing:
        assert not named & {"RENAMED", "CORRECTED"}
    assert not differing or named & {"MOVED", "RENAMED", "CORRECTED"}
    assert ("DIED" in named) == (reason == "23" and before != "3")
    assert ("REMOVED" in named) == (reason == "29" and before != "4")
    assert len(named & {"DIED", "REMOVED", "BACK"}) <= 1
