"""A review as a person compares it: items in rows, the people in columns, differing characters apart from the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Json = Mapping[str, Any]
Span = tuple[int, int]

ITEMS: Final = ("name_kanji", "name_kana", "birth_date", "sex", "address", "postal_code")
ONLY_HELD: Final = ("change_reason", "change_date")
ITEM_OF_EVIDENCE: Final = {"name": "name_kanji", "birth": "birth_date", "sex": "sex", "address": "address"}
"""In which row the judgement and the reasons of each of the four items stand."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that all differ from the other side, or all do not."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of one item; `judgement` and `reasons` (Japanese, English) where the row carries them."""

    pieces: tuple[Piece, ...]
    judgement: str = ""
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One item of all people."""

    item: str
    asked: Cell
    held: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether anybody's text differs."""
        return any(piece.differs for cell in (self.asked, *self.held) for piece in cell.pieces)


def rows_of(review: Json) -> tuple[Row, ...]:
    """All items of a review that anybody's side holds."""
    people = review["candidates"]
    rows = [_row(review["asked"], people, item) for item in ITEMS]
    rows += [
        Row(item, Cell(()), tuple(Cell(pieces(one.get(item), ())) for one in people))
        for item in ONLY_HELD
        if any(one.get(item) for one in people)
    ]
    return tuple(rows)


def pieces(text: str | None, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """The text cut at its spans (start, end), which may overlap; offsets in code points."""
    if not text:
        return ()
    marked = {at for start, end in spans for at in range(start, end)}
    edges = [at for at in range(1, len(text)) if (at in marked) != (at - 1 in marked)]
    starts = [0, *edges]
    return tuple(
        Piece(text[start:end], start in marked) for start, end in zip(starts, [*edges, len(text)], strict=True)
    )


def steps_of(review: Json) -> tuple[tuple[str, int, Sequence[Json]], ...]:
    """What was done to bring each side into comparable form: ("asked", 0, steps), then ("held", n, steps) a person.

    The steps of the asked side are the same beside everybody and stand once.
    """
    people = review["candidates"]
    asked = [step for step in (people[0]["steps"] if people else ()) if step["side"] == "asked"]
    sides = [("asked", 0, asked)]
    sides += [
        ("held", at, [step for step in one["steps"] if step["side"] == "held"]) for at, one in enumerate(people, 1)
    ]
    return tuple((side, at, steps) for side, at, steps in sides if steps)


def _row(asked: Json, people: Sequence[Json], item: str) -> Row:
    differences = [one["differences"].get(item, {"asked": (), "held": ()}) for one in people]
    spans_asked = [span for one in differences for span in one["asked"]]
    held = tuple(_held(one, item, spans["held"]) for one, spans in zip(people, differences, strict=True))
    return Row(item, Cell(pieces(asked.get(item), spans_asked)), held)


def _held(person: Json, item: str, spans: Iterable[Span]) -> Cell:
    four = next((name for name, row in ITEM_OF_EVIDENCE.items() if row == item), "")
    reasons = tuple((one["ja"], one["en"]) for one in person["evidence"].get(four, ()))
    return Cell(pieces(person.get(item), spans), person["judgements"].get(four, ""), reasons)
