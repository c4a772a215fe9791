"""The score of a plan's data: simple, monotone, with words for each cause."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.items.judgement import CODES
from services.matcher.domain.quality import Quality, causes, causes_of, quality, trend
from shared.check import FINDINGS
from shared.layouts import layout

counts = st.dictionaries(st.sampled_from(sorted(causes())), st.integers(0, 2_000))
records = st.integers(1, 1_000_000)


def score(of: int, found: Mapping[str, int]) -> int:
    return quality("2026-06-A", of, found).score


@pytest.mark.parametrize(
    ("of", "found", "expected"),
    [
        (100, {}, 100),
        (0, {}, 100),
        (1_000_000, {"W03": 1}, 99),
        (100, {"R03": 1}, 99),
        (100, {"R03": 100}, 0),
        (100, {"R03": 500}, 0),
        (100, {"OUTCOME-20": 10}, 94),
        (100, {"OUTCOME-20": 10, "ADDRESS-DIFFERS": 10}, 93),
        (100, {"R99": 100, "OUTCOME-10": 100}, 100),
    ],
)
def test_the_score(of: int, found: dict[str, int], expected: int) -> None:
    assert score(of, found) == expected


@given(of=records, found=counts, code=st.sampled_from(sorted(causes())), more=st.integers(1, 1_000))
def test_a_worse_file_never_scores_better(of: int, found: dict[str, int], code: str, more: int) -> None:
    worse = {**found, code: found.get(code, 0) + more}
    assert 0 <= score(of, worse) <= score(of, found) <= 100


@given(of=records, found=counts)
def test_a_hundred_means_that_nothing_was_found(of: int, found: dict[str, int]) -> None:
    assert (score(of, found) == 100) == (not any(found.values()))


@given(of=records, found=counts, data=st.data())
def test_a_cause_that_costs_more_never_scores_better(of: int, found: dict[str, int], data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.sampled_from(list(causes().values())), min_size=2, max_size=2))
    cheap, dear = sorted((one, other), key=lambda cause: cause.lost)
    with_cheap = {**found, cheap.code: found.get(cheap.code, 0) + 1}
    with_dear = {**found, dear.code: found.get(dear.code, 0) + 1}
    assert score(of, with_dear) <= score(of, with_cheap)


@given(of=records, found=counts, clean=st.integers(0, 1_000))
def test_clean_records_never_lower_the_score(of: int, found: dict[str, int], clean: int) -> None:
    assert score(of + clean, found) >= score(of, found)


def test_the_most_costly_cause_comes_first() -> None:
    found = quality("2026-06-A", 100, {"W03": 30, "R03": 1, "OUTCOME-20": 2}).causes
    assert [(cause.code, count) for cause, count in found] == [("OUTCOME-20", 2), ("R03", 1), ("W03", 30)]


def test_causes_are_counted_out_of_findings_outcomes_and_differences() -> None:
    found = causes_of(
        "provisional",
        findings={"R03": 2, "F01": 1},
        outcomes={"10": 90, "20": 3, "11": 1},
        differing={"": 90, "ADDRESS-DIFFERS": 2},
    )
    assert found == {"R03": 2, "OUTCOME-20": 3, "OUTCOME-11": 1, "ADDRESS-DIFFERS": 2}
    assert causes_of("main", findings={}, outcomes={"1": 9, "6": 1, "3": 1}, differing={}) == {"STATUS-6": 1}


def test_every_cause_says_in_both_languages_what_it_is_and_what_to_do() -> None:
    for cause in causes().values():
        assert 0 < cause.lost <= 100
        assert all(text.strip() for text in (cause.ja, cause.en, cause.action_ja, cause.action_en)), cause.code


def test_every_finding_of_a_record_and_every_told_difference_is_a_cause() -> None:
    assert {code for code in FINDINGS if not code.startswith("F")} | set(CODES) <= set(causes())
    reply = layout("pfa-reply-1")
    known = {f"OUTCOME-{code}" for code in reply.codes("outcome")} | {
        f"STATUS-{code}" for code in reply.codes("status")
    }
    assert {code for code in causes() if "-" in code and code not in CODES} <= known


def test_the_trend_is_the_last_step() -> None:
    steps = [Quality(cycle, 1, score, ()) for cycle, score in (("a", 70), ("b", 80), ("c", 75))]
    assert (trend(steps), trend(steps[:2]), trend(steps[:1]), trend([])) == (-5, 10, None, None)
