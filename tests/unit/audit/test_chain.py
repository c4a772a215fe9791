"""What has arrived of a source, in any order."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.chain import FIRST_PREVIOUS, Gap, Link, Span, gaps, link_of, placed
from services.audit.domain.columns import columns_of, subjects_of
from shared.refusals import Refusal


def links(count: int) -> list[Link]:
    found, previous = [], FIRST_PREVIOUS
    for sequence in range(1, count + 1):
        digest = hashlib.sha256(b"%d" % sequence).hexdigest()
        found.append(Link("intake", sequence, previous, digest))
        previous = digest
    return found


@given(st.permutations(links(12)), st.integers(0, 12))
def test_any_order_of_arrival_ends_in_the_same_spans(order: list[Link], left_out: int) -> None:
    spans: tuple[Span, ...] = ()
    for link in order:
        if link.sequence == left_out:
            continue
        place = placed(spans, link)
        assert not place.repeated
        assert place.broken_at == ()
        spans = place.spans
        assert placed(spans, link).repeated
        assert placed(spans, link).spans == spans
    expected = [part for part in (range(1, left_out), range(left_out + 1, 13)) if part]
    assert [(span.first, span.last) for span in spans] == [(part[0], part[-1]) for part in expected if part]
    assert gaps(spans) == ((Gap(left_out, left_out),) if 0 < left_out < 12 else ())


@given(st.permutations(links(8)), st.integers(1, 8))
def test_a_forged_record_breaks_the_chain_whatever_the_order(order: list[Link], forged: int) -> None:
    spans: tuple[Span, ...] = ()
    broken: set[int] = set()
    for link in order:
        if link.sequence == forged:
            link = Link(link.source, forged, "f" * 64, "e" * 64)
        place = placed(spans, link)
        spans, broken = place.spans, broken | set(place.broken_at)
    assert broken == {forged, forged + 1} & set(range(1, 9))
    assert [(span.first, span.last) for span in spans] == [(1, 8)]


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"source": "", "sequence": 1, "previous": ""},
        {"source": "a", "sequence": "1", "previous": ""},
        {"source": "a", "sequence": True, "previous": ""},
        {"source": "a", "sequence": 0, "previous": ""},
        {"source": "a", "sequence": 1},
    ],
)
def test_a_record_without_its_place_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(Refusal, match="record-unnumbered"):
        link_of(record, b"")


@pytest.mark.parametrize("at", [None, 5, "", "2026-06-01", "2026-06-01T00:00:00"])
def test_a_record_without_an_instant_is_refused(at: object) -> None:
    with pytest.raises(Refusal, match="record-form"):
        columns_of({"at": at})


def test_subject_tokens_are_looked_up_each_once() -> None:
    assert subjects_of({"subject_tokens": ["a", "b", "a"]}) == {"a", "b"}
    assert subjects_of({"subject_tokens": "a"}) == frozenset()
    assert subjects_of({}) == frozenset()
