"""What is marked as differing is all that differs, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.spans import LONGEST, Spans, differing_spans

texts = st.text("東京都港区芝1-２ー号番　 ", max_size=30)


def unmarked(text: str, spans: Spans) -> str:
    """The text without its marked spans, which must stand in order, apart, and inside it."""
    kept, at = "", 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        kept, at = kept + text[at:start], end
    return kept + text[at:]


@given(texts, texts)
def test_without_what_is_marked_both_sides_read_the_same(asked: str, held: str) -> None:
    ours, theirs = differing_spans(asked, held)
    assert unmarked(asked, ours) == unmarked(held, theirs)
    assert (not ours and not theirs) == (asked == held)


def test_marks_are_where_the_eye_looks_for_them() -> None:
    assert differing_spans("山田太郎", "山田次郎") == ([(2, 3)], [(2, 3)])
    assert differing_spans("芝1-2", "芝1-2-301") == ([], [(4, 8)])
    assert differing_spans("", "東京都") == ([], [(0, 3)])


def test_a_text_without_end_is_marked_whole() -> None:
    assert differing_spans("あ" * (LONGEST + 1), "い") == ([(0, LONGEST + 1)], [(0, 1)])
