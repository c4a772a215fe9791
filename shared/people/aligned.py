"""A folded address that still knows where in the written text each of its characters stood."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from shared.people.addresses import WORDS, fold
from shared.people.characters import DROPPED

_WITH_MARKS = re.compile("[\\s\\S][\u0300-\u036f\u3099\u309a\uff9e\uff9f]*")
_WORD = re.compile("|".join(WORDS))


@dataclass(frozen=True)
class Aligned:
    """`text` is `folded(raw)`; its character i began at `offsets[i]` of `raw`, which is as long as the last offset."""

    raw: str
    text: str
    offsets: tuple[int, ...]

    def written(self, start: int, end: int | None = None) -> str:
        """The written text of folded characters start to end, without blanks around it."""
        last = len(self.text) if end is None else end
        return self.raw[self.offsets[start] : self.offsets[last]].strip()


def aligned(raw: str) -> Aligned:
    """The folded text with its offsets."""
    pieces = [(raw[start:end], start) for start, end in _kept(raw)]
    compatible = [(character, start) for piece, start in _clusters(pieces) for character in piece]
    pairs = [(one, start) for text, start in _without_words(compatible) for one in fold().get(text, text)]
    return Aligned(raw, "".join(one for one, _ in pairs), (*(start for _, start in pairs), len(raw)))


def _kept(raw: str) -> Iterator[tuple[int, int]]:
    return ((at, at + 1) for at, character in enumerate(raw) if not DROPPED.match(character))


def _clusters(pieces: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Characters with the marks that follow them, in compatible form."""
    text = "".join(piece for piece, _ in pieces)
    for match in _WITH_MARKS.finditer(text):
        yield unicodedata.normalize("NFKC", match[0]), pieces[match.start()][1]


def _without_words(pairs: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Words replaced; one that is dropped counts with what follows it: 字 with 鳴戸."""
    text = "".join(character for character, _ in pairs)
    changed = {match.start(): match[0] for match in _WORD.finditer(text)}
    at, dropped_from = 0, -1
    while at < len(pairs):
        word = changed.get(at, "")
        start = pairs[at][1] if dropped_from < 0 else dropped_from
        kept = WORDS[word] if word else pairs[at][0]
        yield from ((one, start) for one in kept)
        dropped_from = -1 if kept else start
        at += len(word) or 1
