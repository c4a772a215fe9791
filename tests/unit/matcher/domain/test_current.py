"""Kinds 2 and 3: status, what changed since the plan was last told, and when a person must look."""

from typing import Any

import polars as pl
import pytest

from services.matcher.domain.answers import HELD
from services.matcher.domain.current import believed, only_told, with_changes, with_reasons, with_status

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
    return with_reasons(with_changes(with_status(frame))).row(0, named=True)


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
