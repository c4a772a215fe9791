"""Re-derives a whole log from its tiles: every hash, every record's form, every source's chain. Constant memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.audit.domain.canonical import record_of
from services.audit.domain.chain import Link, Span, gaps, link_of, placed
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.findings import Finding
from services.audit.domain.merkle import TileHash, Tree, grown, leaf_hash
from services.audit.domain.proofs import ReadTile
from services.audit.domain.tiles import ENTRIES, FULL, Tile, entries_of, hashes_of, tile_at
from shared.refusals import Refusal

MOST_FINDINGS: Final = 20


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """What the log holds of one source."""

    source: str
    records: int
    first: int
    last: int


@dataclass
class SourceRead:
    """What has been read of one source; `at` is the log index of the record read last."""

    spans: tuple[Span, ...] = ()
    records: int = 0
    at: int = 0


@dataclass
class Verification:
    """One run over a log. `earlier`: checkpoints that somebody kept, which this log has to extend."""

    read: ReadTile
    checkpoint: Checkpoint
    earlier: Sequence[Checkpoint] = ()
    progress: Callable[[int, int], None] | None = None
    findings: list[Finding] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)
    sources_read: dict[str, SourceRead] = field(default_factory=dict)
    _upper: dict[int, tuple[Tile, list[bytes]]] = field(default_factory=dict)

    def run(self) -> None:
        """Read the whole log; afterwards `findings` is empty or says what is wrong, the lowest index first."""
        size = self.checkpoint.size
        for start in range(0, size, FULL):
            if not self.read_bundle(tile_at(ENTRIES, start, size)) or len(self.findings) >= MOST_FINDINGS:
                break
            if self.progress:
                self.progress(self.tree.size, size)
        self._close()
        self.findings.sort(key=lambda found: size if found.index is None else found.index)

    @property
    def sources(self) -> tuple[SourceSeen, ...]:
        """The sources, by name."""
        return tuple(
            SourceSeen(name, seen.records, seen.spans[0].first, seen.spans[-1].last)
            for name, seen in sorted(self.sources_read.items())
        )

    def read_bundle(self, tile: Tile) -> bool:
        """Take in up to 256 records. False where the log cannot be read on."""
        leaves: list[bytes] = []
        stated = self._stated_hashes(tile)
        whole = True
        try:
            for entry in entries_of(self.read(tile)):
                index = tile.start + len(leaves)
                if len(leaves) == tile.width:
                    self._find("surplus", index)
                    break
                leaves.append(leaf_hash(entry))
                if len(leaves) <= len(stated) and stated[len(leaves) - 1] != leaves[-1]:
                    self._find("altered", index)
                self._examine(entry, index)
        except Refusal as refusal:
            self._find(refusal.code, tile.start + len(leaves))
            whole = False
        else:
            if len(leaves) < tile.width:
                self._find("missing", tile.start + len(leaves))
                whole = False
        self._grow(leaves)
        return whole

    def _stated_hashes(self, tile: Tile) -> list[bytes]:
        try:
            stated = hashes_of(self.read(Tile(0, tile.index, tile.width)))
        except Refusal as refusal:
            self._find(refusal.code, tile.start)
            return []
        if len(stated) != tile.width:
            self._find("tile-cut", tile.start + min(len(stated), tile.width))
        return stated

    def _examine(self, entry: bytes, index: int) -> None:
        """The form of one record and its place in its source's chain."""
        try:
            link = link_of(record_of(entry), entry)
        except Refusal as refusal:
            self._find(refusal.code, index)
            return
        source = self.sources_read.setdefault(link.source, SourceRead())
        place = placed(source.spans, link)
        if place.repeated:
            self._find("repeated", index, link)
        for sequence in place.broken_at:
            follows_last = sequence == link.sequence and sequence > 1
            self._find("chain-broken", source.at if follows_last else index, link)
        source.spans, source.records, source.at = place.spans, source.records + 1, index

    def _grow(self, leaves: list[bytes]) -> None:
        """Append to the tree, stopping at each size of which somebody kept a checkpoint."""
        base, end = self.tree.size, self.tree.size + len(leaves)
        for size in sorted({kept.size for kept in self.earlier if base < kept.size < end} | {end}):
            self.tree, complete = grown(self.tree, leaves[self.tree.size - base : size - base])
            for hash_ in complete:
                self._compare(hash_)
            for kept in self.earlier:
                if kept.size == self.tree.size and kept.root != self.tree.root:
                    self._find("not-extended", None, size=kept.size, always=True)

    def _compare(self, derived: TileHash) -> None:
        """A hash of level 1 or above against the tile that states it."""
        tile = tile_at(derived.level, derived.index, self.checkpoint.size)
        first = derived.index * FULL**derived.level
        if self._upper.get(derived.level, (None, []))[0] != tile:
            try:
                self._upper[derived.level] = (tile, hashes_of(self.read(tile)))
            except Refusal as refusal:
                self._upper[derived.level] = (tile, [])
                self._find(refusal.code, first)
                return
        stated = self._upper[derived.level][1]
        if not stated:
            return
        position = derived.index - tile.start
        if position >= len(stated) or stated[position] != derived.hash:
            self._find_subtree(first, first + FULL**derived.level - 1)

    def _find_subtree(self, first: int, last: int) -> None:
        """A wrong subtree is told only where no record of it has been named already."""
        if not any(found.index is not None and first <= found.index <= last for found in self.findings):
            self._find("subtree-altered", first, last=last)

    def _close(self) -> None:
        """What only the end of the log can tell."""
        if self.tree.size == self.checkpoint.size and self.tree.root != self.checkpoint.root:
            self._find("root-differs", None, always=True)
        for name, seen in sorted(self.sources_read.items()):
            for gap in gaps(seen.spans):
                link = Link(name, gap.first, "", "")
                self._find("records-missing", None, link, last=gap.last)
        for kept in self.earlier:
            if kept.origin != self.checkpoint.origin or kept.size > self.checkpoint.size:
                self._find("cut-off", None, size=kept.size, always=True)

    def _find(
        self, code: str, index: int | None, link: Link | None = None, *, always: bool = False, **facts: int
    ) -> None:
        if always or len(self.findings) < MOST_FINDINGS:
            place = (link.source, link.sequence) if link else ("", 0)
            self.findings.append(Finding(code, index, *place, facts))
