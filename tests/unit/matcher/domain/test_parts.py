"""Chunks are packed whole, in order, and seqs run from 1 without a gap over all of them."""

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.parts import seq_bounds, spans

CHUNKS = st.lists(st.integers(1, 50).flatmap(lambda rows: st.tuples(st.just(rows), st.integers(0, rows))), max_size=40)


@given(CHUNKS, st.integers(50, 120))
def test_seqs_have_no_gap_and_parts_no_overflow(sizes: list[tuple[int, int]], largest: int) -> None:
    placed = spans(sizes, largest=largest)
    assert [(span.rows, span.asked) for span in placed] == sizes
    seqs = [seq for span in placed for seq in range(span.first_seq, span.first_seq + span.asked)]
    assert seqs == list(range(1, len(seqs) + 1))
    for part in {span.part for span in placed}:
        assert sum(span.rows for span in placed if span.part == part) <= largest


@given(CHUNKS)
def test_bounds_cut_the_seqs_into_the_parts(sizes: list[tuple[int, int]]) -> None:
    placed = spans(sizes, largest=60)
    bounds = seq_bounds(placed)
    for span in placed:
        for seq in (span.first_seq, span.first_seq + span.asked - 1):
            if span.asked:
                assert bounds[span.part] <= seq < bounds[span.part + 1]
    assert list(bounds) == sorted(bounds)


def test_a_batch_without_inquiries_has_no_part() -> None:
    assert spans([]) == ()
    assert seq_bounds(()) == (1,)


def test_a_part_is_filled_before_the_next_begins() -> None:
    assert [span.part for span in spans([(30, 30), (20, 5), (1, 1)], largest=50)] == [0, 0, 1]
