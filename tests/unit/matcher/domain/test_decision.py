"""The decision table: every case, both forms alike, and what must never happen."""

from dataclasses import replace
from datetime import date
from itertools import product

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.matcher.domain.compare import AGREES, FOUR_ITEMS, Comparison
from services.matcher.domain.decision import (
    FOUND,
    NONE,
    REFUSED,
    TOO_MANY,
    after_review,
    decide,
    decide_candidates,
    decide_frame,
)
from services.matcher.domain.items.judgement import Judged, reasons
from services.matcher.domain.table import IDENTIFIED, REVIEW, built_in_tables, four_items_1, table_for
from tests.unit.people.anything import THOROUGH

RESULTS = (FOUND, NONE, TOO_MANY, REFUSED)


def kinds_of(item: str) -> list[Judged]:
    """One piece of evidence on an item for each judgement that its reasons can mean."""
    return [Judged(), *{one.judgement: Judged((one.code,)) for one in reasons().values() if one.item == item}.values()]


KINDS = {item: kinds_of(item) for item in FOUR_ITEMS}
ALL = [Comparison(*items) for items in product(*KINDS.values())]
AGREEING = [[one for one in kinds if one.judgement in AGREES] for kinds in KINDS.values()]
COMPARISONS = st.sampled_from(ALL) | st.builds(Comparison, *map(st.sampled_from, AGREEING))
INQUIRIES = st.tuples(st.sampled_from(RESULTS), st.lists(COMPARISONS, min_size=1, max_size=5))
STRENGTH = {"40": 0, REVIEW: 1, IDENTIFIED: 2}


def agreeing(one: Comparison) -> int:
    return sum(judgement in AGREES for judgement in one.judgements)


def by_the_book(result: str, candidates: list[Comparison]) -> str:
    """Spec 3.7 once more, in other words."""
    if result == REFUSED:
        return "50"
    if result == NONE or (result == FOUND and not candidates):
        return "20"
    if result == FOUND and len(candidates) == 1:
        return {4: IDENTIFIED, 3: REVIEW}.get(agreeing(candidates[0]), "40")
    return REVIEW if [agreeing(one) for one in candidates].count(4) == 1 else "30"


@pytest.mark.parametrize("result", RESULTS)
def test_every_single_candidate(result: str) -> None:
    expected = [by_the_book(result, [one]) for one in ALL]
    assert [decide(result, [one]).outcome for one in ALL] == expected
    rows = pl.DataFrame([(result, *one.judgements) for one in ALL], schema=["result", *FOUR_ITEMS], orient="row")
    decided = decide_frame(rows)
    assert decided["decision"].to_list() == expected
    assert decided["table"].unique().to_list() == ["four-items-1"]
    assert decided.columns == ["result", *FOUR_ITEMS, "decision", "table"]


@THOROUGH
@given(
    st.lists(st.tuples(st.sampled_from(RESULTS), st.lists(COMPARISONS, min_size=1, max_size=5)), min_size=1, max_size=8)
)
def test_several_candidates(inquiries: list[tuple[str, list[Comparison]]]) -> None:
    rows = [
        (seq, number, result, *one.judgements)
        for seq, (result, candidates) in enumerate(inquiries, 1)
        for number, one in enumerate(candidates, 1)
    ]
    frame = pl.DataFrame(rows, schema=["seq", "candidate", "result", *FOUR_ITEMS], orient="row")
    found = decide_candidates(frame).rows()
    for (seq, outcome, candidate, table), (result, candidates) in zip(found, inquiries, strict=True):
        plain = decide(result, candidates)
        assert outcome == plain.outcome == by_the_book(result, candidates)
        assert candidate == (None if plain.candidate is None else plain.candidate + 1)
        assert table == plain.table
        assert seq == inquiries.index((result, candidates)) + 1 or inquiries.count((result, candidates)) > 1


@THOROUGH
@given(st.sampled_from((FOUND, TOO_MANY)), st.lists(COMPARISONS, min_size=2, max_size=5))
def test_nobody_is_chosen_among_several_without_review(result: str, candidates: list[Comparison]) -> None:
    decision = decide(result, candidates)
    assert decision.outcome in (REVIEW, "30")
    if decision.candidate is not None:
        assert agreeing(candidates[decision.candidate]) == 4


@THOROUGH
@given(COMPARISONS, st.sampled_from([(item, one) for item, kinds in KINDS.items() for one in kinds]))
def test_removing_an_item_never_raises(one: Comparison, worse: tuple[str, Judged]) -> None:
    item, judged = worse
    assume(judged.judgement not in AGREES)
    weaker = replace(one, **{item: judged})
    assert STRENGTH[decide(FOUND, [weaker]).outcome] <= STRENGTH[decide(FOUND, [one]).outcome]


def test_no_candidate() -> None:
    assert [decide(result, []).outcome for result in RESULTS] == ["20", "20", "30", "50"]
    assert all(decide(result, []).candidate is None for result in RESULTS)


def test_after_review() -> None:
    assert (after_review(accepted=True), after_review(accepted=False)) == ("11", "41")


def test_tables_are_dated() -> None:
    table = four_items_1()
    assert table_for(date(2026, 6, 15)) == table
    assert table_for(date(2000, 1, 1)) == built_in_tables()[0]
    assert all(row.ja and row.en for row in table.rows)


@pytest.mark.parametrize(
    ("situation", "not_agreeing", "outcome"),
    [("several", (0, 0), IDENTIFIED), ("one", (0, 1), IDENTIFIED), ("one", (0, 0), "99"), ("perhaps", (0, 0), REVIEW)],
)
def test_a_table_that_would_choose_wrongly_is_none(situation: str, not_agreeing: tuple[int, int], outcome: str) -> None:
    table = four_items_1()
    wrong = replace(table.rows[0], situation=situation, not_agreeing=not_agreeing, outcome=outcome)
    with pytest.raises(ValueError, match="four-items-1"):
        replace(table, rows=(*table.rows, wrong))


def test_a_table_covers_every_situation() -> None:
    table = four_items_1()
    with pytest.raises(ValueError, match="situation-not-covered at situations/refused"):
        replace(table, rows=tuple(row for row in table.rows if row.situation != "refused"))
