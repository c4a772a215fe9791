"""The records of a reply on their way into a file: read chunk by chunk, individual numbers opened, outcomes counted.

Individual numbers exist in clear only in the frame that is being written into the encrypted stream.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from shared.blobs.columns import get_frame
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.crypto.fields import FieldCipher
from shared.layouts.columns.encoding import encode

OUTCOME_COLUMN: Final = {"provisional": "outcome", "main": "status", "my_number": "status", "deletion": "result"}
TEXT_COLUMNS: Final = ("name_kana", "name_kanji", "address")
SERIALS_SHOWN: Final = 12
CHARACTERS_SHOWN: Final = 200


class NumbersMissing(Exception):
    """The chunks of a my_number reply no longer hold the numbers: they were masked before the media were made."""


@dataclass
class Tally:
    """What was seen on the way: records by outcome, and characters that CP932 does not hold."""

    outcomes: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    serials: dict[str, list[str]] = field(default_factory=dict)

    def count(self, frame: pl.DataFrame, outcome: str) -> None:
        """Adds the outcomes of a frame."""
        self.outcomes.update(dict(frame[outcome].fill_null("").value_counts().iter_rows()))

    def look_for_unmapped(self, frame: pl.DataFrame) -> None:
        """Adds the characters of a frame that become `■` in CP932, with the serials of the first records of each."""
        for name in TEXT_COLUMNS:
            if name in frame.columns:
                self._look(frame["serial"], frame[name].fill_null(""))

    def _look(self, serials: pl.Series, texts: pl.Series) -> None:
        letters = set("".join(texts.to_list()))
        for letter in sorted(letter for letter in letters if not letter.isascii() and _is_unmapped(letter)):
            found = texts.str.count_matches(letter, literal=True)
            self.characters[letter] += int(found.sum())
            if len(self.serials) < CHARACTERS_SHOWN:
                shown = self.serials.setdefault(letter, [])
                shown.extend(str(serial) for serial in serials.filter(found > 0)[: SERIALS_SHOWN - len(shown)])


def reply_frames(
    blobs: BlobStore, chunks: Sequence[BlobRef], *, request_id: str, numbers: FieldCipher | None
) -> Iterator[pl.DataFrame]:
    """The frames of the chunks in order; with `numbers`, the column my_number in clear in place of the sealed one."""
    for chunk in chunks:
        frame = get_frame(blobs, chunk)
        yield frame if numbers is None else _with_numbers(frame, request_id, numbers)


def _with_numbers(frame: pl.DataFrame, request_id: str, numbers: FieldCipher) -> pl.DataFrame:
    if "my_number_sealed" not in frame.columns:
        raise NumbersMissing
    present = frame["my_number_sealed"].to_list()
    rows = [f"{request_id}/{serial}" for serial in frame["serial"].to_list()]
    held = [position for position, sealed in enumerate(present) if sealed]
    opened = numbers.decrypt_many(
        [present[position] for position in held], place="reply.my_number", rows=[rows[position] for position in held]
    )
    clear = [""] * frame.height
    for position, number in zip(held, opened, strict=True):
        clear[position] = number
    return frame.drop("my_number_sealed").with_columns(pl.Series("my_number", clear, pl.String))


def _is_unmapped(letter: str) -> bool:
    return encode(letter, "cp932")[1] > 0
