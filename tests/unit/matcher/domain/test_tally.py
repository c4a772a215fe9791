"""Every seq answered exactly once, in whatever order and however the file is cut; anything else is named."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.tally import Imbalance, Tally

Record = tuple[int, int, int, int]


def tally_of(asked: int, records: list[Record], *, step: int = 7) -> Tally:
    tally = Tally(asked)
    for start in range(0, len(records), step):
        columns = np.array(records[start : start + step], dtype=np.int64).reshape(-1, 4).T
        tally.add(seq=columns[0], result=columns[1], candidate=columns[2], candidates=columns[3])
    return tally


@st.composite
def whole_answers(draw: st.DrawFn) -> tuple[int, list[Record]]:
    asked = draw(st.integers(1, 30))
    records: list[Record] = []
    for seq in range(1, asked + 1):
        result = draw(st.sampled_from((0, 1, 2, 9)))
        candidates = draw(st.integers(1, 5)) if result == 0 else draw(st.sampled_from((0, 1)))
        records += [(seq, result, which, candidates) for which in range(1, max(1, candidates) + 1)]
    return asked, draw(st.permutations(records))


@given(whole_answers(), st.integers(1, 11))
def test_whole_answers_balance_in_any_order(answers: tuple[int, list[Record]], step: int) -> None:
    asked, records = answers
    tally = tally_of(asked, records, step=step)
    assert tally.problem() is None
    assert tally.answered == asked


@given(whole_answers(), st.data())
def test_one_lost_record_is_named(answers: tuple[int, list[Record]], data: st.DataObject) -> None:
    asked, records = answers
    lost = data.draw(st.sampled_from(records))
    found = tally_of(asked, [record for record in records if record != lost]).problem()
    assert found is not None
    assert found.seqs == (lost[0],)
    assert found.code == ("seq-missing" if lost[3] <= 1 or lost[1] in (1, 9) else "candidates-incomplete")


@given(whole_answers(), st.data())
def test_one_doubled_record_is_named(answers: tuple[int, list[Record]], data: st.DataObject) -> None:
    asked, records = answers
    doubled = data.draw(st.sampled_from(records))
    assert tally_of(asked, [*records, doubled]).problem() == Imbalance("seq-twice", (doubled[0],), 1)


@given(whole_answers(), st.sampled_from((0, -3, 31, 10**9)))
def test_a_seq_that_was_not_asked_is_named(answers: tuple[int, list[Record]], strange: int) -> None:
    asked, records = answers
    assert tally_of(asked, [*records, (strange, 1, 1, 1)]).problem() == Imbalance("seq-unknown", (strange,), 1)


def test_answers_that_contradict_each_other_are_double() -> None:
    assert tally_of(1, [(1, 0, 1, 2), (1, 9, 2, 2)]).problem() == Imbalance("seq-twice", (1,), 1)


def test_candidates_must_agree_on_how_many_they_are() -> None:
    assert tally_of(1, [(1, 0, 1, 2), (1, 0, 2, 3)]).problem() == Imbalance("candidates-incomplete", (1,), 1)


def test_a_sixth_candidate_is_too_many() -> None:
    records = [(1, 0, which, 6) for which in range(1, 7)]
    assert tally_of(1, records).problem() == Imbalance("candidates-incomplete", (1,), 1)


def test_at_most_a_thousand_seqs_are_named_and_all_are_counted() -> None:
    found = Tally(5_000).problem()
    assert found is not None
    assert (found.code, len(found.seqs), found.seqs[0], found.in_all) == ("seq-missing", 1_000, 1, 5_000)


def test_a_flood_of_strange_seqs_is_counted_without_being_kept() -> None:
    found = tally_of(1, [(seq, 1, 1, 1) for seq in range(2, 4_002)], step=500).problem()
    assert found is not None
    assert (found.code, len(found.seqs), found.in_all) == ("seq-unknown", 1_000, 4_000)
