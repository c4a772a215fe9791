"""The checksheet that argues back: its questions are the document's, evidence answers first, three people sign."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.domain.checksheets import signing
from services.audit.domain.checksheets.answers import against, suggested
from services.audit.domain.checksheets.evidence import Evidence, stated, statements
from services.audit.domain.checksheets.improvement import FINDING
from services.audit.domain.checksheets.items import Item, version_at
from services.audit.domain.checksheets.measures import measures_at
from services.audit.domain.checksheets.periods import Quarter, quarter_at, quarter_of
from services.audit.domain.checksheets.room_gaps import business_days, gaps
from services.audit.domain.detections.rules import all_rules
from services.audit.domain.states import step
from shared.refusals import Refusal
from shared.trail import actions

DOCUMENT = Path(__file__).parent / "data" / "checksheet_items.csv"
ITEMS = version_at(date(2026, 4, 1)).items
KNOWN = {2, 3, 4, 5, 6, 7, 8, 10, 15}


def evidence(item: int, *says: str) -> list[Evidence]:
    """Evidence about one item, as statements of one code or another say it."""
    codes = {code: kind for code, kind in statements().items() if item in kind.items}
    return [Evidence(next(iter(codes)), said, {"n": n}) for n, said in enumerate(says)]  # type: ignore[arg-type]


def test_the_questions_are_the_documents_word_for_word() -> None:
    with DOCUMENT.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(str(item.number), item.ja) for item in ITEMS] == [(row["no"], row["text"]) for row in rows]
    assert [item.accident for item in ITEMS] == [row["yes_means"] != "in order" for row in rows]
    assert {item.number for item in ITEMS if item.known} == KNOWN


@given(st.lists(st.sampled_from(["yes", "no", ""]), max_size=6), st.booleans())
def test_one_finding_that_needs_action_outweighs_all_that_are_in_order(says: list[str], accident: bool) -> None:
    item = Item(15 if accident else 7, "", "", known=True, accident=accident)
    good = "no" if accident else "yes"
    expected = item.bad if item.bad in says else good if good in says else ""
    assert suggested(item, evidence(item.number, *says)) == expected
    assert against(good, suggested(item, evidence(item.number, *says))) == (item.bad in says)
    assert against(item.bad, suggested(item, evidence(item.number, *says))) == (expected == good)


def test_evidence_speaks_only_to_its_own_items_and_is_silent_where_it_only_informs() -> None:
    assert suggested(ITEMS[0], evidence(7, "no")) == ""
    assert suggested(ITEMS[6], evidence(7, "")) == ""


def test_evidence_is_known_by_a_digest_of_all_that_it_states() -> None:
    one = stated("media-lost", "no", refs=("disc:D1",), count=1)
    assert one.digest == stated("media-lost", "no", refs=("disc:D1",), count=1).digest
    others = [
        stated("media-lost", "no", refs=("disc:D2",), count=1),
        stated("media-lost", "no", refs=("disc:D1",), count=2),
        stated("media-lost", "", refs=("disc:D1",), count=1),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 4
    assert "1 件" in one.ja
    with pytest.raises(KeyError):
        stated("media-lost", "no")


def test_every_statement_speaks_to_a_question_in_both_languages() -> None:
    numbers = {item.number for item in ITEMS}
    for kind in statements().values():
        assert kind.ja
        assert kind.en
        assert set(kind.items) <= numbers, kind.code


def test_measures_name_actions_and_events_that_exist() -> None:
    measures = measures_at(date(2026, 4, 1))
    for action in (*measures.custody, *(name for move in measures.moves for name in move)):
        assert action in actions(), action
    assert set(measures.looks) <= set(actions())
    assert set(measures.control) <= {rule.code for rule in all_rules()}
    assert measures.late_after("received_media") > measures.late_after("reply_backup")


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_quarters_follow_one_another_without_gap(day: date) -> None:
    quarter = quarter_at(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.until == quarter.next.since
    assert quarter_of(quarter.code) == quarter
    assert quarter_at(quarter.next.first) == quarter.next


@pytest.mark.parametrize("code", ["", "2026-Q0", "2026-Q5", "2026Q1", "1999-Q1", "2026-Q1 ", "２０２６-Q1"])
def test_what_is_no_quarter_is_refused(code: str) -> None:
    with pytest.raises(Refusal, match="quarter-unknown"):
        quarter_of(code)


@pytest.mark.parametrize(
    ("table", "steps"),
    [
        (signing.SHEET, ["clerk", "head", "audit", "return"]),
        (FINDING, ["plan", "carry_out", "effective", "ineffective", "close", "drop"]),
    ],
)
def test_steps_that_the_table_does_not_hold_are_refused_with_what_is_allowed(
    table: dict[str, dict[str, str]], steps: list[str]
) -> None:
    assert {after for following in table.values() for after in following.values()} <= set(table)
    for state, following in table.items():
        for taken in steps:
            if taken in following:
                assert step(table, state, taken) == following[taken]
            else:
                with pytest.raises(Refusal, match="transition-refused") as refused:
                    step(table, state, taken)
                assert refused.value.facts["allowed"] == sorted(following)


@settings(deadline=None)  # the first look at the holidays of a year takes its time
@given(st.sets(st.integers(0, 90), max_size=70), st.integers(1, 5))
def test_a_gap_is_so_many_business_days_in_a_row_without_a_row(offsets: set[int], least: int) -> None:
    first = date(2026, 4, 1)
    days = business_days(first, date(2026, 6, 30))
    recorded = {first + timedelta(days=offset) for offset in offsets}
    found = list(gaps(days, recorded, least))
    assert all(length >= least for _, length in found)
    silent = {days[days.index(since) + at] for since, length in found for at in range(length)}
    assert silent.isdisjoint(recorded)
    for at in range(len(days) - least + 1):
        window = set(days[at : at + least])
        assert window <= silent or window & recorded


def test_a_quarter_is_signed_for_when_its_last_day_is_over_in_japan() -> None:
    quarter = Quarter(2026, 2)
    with pytest.raises(Refusal, match="quarter-running"):
        signing.refuse_if_running(quarter, datetime(2026, 6, 30, 14, 59, tzinfo=UTC))
    signing.refuse_if_running(quarter, datetime(2026, 6, 30, 15, 0, tzinfo=UTC))
