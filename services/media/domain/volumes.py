"""How replies are spread over discs: whole where they fit, else by runs of records, each volume on its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.refusals import Refusal

DISC_LIMIT_BYTES = 700_000_000


@dataclass(frozen=True)
class Run:
    """Chunks `first_chunk` to before `end_chunk` of a reply: records `first_record` to `last_record`, from 1."""

    reply_id: str
    heights: tuple[int, ...]
    first_chunk: int
    end_chunk: int

    @classmethod
    def whole(cls, reply_id: str, heights: Sequence[int]) -> "Run":
        """All of a reply whose chunks have these numbers of records."""
        return cls(reply_id, tuple(heights), 0, len(heights))

    @property
    def first_record(self) -> int:
        return sum(self.heights[: self.first_chunk]) + 1

    @property
    def last_record(self) -> int:
        return sum(self.heights[: self.end_chunk])

    @property
    def is_whole(self) -> bool:
        return self.first_chunk == 0 and self.is_last

    @property
    def is_last(self) -> bool:
        """The last run of a reply carries the rejected records too."""
        return self.end_chunk == len(self.heights)

    def halves(self) -> tuple["Run", "Run"]:
        """Two runs in place of one. Refusal `volume-too-small` where a single chunk does not fit on a disc."""
        if self.end_chunk - self.first_chunk < 2:
            raise Refusal("volume-too-small", reply_id=self.reply_id)
        middle = (self.first_chunk + self.end_chunk) // 2
        return replace(self, end_chunk=middle), replace(self, first_chunk=middle)
