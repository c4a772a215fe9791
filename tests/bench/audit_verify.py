"""`python -m tests.bench.audit_verify [--records N]`: a large log verified from its tiles alone, at constant memory."""

import argparse
import hashlib
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.verify import verify_log
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.merkle import TileHash, Tree, grown, leaf_hash
from services.audit.domain.notes import VerifierKey, signed
from services.audit.domain.tiles import ENTRIES, FULL, Tile, bundle, tiles_between
from shared.trail.record import FIRST_PREVIOUS
from tests.bench.audit import chained_body


def bodies(count: int) -> Iterator[bytes]:
    """Records of one source, chained."""
    digest = FIRST_PREVIOUS
    for number in range(count):
        body, digest = chained_body(number, source="intake", previous=digest)
        yield body


def write_log(folder: Path, count: int) -> None:
    """The published log of so many records, under a key of its own; a bundle in memory at a time."""
    tree, complete = Tree(), list[TileHash]()
    made = bodies(count)
    while entries := list(islice(made, FULL)):
        leaves = [leaf_hash(entry) for entry in entries]
        place = tree.size // FULL
        _put(folder, Tile(ENTRIES, place, len(entries)), bundle(entries))
        _put(folder, Tile(0, place, len(entries)), b"".join(leaves))
        tree, new = grown(tree, leaves)
        complete += new
    for tile in tiles_between(0, count):
        if tile.level > 0:
            hashes = [found.hash for found in complete if found.level == tile.level]
            _put(folder, tile, b"".join(hashes[tile.start : tile.start + tile.width]))
    key = Ed25519PrivateKey.generate()
    name = VerifierKey("bench.example/log", key.public_key().public_bytes_raw())
    (folder / "checkpoint").write_text(signed(Checkpoint(name.name, tree.size, tree.root).text, name, key.sign))
    (folder / "public-key").write_text(f"{name.text}\n")


def _put(folder: Path, tile: Tile, data: bytes) -> None:
    path = folder / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def hashed(folder: Path) -> float:
    """The baseline: every byte of the bundles read and hashed once; seconds."""
    started = time.perf_counter()
    for path in (folder / "tile" / "entries").rglob("*"):
        if path.is_file():
            hashlib.sha256(path.read_bytes())
    return time.perf_counter() - started


def main() -> None:
    """Print seconds, records a second, and the peak memory of the process that verifies and does nothing else."""
    parser = argparse.ArgumentParser(prog="bench.audit_verify", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--verify", type=Path)
    asked = parser.parse_args()
    if asked.verify:
        started = time.perf_counter()
        verdict = verify_log(asked.verify)
        seconds, peak = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        pace, found = asked.records / seconds, "whole" if verdict.ok else "WRONG"
        print(f"verified offline ({found}){seconds:>14.1f} s{pace:>12,.0f} records/s{peak:>8,} MiB peak", flush=True)
        return
    with TemporaryDirectory(prefix="shokai-bench-") as name:
        write_log(Path(name), asked.records)
        print(f"audit: {asked.records:,} records in tiles", flush=True)
        itself = [sys.executable, "-m", "tests.bench.audit_verify", "--records", str(asked.records)]
        subprocess.run([*itself, "--verify", name], check=True)
        seconds = hashed(Path(name))
        print(f"baseline: read and hash once{seconds:>11.1f} s{asked.records / seconds:>12,.0f} records/s")


if __name__ == "__main__":
    main()
