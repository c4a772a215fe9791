"""A rehearsal decides stored evidence anew: as matching did under its own table; otherwise it names each change."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.compare import EVIDENCE, FOUR_ITEMS, Comparison, judge_frame
from services.matcher.domain.provisional import evidence_of, verdicts
from services.matcher.domain.rehearsal import changes_of, counted, rehearsed, summary, summed
from services.matcher.domain.table import four_items_1
from tests.unit.matcher.domain.test_table import COMPARISONS
from tests.unit.people.anything import THOROUGH

TABLE = four_items_1()
LENIENT = replace(TABLE, version="lenient", judgements={"KANA-DIFFERS": "same_by_rule"})
STRICT = replace(TABLE, version="strict", judgements={"KANA-LONG": "partly", "KANJI-OLD-FORM": "differs"})
SAME = ("", "", "", "")


def evidence(rows: Sequence[tuple[int, str, int, tuple[str, ...]]]) -> pl.DataFrame:
    """Stored evidence of (seq, result, candidate, codes of the four items), decided by the default table."""
    frame = pl.DataFrame(
        [(seq, result, candidate, *codes) for seq, result, candidate, codes in rows],
        schema={
            "seq": pl.Int64,
            "result": pl.String,
            "candidate": pl.Int64,
            **dict.fromkeys(EVIDENCE.values(), pl.String),
        },
        orient="row",
    )
    pairs = judge_frame(frame, TABLE.means)
    return evidence_of(pairs, verdicts(pairs, TABLE))


ROWS = [
    (1, "0", 1, SAME),
    (2, "0", 1, ("KANA-DIFFERS", "", "", "")),
    (3, "0", 1, ("KANA-DIFFERS", "", "", "")),
    (4, "0", 1, ("KANA-DIFFERS", "", "", "")),
    (5, "0", 1, ("KANA-LONG", "", "", "")),
    (6, "0", 1, ("KANJI-OLD-FORM", "", "", "ADDRESS-NUMBER-DIFFERS")),
    (7, "1", 1, ("KANJI-MISSING", "BIRTH-MISSING", "SEX-MISSING", "ADDRESS-MISSING")),
    (8, "0", 1, SAME),
    (8, "0", 2, ("KANA-DIFFERS", "", "", "")),
]
REVIEWED = {2: "41", 3: "11", 6: "11"}


def test_evidence_holds_codes_and_what_was_decided() -> None:
    stored = evidence(ROWS)
    assert stored.columns == ["seq", "result", "candidate", "candidates", *FOUR_ITEMS, "outcome"]
    assert stored["outcome"].to_list() == ["10", "review", "review", "review", "10", "review", "20", "review", "review"]
    assert stored["candidates"].to_list() == [1, 1, 1, 1, 1, 1, 1, 2, 2]


def test_the_same_table_changes_nothing() -> None:
    outcomes = rehearsed(evidence(ROWS), REVIEWED, TABLE)
    assert outcomes["old"].to_list() == outcomes["new"].to_list()
    assert changes_of(evidence(ROWS), outcomes).height == 0
    assert summary(counted(outcomes)).changed == 0


def test_a_lenient_table_names_whom_a_reviewer_refused() -> None:
    outcomes = rehearsed(evidence(ROWS), REVIEWED, LENIENT)
    assert counted(outcomes) == [
        ("10", "", "10", 2),
        ("20", "", "20", 1),
        ("review", "", "10", 1),
        ("review", "", "30", 1),
        ("review", "11", "10", 1),
        ("review", "11", "review", 1),
        ("review", "41", "10", 1),
    ]
    found = summary(counted(outcomes))
    assert (found.inquiries, found.changed) == (8, 4)
    assert (found.identified_though_refused, found.accepted_without_person, found.lost_though_accepted) == (1, 1, 0)
    assert (found.reviews_before, found.reviews_after) == (5, 1)
    changes = changes_of(evidence(ROWS), outcomes)
    assert changes["seq"].to_list() == [2, 3, 4, 8, 8]
    assert changes.columns == ["seq", "candidate", *FOUR_ITEMS, "old", "reviewed", "new"]


def test_a_strict_table_names_whom_it_would_lose() -> None:
    found = summary(counted(rehearsed(evidence(ROWS), REVIEWED, STRICT)))
    assert (found.identified_though_refused, found.lost_though_accepted, found.changed) == (0, 1, 2)


def test_counts_of_slices_add_up() -> None:
    some = [("10", "", "10", 2), ("review", "41", "10", 1)]
    assert summed([some, some, []]) == [("10", "", "10", 4), ("review", "41", "10", 2)]


INQUIRIES = st.lists(st.lists(COMPARISONS, min_size=1, max_size=3), min_size=1, max_size=6)


@THOROUGH
@given(INQUIRIES)
def test_evidence_alone_decides_as_the_matching_did(inquiries: list[list[Comparison]]) -> None:
    rows = [
        (seq, "0", number, tuple(";".join(item.codes) for item in one.items))
        for seq, candidates in enumerate(inquiries, 1)
        for number, one in enumerate(candidates, 1)
    ]
    outcomes = rehearsed(evidence(rows), {}, TABLE)
    assert outcomes["old"].to_list() == outcomes["new"].to_list()
    assert outcomes["seq"].to_list() == list(range(1, len(inquiries) + 1))
