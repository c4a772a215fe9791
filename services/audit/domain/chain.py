"""Each source numbers its records without a gap and names in each the digest of the one before.

What has arrived of a source is kept as spans: unbroken runs of sequence numbers. One span from 1 on: nothing is
missing. Records may arrive late, twice and out of order; the spans come out the same.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from shared.refusals import Refusal

FIRST_PREVIOUS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """A record's place: its own digest and that of the one before (SHA-256 of the canonical form, hex)."""

    source: str
    sequence: int
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Span:
    """Records `first` to `last` of a source are there; `previous` is what the first names, `digest` is of the last."""

    first: int
    last: int
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Records `first` to `last` of a source are not there though later ones are."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Placed:
    """The spans with one more record. `repeated`: it was there; `broken_at`: sequences whose `previous` is wrong."""

    spans: tuple[Span, ...]
    repeated: bool = False
    broken_at: tuple[int, ...] = ()


def link_of(record: Mapping[str, Any], entry: bytes) -> Link:
    """The record's place in its source's chain. Refusal `record-unnumbered` where it states none."""
    source, sequence, previous = record.get("source"), record.get("sequence"), record.get("previous")
    if not (isinstance(source, str) and source and isinstance(previous, str)):
        raise Refusal("record-unnumbered")
    if not isinstance(sequence, int) or isinstance(sequence, bool) or sequence < 1:
        raise Refusal("record-unnumbered")
    return Link(source, sequence, previous, hashlib.sha256(entry).hexdigest())


def placed(spans: tuple[Span, ...], link: Link) -> Placed:
    """Put one record of a source among what has arrived of it; `spans` are in order and stay so."""
    # almost every record takes this short way
    if spans and spans[-1].last + 1 == link.sequence and spans[-1].digest == link.previous:
        return Placed((*spans[:-1], Span(spans[-1].first, link.sequence, spans[-1].previous, link.digest)))
    if any(span.first <= link.sequence <= span.last for span in spans):
        return Placed(spans, repeated=True)
    new = Span(link.sequence, link.sequence, link.previous, link.digest)
    before = [span for span in spans if span.last < link.sequence]
    after = [span for span in spans if span.first > link.sequence]
    broken = []
    if link.sequence == 1 and link.previous != FIRST_PREVIOUS:
        broken.append(1)
    if before and before[-1].last + 1 == new.first:
        left = before.pop()
        if left.digest != new.previous:
            broken.append(new.first)
        new = replace(new, first=left.first, previous=left.previous)
    if after and new.last + 1 == after[0].first:
        right = after.pop(0)
        if right.previous != new.digest:
            broken.append(right.first)
        new = replace(new, last=right.last, digest=right.digest)
    return Placed((*before, new, *after), broken_at=tuple(broken))


def gaps(spans: tuple[Span, ...]) -> tuple[Gap, ...]:
    """What is missing before and between the spans. That nothing is missing after the last one, no chain can tell."""
    ends = (0, *(span.last for span in spans))
    return tuple(Gap(end + 1, span.first - 1) for end, span in zip(ends, spans, strict=False) if end + 1 < span.first)
