"""Decision tables: every built-in one, what is refused and why, and what no table that stands can ever do."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from services.matcher.domain.compare import EVIDENCE, FOUR_ITEMS, Comparison, judge_frame
from services.matcher.domain.decision import FOUND, NONE, REFUSED, TOO_MANY, decide, decide_frame
from services.matcher.domain.items.judgement import AGREES, JUDGEMENTS, Judged, built_in_judgements, judged, reasons
from services.matcher.domain.table import (
    IDENTIFIED,
    NO_LIMIT,
    OUTCOMES,
    REVIEW,
    SITUATIONS,
    Row,
    Table,
    TableRefused,
    built_in_tables,
    four_items_1,
    read_table,
    table_for,
)
from tests.unit.people.anything import THOROUGH

NEVER_AGREE = ("differs", "missing", "cannot_judge")
EVERY_OUTCOME = sorted(set().union(*OUTCOMES.values()))
COUNTS = st.sampled_from([0, 1, 2, 3, 4, 5, NO_LIMIT])
BOUNDS = st.tuples(COUNTS, COUNTS)
ROWS = st.builds(
    Row, st.sampled_from(SITUATIONS), BOUNDS, BOUNDS, st.sampled_from(EVERY_OUTCOME), st.just("行"), st.just("row")
)
CHANGES = st.dictionaries(st.sampled_from(sorted(reasons())), st.sampled_from(JUDGEMENTS), max_size=4)
RESULTS = st.sampled_from((FOUND, FOUND, FOUND, NONE, TOO_MANY, REFUSED))


def evidence_on(item: str) -> st.SearchStrategy[Judged]:
    """Any set of an item's reasons; often none, or such as agree."""
    mine = [reason for reason in reasons().values() if reason.item == item]
    agreeing = [reason.code for reason in mine if reason.judgement in AGREES]
    codes = st.sets(st.sampled_from(agreeing), max_size=2) | st.sets(
        st.sampled_from([reason.code for reason in mine]), max_size=3
    )
    return st.just(Judged()) | codes.map(lambda some: judged(*some))


COMPARISONS = st.builds(Comparison, *map(evidence_on, FOUR_ITEMS))


def stands(**changed: Any) -> bool:
    """Whether the default table with something changed is a table at all."""
    try:
        replace(four_items_1(), **changed)
    except TableRefused:
        return False
    return True


@st.composite
def standing_tables(draw: st.DrawFn) -> Table:
    """Tables that pass: of arbitrary rows and changed judgements those that may stand, among the default rows."""
    rest = four_items_1().rows
    rows = [row for row in draw(st.lists(ROWS, max_size=6)) if stands(rows=(row, *rest))]
    changes = {code: new for code, new in draw(CHANGES).items() if stands(judgements={code: new})}
    return replace(four_items_1(), rows=tuple(draw(st.permutations([*rows, *rest]))), judgements=changes)


@THOROUGH
@given(standing_tables(), RESULTS, st.lists(COMPARISONS, max_size=5))
def test_no_table_that_stands_identifies_whom_it_must_not(
    table: Table, result: str, candidates: list[Comparison]
) -> None:
    decision = decide(result, candidates, table)
    built_in = built_in_judgements()
    event(decision.outcome)
    if decision.outcome == IDENTIFIED:
        [one] = candidates
        assert result == FOUND
        assert not {built_in[code] for item in one.items for code in item.codes} & set(NEVER_AGREE)
    if decision.outcome == REVIEW:
        assert decision.candidate is not None
    assert decision.outcome in set().union(*OUTCOMES.values())


@THOROUGH
@given(standing_tables(), st.sampled_from(sorted(reasons())))
def test_one_reason_that_must_not_agree_is_enough(table: Table, code: str) -> None:
    alike = Comparison(Judged(), Judged(), Judged(), Judged())
    unlike = replace(alike, **{reasons()[code].item: Judged((code,))})
    if decide(FOUND, [unlike], table).outcome == IDENTIFIED:
        assert reasons()[code].judgement not in NEVER_AGREE


@THOROUGH
@given(standing_tables(), st.lists(st.tuples(RESULTS, COMPARISONS), min_size=1, max_size=8))
def test_columns_decide_as_single_cases_do(table: Table, inquiries: list[tuple[str, Comparison]]) -> None:
    rows = [(result, *(";".join(item.codes) for item in one.items)) for result, one in inquiries]
    frame = pl.DataFrame(rows, schema=["result", *EVIDENCE.values()], orient="row")
    found = decide_frame(judge_frame(frame, table.means), table)["decision"].to_list()
    assert found == [decide(result, [one], table).outcome for result, one in inquiries]


@pytest.mark.parametrize("table", built_in_tables(), ids=lambda table: table.version)
def test_a_built_in_table_speaks_both_languages_and_identifies_on_four_items_alone(table: Table) -> None:
    assert table.in_force_from is not None
    assert table.ja
    assert table.en
    assert all(row.ja and row.en for row in table.rows)
    alike = Comparison(Judged(), Judged(), Judged(), Judged())
    assert decide(FOUND, [alike], table).outcome == IDENTIFIED
    for code, reason in reasons().items():
        unlike = replace(alike, **{reason.item: Judged((code,))})
        identified = decide(FOUND, [unlike], table).outcome == IDENTIFIED
        assert identified == (table.means[code] in AGREES)
        assert not (identified and reason.judgement in NEVER_AGREE)


def row(**changed: Any) -> dict[str, Any]:
    return {"situation": "one", "outcome": "40", "ja": "行", "en": "row", **changed}


def refused(**changed: Any) -> list[tuple[str, str]]:
    """Code and place of everything that is wrong with the default rows behind a new first one."""
    rows = [
        row(situation="refused", outcome="50"),
        row(situation="none", outcome="20"),
        row(not_agreeing={"least": 0, "most": 0}, outcome="10"),
        row(not_agreeing={"least": 1, "most": 4}),
        row(situation="several", outcome="30"),
    ]
    data = {"version": "test", "ja": "表", "en": "table", "rows": rows} | changed
    with pytest.raises(TableRefused) as caught:
        read_table(data | {"rows": [*changed.get("before", ()), *data["rows"]]})
    told = [fault.told() for fault in caught.value.faults]
    assert all(one["ja"] and one["en"] for one in told)
    return [(fault.code, fault.place) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("changed", "code", "place"),
    [
        ({"before": [row(situation="perhaps")]}, "situation-unknown", "rows/1"),
        ({"before": [row(outcome="11")]}, "outcome-not-for-situation", "rows/1"),
        ({"before": [row(situation="none", outcome="review")]}, "outcome-not-for-situation", "rows/1"),
        ({"before": [row(situation="refused", outcome="20")]}, "outcome-not-for-situation", "rows/1"),
        ({"before": [row(outcome="10")]}, "identified-without-agreement", "rows/1"),
        (
            {"before": [row(outcome="10", not_agreeing={"least": 0, "most": 1})]},
            "identified-without-agreement",
            "rows/1",
        ),
        ({"before": [row(situation="several", outcome="10")]}, "chosen-among-several", "rows/1"),
        ({"before": [row(situation="several", outcome="review")]}, "review-without-proposal", "rows/1"),
        ({"before": [row(not_agreeing={"least": 3, "most": 2})]}, "bounds-reversed", "rows/1"),
        ({"judgements": {"NO-SUCH-REASON": "partly"}}, "reason-unknown", "judgements/1"),
        ({"judgements": {"KANA-DIFFERS": "same"}}, "judgement-unknown", "judgements/KANA-DIFFERS"),
        ({"judgements": {"KANA-DIFFERS": "perhaps"}}, "judgement-unknown", "judgements/KANA-DIFFERS"),
        ({"judgements": {"BIRTH-DIFFERS": "same_by_rule"}}, "reason-must-not-agree", "judgements/BIRTH-DIFFERS"),
        ({"judgements": {"SEX-MISSING": "same_by_rule"}}, "reason-must-not-agree", "judgements/SEX-MISSING"),
        ({"judgements": {"KANJI-UNREADABLE": "same_by_rule"}}, "reason-must-not-agree", "judgements/KANJI-UNREADABLE"),
    ],
)
def test_what_is_refused_and_where(changed: dict[str, Any], code: str, place: str) -> None:
    assert refused(**changed) == [(code, place)]


def test_every_case_must_fit_a_row() -> None:
    gap = [row(not_agreeing={"least": 0, "most": 0}, outcome="10"), row(not_agreeing={"least": 2})]
    many = [row(situation="several", outcome="30", agreeing_in_all={"most": 4})]
    assert refused(rows=[*gap, *many]) == [
        ("situation-not-covered", "situations/none"),
        ("situation-not-covered", "situations/one"),
        ("situation-not-covered", "situations/several"),
        ("situation-not-covered", "situations/refused"),
    ]


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = refused(before=[row(outcome="10"), row(situation="several", outcome="10")], judgements={"X": "partly"})
    assert [code for code, _ in found] == ["identified-without-agreement", "chosen-among-several", "reason-unknown"]


def test_an_activated_table_follows_the_built_in_ones_from_its_day_on() -> None:
    new = replace(four_items_1(), version="four-items-2", in_force_from=date(2026, 7, 1))
    newer = replace(new, version="four-items-3")
    assert table_for(date(2026, 6, 30), (new,)).version == "four-items-1"
    assert table_for(date(2026, 7, 1), (new,)).version == "four-items-2"
    assert table_for(date(2026, 7, 1), (new, newer)).version == "four-items-3"


def test_a_version_may_promote_and_demote_reasons() -> None:
    lenient = replace(four_items_1(), version="lenient", judgements={"KANA-DIFFERS": "same_by_rule"})
    strict = replace(four_items_1(), version="strict", judgements={"KANA-LONG": "partly"})
    other_reading = Comparison(Judged(("KANA-DIFFERS",)), Judged(), Judged(), Judged())
    long_mark = Comparison(Judged(("KANA-LONG",)), Judged(), Judged(), Judged())
    assert [decide(FOUND, [other_reading], table).outcome for table in (four_items_1(), lenient)] == ["review", "10"]
    assert [decide(FOUND, [long_mark], table).outcome for table in (four_items_1(), strict)] == ["10", "review"]
    assert decide(FOUND, [other_reading], lenient).table == "lenient"
