"""Logs made by hand, honest and forged: their tiles in a folder, signed with a key that the test holds."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from services.audit.domain.canonical import canonical
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.merkle import Tree, grown, leaf_hash
from services.audit.domain.notes import VerifierKey, signed
from services.audit.domain.tiles import ENTRIES, Tile, bundle, tiles_between


def tile_files(entries: Sequence[bytes]) -> tuple[Tree, Iterable[tuple[Tile, bytes]]]:
    """The tree over the entries, and every tile with its bytes."""
    leaves = [leaf_hash(entry) for entry in entries]
    tree, complete = grown(Tree(), leaves)

    def data(tile: Tile) -> bytes:
        stop = tile.start + tile.width
        if tile.level == ENTRIES:
            return bundle(entries[tile.start : stop])
        if tile.level == 0:
            return b"".join(leaves[tile.start : stop])
        return b"".join([found.hash for found in complete if found.level == tile.level][tile.start : stop])

    return tree, ((tile, data(tile)) for tile in tiles_between(0, len(entries)))


def write_tiles(folder: Path, entries: Sequence[bytes]) -> Tree:
    """Everything that lies in the folder of a log but the checkpoint."""
    tree, files = tile_files(entries)
    for tile, data in files:
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tree


def write_log(
    folder: Path, records: Iterable[dict[str, Any]], name: VerifierKey, sign: Callable[[bytes], bytes]
) -> Path:
    """A whole log under any name and key."""
    folder.mkdir(parents=True, exist_ok=True)
    tree = write_tiles(folder, [canonical(record) for record in records])
    (folder / "checkpoint").write_text(signed(Checkpoint(name.name, tree.size, tree.root).text, name, sign))
    return folder
