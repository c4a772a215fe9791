"""Date of birth and sex: their reasons by example, both forms alike, and what is unknown identifies nobody."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.items.birth import judge_birth, judge_births
from services.matcher.domain.items.judgement import AGREES
from services.matcher.domain.items.sex import judge_sex, judge_sexes
from shared.people.dates import western
from tests.unit.people.anything import ANY, THOROUGH

WRITTEN = [
    "19450815",
    "5200815",
    "19450000",
    "19450800",
    "19450231",
    "19450229",
    "5200000",
    "5640110",
    "19890110",
    "00000000",
    "99999999",
    "1945",
    " 19450815",
    "",
    "　",
]
DATES = st.sampled_from(WRITTEN) | st.from_regex("19[47][05][01][0-9][0-3][0-9]", fullmatch=True) | ANY
SEXES = st.sampled_from(["1", "2", "１", "", "9", " 1", "x"]) | ANY


@THOROUGH
@given(st.lists(st.tuples(DATES, DATES), min_size=1, max_size=30))
def test_births_in_both_forms(pairs: list[tuple[str, str]]) -> None:
    frame = pl.DataFrame(pairs, schema={"asked_birth_date": pl.String, "held_birth_date": pl.String}, orient="row")
    assert judge_births(frame)["codes"].to_list() == [";".join(judge_birth(*pair).codes) for pair in pairs]


@THOROUGH
@given(st.lists(st.tuples(SEXES, SEXES), min_size=1, max_size=30))
def test_sexes_in_both_forms(pairs: list[tuple[str, str]]) -> None:
    frame = pl.DataFrame(pairs, schema={"asked_sex": pl.String, "held_sex": pl.String}, orient="row")
    assert judge_sexes(frame)["codes"].to_list() == [";".join(judge_sex(*pair).codes) for pair in pairs]


@THOROUGH
@given(DATES, DATES)
def test_only_one_day_agrees(one: str, other: str) -> None:
    found = judge_birth(one, other)
    assert judge_birth(other, one) == found
    days = {western(text.strip(" \u3000")) for text in (one, other)}
    assert (found.judgement in AGREES) == (len(days) == 1 and None not in days)


@pytest.mark.parametrize(
    ("asked", "held", "codes"),
    [
        ("19450815", "19450815", ()),
        ("5200815", "19450815", ("BIRTH-ERA",)),
        ("1450730", "3010730", ("BIRTH-ERA",)),
        ("3151225", "5011225", ("BIRTH-ERA",)),
        ("5640110", "7010110", ("BIRTH-ERA", "BIRTH-BEYOND-ERA")),
        ("7310501", "20190501", ("BIRTH-ERA", "BIRTH-BEYOND-ERA")),
        ("19450815", "19450000", ("BIRTH-DAY-UNKNOWN",)),
        ("19450815", "19450800", ("BIRTH-DAY-UNKNOWN",)),
        ("19450815", "19450700", ("BIRTH-DIFFERS",)),
        ("19450815", "19460000", ("BIRTH-DIFFERS",)),
        ("19450815", "19450014", ("BIRTH-DIFFERS",)),
        ("19450228", "19450229", ("BIRTH-DAY-UNKNOWN",)),
        ("19450815", "5200000", ("BIRTH-DAY-UNKNOWN",)),
        ("19450000", "19450000", ("BIRTH-DAY-UNKNOWN",)),
        ("19450815", "00000000", ("BIRTH-UNKNOWN",)),
        ("99999999", "99999999", ("BIRTH-UNKNOWN",)),
        ("19450815", "不詳", ("BIRTH-UNKNOWN",)),
        ("19450815", "        ", ("BIRTH-MISSING",)),
        ("19450815", "19450816", ("BIRTH-DIFFERS",)),
    ],
)
def test_births(asked: str, held: str, codes: tuple[str, ...]) -> None:
    assert judge_birth(asked, held).codes == codes


@pytest.mark.parametrize(
    ("asked", "held", "codes"),
    [
        ("1", "1", ()),
        ("１", "1", ("SEX-FORM",)),
        ("1", "2", ("SEX-DIFFERS",)),
        ("1", "", ("SEX-MISSING",)),
        ("9", "9", ("SEX-UNREADABLE",)),
        ("男", "1", ("SEX-UNREADABLE",)),
    ],
)
def test_sexes(asked: str, held: str, codes: tuple[str, ...]) -> None:
    assert judge_sex(asked, held).codes == codes
