"""The death guard: what is a new death, and what speaks against it."""

from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.domain.answers import REASONS
from services.matcher.domain.current import compared, with_status
from services.matcher.domain.deaths import alive, conflict_words, newly_dead, with_conflicts
from tests.unit.matcher.domain.test_current import ROW, SCHEMA

AS_OF = "20260618"
DEATH: dict[str, Any] = {"change_reason": "23", "change_date": "20260401"}


def guarded(**changes: Any) -> dict[str, Any]:
    frame = pl.DataFrame([ROW | {"held_resident_on": ""} | changes], schema=SCHEMA | {"held_resident_on": pl.String})
    rows = with_conflicts(compared(with_status(frame)), AS_OF)
    return rows.with_columns(newly_dead().alias("new"), alive().alias("alive")).row(0, named=True)


@pytest.mark.parametrize(("reason", "before"), list(product(REASONS, "12345")))
def test_a_death_is_new_where_the_plan_does_not_believe_it(reason: str, before: str) -> None:
    row = guarded(change_reason=reason, change_date="20260401", held_status=before)
    assert row["new"] == (reason == "23" and before != "3")
    assert row["alive"] == (reason not in ("23", "29"))
    assert row["conflicts"] == ""


@pytest.mark.parametrize(("result", "reason"), [("1", ""), ("2", ""), ("9", ""), (None, None)])
def test_nobody_lives_or_died_where_nobody_was_found(result: str | None, reason: str | None) -> None:
    row = guarded(result=result, change_reason=reason)
    assert not row["new"]
    assert not row["alive"]


@pytest.mark.parametrize(
    ("changes", "conflicts"),
    [
        ({}, ""),
        ({"change_date": AS_OF}, ""),
        ({"name_kana": "ヤマダ　ハナコ", "address": "東京都千代田区1-1"}, ""),
        ({"name_kanji": "佐藤　花子", "name_kana": "ｻﾄｳ ﾊﾅｺ"}, "DEATH-NAME-DIFFERS"),
        ({"name_kana": "ﾔﾏﾀﾞ ﾊﾅﾖ"}, "DEATH-NAME-DIFFERS"),
        ({"name_kanji": "山田　\ue000子"}, "DEATH-NAME-DIFFERS"),
        ({"name_kanji": "山田　\ue000子", "held_name_kanji": "山田　\ue000子"}, ""),
        ({"address": "大阪府大阪市北区梅田１－１"}, "DEATH-ADDRESS-DIFFERS"),
        ({"change_date": ""}, "DEATH-DATE-MISSING"),
        ({"change_date": None}, "DEATH-DATE-MISSING"),
        ({"change_date": "20260230"}, "DEATH-DATE-IMPOSSIBLE"),
        ({"change_date": "20260400"}, "DEATH-DATE-IMPOSSIBLE"),
        ({"change_date": "2020101"}, "DEATH-DATE-IMPOSSIBLE"),
        ({"change_date": "20260619"}, "DEATH-DATE-FUTURE"),
        ({"change_date": "19491231"}, "DEATH-BEFORE-BIRTH"),
        ({"held_resident_on": "20260402"}, "DEATH-BEFORE-LAST-TOLD"),
        ({"held_resident_on": "20260401"}, ""),
        ({"change_date": "19491231", "held_resident_on": "20260531"}, "DEATH-BEFORE-BIRTH;DEATH-BEFORE-LAST-TOLD"),
        ({"held_status": "3", "change_date": "", "address": "大阪府大阪市北区梅田１－１"}, ""),
    ],
)
def test_what_speaks_against_a_death(changes: dict[str, Any], conflicts: str) -> None:
    assert guarded(**(DEATH | changes))["conflicts"] == conflicts


days = st.one_of(st.dates().map(lambda day: f"{day:%Y%m%d}"), st.from_regex(r"[0-9]{8}", fullmatch=True), st.just(""))


@given(died=days, told=days, born=days)
@settings(max_examples=60, deadline=None)
def test_a_death_without_a_conflict_has_a_possible_day(died: str, told: str, born: str) -> None:
    row = guarded(**(DEATH | {"change_date": died, "held_resident_on": told, "birth_date": born}))
    assert set(filter(None, row["conflicts"].split(";"))) <= set(conflict_words())
    if not row["conflicts"]:
        assert max(born, told) <= died <= AS_OF
        assert len(died) == 8


def test_every_conflict_has_words_in_both_languages() -> None:
    assert all(words["ja"].strip() and words["en"].strip() for words in conflict_words().values())
