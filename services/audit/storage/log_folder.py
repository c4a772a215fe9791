"""The published log as files: tiles, checkpoint, public key. Written durably; what is full never changes."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from services.audit.domain.tiles import FULL, Tile, narrowed
from shared.crypto.durable import sync_directory, write_durably
from shared.refusals import Refusal

CHECKPOINT: Final = "checkpoint"
COSIGNED: Final = "cosigned"
PUBLIC_KEY: Final = "public-key"


class LogFolder:
    """One folder in the layout of C2SP tlog-tiles; any static file server could publish it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def checkpoint(self) -> bytes | None:
        """The checkpoint as published."""
        return self._bytes(CHECKPOINT)

    def put_checkpoint(self, note: str) -> None:
        """Publish a checkpoint; the tiles that it covers are there already."""
        write_durably(self._root / CHECKPOINT, note.encode())

    def cosigned(self) -> bytes | None:
        """The newest checkpoint that witnesses have cosigned, with their signatures."""
        return self._bytes(COSIGNED)

    def put_cosigned(self, note: str) -> None:
        """Publish a checkpoint that witnesses have cosigned."""
        write_durably(self._root / COSIGNED, note.encode())

    def put_public_key(self, text: str) -> None:
        """Lay the verifier key beside the log."""
        if self._bytes(PUBLIC_KEY) != text.encode():
            write_durably(self._root / PUBLIC_KEY, text.encode())

    def put_tiles(self, tiles: Iterable[tuple[Tile, bytes]]) -> int:
        """Write tiles that are not there yet; how many. Refusal `log-forked` where one is there with other content."""
        folders: set[Path] = set()
        written = 0
        for tile, data in tiles:
            present = self._bytes(tile.path)
            if present is not None and present != data:
                raise Refusal("log-forked")
            if present is None:
                self._write(self._root / tile.path, data, folders)
                written += 1
        for folder in sorted(folders, reverse=True):
            sync_directory(folder)
        return written

    def read(self, tile: Tile) -> bytes:
        """A tile's bytes; a partial tile that is gone is the beginning of the full one. Refusal `tile-missing`."""
        data = self._bytes(tile.path)
        if data is None and tile.width < FULL:
            full = self._bytes(tile.full.path)
            data = None if full is None else narrowed(tile, full)
        if data is None:
            raise Refusal("tile-missing")
        return data

    def drop_partials(self, tile: Tile) -> None:
        """Remove the partial forms of a tile that is now there in full."""
        shutil.rmtree(self._root / f"{tile.full.path}.p", ignore_errors=True)

    def _bytes(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None

    def _write(self, path: Path, data: bytes, folders: set[Path]) -> None:
        """Write and rename; the folders that must be synced for it to last are added to `folders`."""
        missing = path.parent
        while not missing.exists():
            folders.add(missing.parent)
            missing = missing.parent
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.new")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folders.add(path.parent)
