"""Proofs out of the published tiles, for the newest checkpoint or an earlier one."""

from services.audit.domain.checkpoints import checkpoint_of
from services.audit.domain.notes import note_of
from services.audit.domain.proofs import ReadTile, consistency_proof, inclusion_proof, range_hash
from services.audit.domain.tiles import Tile, hashes_of, narrowed, tile_at
from services.audit.parts import AuditParts
from shared.refusals import Refusal


def published_size(parts: AuditParts) -> int:
    """How many records the published checkpoint covers."""
    data = parts.folder.checkpoint()
    return 0 if data is None else checkpoint_of(note_of(data).text).size


def prove_inclusion(parts: AuditParts, index: int, size: int | None) -> dict[str, object]:
    """That the record at `index` is in the tree of `size` (the published one by default)."""
    size = _within(parts, size)
    read = published(parts)
    proof = inclusion_proof(read, index, size)
    tile = tile_at(0, index, size)
    leaf = hashes_of(read(tile))[index - tile.start]
    root = range_hash(read, 0, size, size)
    return {"index": index, "size": size, "leaf": leaf.hex(), "root": root.hex(), "hashes": [h.hex() for h in proof]}


def prove_consistency(parts: AuditParts, old: int, new: int | None) -> dict[str, object]:
    """That the tree of `new` records (the published one by default) extends that of `old` records."""
    new = _within(parts, new)
    proof = consistency_proof(published(parts), old, new)
    return {"from": old, "to": new, "hashes": [node.hex() for node in proof]}


def published_tile(parts: AuditParts, tile: Tile) -> bytes:
    """A tile's bytes as published. Refusal `not-found` beyond the published checkpoint."""
    try:
        return published(parts)(tile)
    except Refusal:
        raise Refusal("not-found") from None


def published(parts: AuditParts) -> ReadTile:
    """Reads any tile within the published log: one narrower than its file is the file's beginning."""
    size = published_size(parts)

    def read(tile: Tile) -> bytes:
        wide = tile_at(tile.level, tile.start, size)
        if wide.width < tile.width:
            raise Refusal("tile-missing")
        data = parts.folder.read(wide)
        return data if wide == tile else narrowed(tile, data)

    return read


def _within(parts: AuditParts, size: int | None) -> int:
    most = published_size(parts)
    if size is None:
        return most
    if size > most:
        raise Refusal("sizes-outside", old=size, new=most)
    return size
