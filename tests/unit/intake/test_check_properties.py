"""What holds for every file, whatever stands in it."""

import random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.check import FINDINGS
from shared.check.columns.hashed_set import HashedSet
from tests.unit.intake.files import check, file_of, row

FIELDS = ("member_id", "name_kana", "name_kanji", "birth_date", "sex", "postal_code", "address")
WILD = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise_and_nothing_is_lost(data: bytes) -> None:
    verdict, found = check(data)
    assert verdict.returned
    assert verdict.received == verdict.accepted + verdict.rejected
    assert {code for _, _, code in found} <= set(FINDINGS)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FIELDS), WILD), min_size=1, max_size=4))
def test_each_record_is_accepted_or_rejected_with_a_code(wild: list[tuple[str, str]]) -> None:
    header = "1,1,00012345,20260601,001,utf-8"
    lines = [row(at, **{field: '"' + text.replace('"', '""') + '"'}) for at, (field, text) in enumerate(wild, 1)]
    verdict, found = check(file_of(lines, header=header, charset="utf-8"))
    bad = {line for line, _, code in found if code[0] == "R"}
    assert not verdict.returned
    assert (verdict.received, verdict.rejected) == (len(lines), len(bad))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 20))
def test_the_set_knows_repeats_as_a_set_does(values: list[int], size: int) -> None:
    known, seen = HashedSet(), set()
    for start in range(0, len(values), size):
        part = values[start : start + size]
        expected = [value in seen or value in part[:at] for at, value in enumerate(part)]
        assert known.add(pl.Series([str(value) for value in part], dtype=pl.String)).to_list() == expected
        seen |= set(part)
    texts = pl.Series([str(value) for value in range(50)])
    assert known.contains(texts).to_list() == [value in seen for value in range(50)]


def test_the_set_grows_to_a_million() -> None:
    known = HashedSet()
    for start in range(0, 1_000_000, 50_000):
        assert not known.add(pl.Series(range(start, start + 50_000)).cast(pl.String)).any()
    assert known.size == 1_000_000
    asked = random.Random(1).sample(range(2_000_000), 1000)
    found = known.contains(pl.Series([str(each) for each in asked])).to_list()
    assert found == [each < 1_000_000 for each in asked]
