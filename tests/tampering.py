"""Every record of a log, tampered with in every way: found, and located? `python -m tests.tampering [--records N]`.

Two attackers. The one with the *files* changes records in the published bundles and leaves the hashes. The one with the
*tiles* derives all hashes anew over what he changed; he lacks the key, so the signed checkpoint stays what it was.
(With the key too, only a witness can tell: tests/integration/audit/test_witness.py.)

For the first one every record is tried. The honest log is verified once, and the verifier's state is kept at the
beginning of each bundle of 256 records; a tampered log is verified from the state before its first changed bundle on,
until the first finding: the same code, state and bytes as if it had begun at the first record. For the second one the
whole log is verified, so of 10,000 records a spread is tried.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

from services.audit.domain.canonical import canonical, record_of
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.findings import Finding
from services.audit.domain.proofs import ReadTile
from services.audit.domain.tiles import ENTRIES, FULL, Tile, bundle, tile_at
from services.audit.domain.verification import Verification
from shared.refusals import Refusal
from tests.integration.audit.conftest import Source
from tests.parts.made_log import tile_files

Tamper = Callable[[Sequence[bytes], int], list[bytes]]


def deleted(entries: Sequence[bytes], at: int) -> list[bytes]:
    """Without one record."""
    return [*entries[:at], *entries[at + 1 :]]


def altered(entries: Sequence[bytes], at: int) -> list[bytes]:
    """With another actor in one record."""
    return [*entries[:at], entries[at].replace(b'"actor":"', b'"actor":"x', 1), *entries[at + 1 :]]


def inserted(entries: Sequence[bytes], at: int) -> list[bytes]:
    """With a record more, of a source that is not heard of otherwise."""
    added = entries[at].replace(b'"source":"', b'"source":"x', 1)
    return [*entries[:at], added, *entries[at:]]


def swapped(entries: Sequence[bytes], at: int) -> list[bytes]:
    """With one record and its neighbour in the other order."""
    one = min(at, len(entries) - 2)
    return [*entries[:one], entries[one + 1], entries[one], *entries[one + 2 :]]


def truncated(entries: Sequence[bytes], at: int) -> list[bytes]:
    """Without that record and all that follow."""
    return list(entries[:at])


TAMPERINGS: Final[Mapping[str, Tamper]] = {
    "delete": deleted,
    "alter": altered,
    "insert": inserted,
    "swap": swapped,
    "truncate": truncated,
}


def made_records(count: int) -> list[dict[str, Any]]:
    """Records of three sources that take turns in runs of different length."""
    sources = [Source("authority"), Source("intake"), Source("media")]
    found: list[dict[str, Any]] = []
    turn = 0
    while len(found) < count:
        found += sources[turn % 3].make(1 + turn % 7)
        turn += 1
    return found[:count]


def made(count: int) -> list[bytes]:
    """The same in canonical form."""
    return [canonical(record) for record in made_records(count)]


@dataclass
class Log:
    """An honest log, and the verifier's state before each of its bundles."""

    entries: list[bytes]
    files: dict[str, bytes] = field(init=False)
    checkpoint: Checkpoint = field(init=False)
    states: list[Verification] = field(init=False)

    def __post_init__(self) -> None:
        tree, files = tile_files(self.entries)
        self.files = {tile.path: data for tile, data in files}
        self.checkpoint = Checkpoint("log.example/shokai", tree.size, tree.root)
        self.states = []
        run = Verification(self._honest, self.checkpoint)
        for start in range(0, tree.size, FULL):
            self.states.append(resumed(run, self._honest))
            assert run.read_bundle(tile_at(ENTRIES, start, tree.size))
        assert not run.findings
        assert run.tree.root == tree.root

    def _honest(self, tile: Tile) -> bytes:
        return self.files[tile.path]

    def first_finding(self, tampered: Sequence[bytes], at: int) -> Finding | None:
        """What the verifier says first where records from `at` on were changed in the bundles, and no hash."""

        def read(tile: Tile) -> bytes:
            return bundle_of(tampered, tile, self.checkpoint.size) if tile.level == ENTRIES else self.files[tile.path]

        run = resumed(self.states[at // FULL], read)
        for start in range(at - at % FULL, self.checkpoint.size, FULL):
            if not run.read_bundle(tile_at(ENTRIES, start, self.checkpoint.size)) or run.findings:
                break
        return min(run.findings, key=lambda found: found.index or 0, default=None)

    def findings_of_derived(self, tampered: Sequence[bytes]) -> list[Finding]:
        """All that the verifier says where every hash was derived anew; the checkpoint is the honest one."""
        files = {tile.path: data for tile, data in tile_files(tampered)[1]}

        def read(tile: Tile) -> bytes:
            found = files.get(tile.path) or files.get(tile_at(tile.level, tile.start, len(tampered)).path)
            if found is None:
                raise Refusal("tile-missing")
            return found

        run = Verification(read, self.checkpoint)
        run.run()
        return run.findings


def resumed(run: Verification, read: ReadTile) -> Verification:
    """A verification that goes on from where `run` stands, on its own."""
    sources = {name: copy(source) for name, source in run.sources_read.items()}
    return Verification(read, run.checkpoint, tree=run.tree, sources_read=sources)


def bundle_of(entries: Sequence[bytes], tile: Tile, size: int) -> bytes:
    """The bundle as the attacker leaves it: what he has too many goes into the last one."""
    stop = len(entries) if tile.start + tile.width == size else tile.start + tile.width
    return bundle(entries[tile.start : stop])


@dataclass
class Figures:
    """Tried, found, located; the codes of the first findings."""

    tried: int = 0
    found: int = 0
    located: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def line(self) -> str:
        """For people."""
        codes = ", ".join(f"{code} {count:,}" for code, count in self.codes.most_common(4))
        return f"{self.tried:>7,} tried  {self.found:>7,} found  {self.located:>7,} located   {codes}"

    def add(self, findings: Sequence[Finding], *, located: bool) -> None:
        """One attempt."""
        self.tried += 1
        self.found += bool(findings)
        self.located += located
        self.codes.update(found.code for found in findings[:1])


def with_the_files(log: Log, places: Iterable[int], ways: Iterable[str] = TAMPERINGS) -> dict[str, Figures]:
    """Each record at `places` tampered with in each way; located: the first finding names that very record."""
    figures = {way: Figures() for way in ways}
    for at in places:
        for way, figure in figures.items():
            where = min(at, len(log.entries) - 2) if way == "swap" else at
            first = log.first_finding(TAMPERINGS[way](log.entries, at), where)
            figure.add([first] if first else [], located=first is not None and first.index == where)
    return figures


def with_the_tiles(log: Log, places: Iterable[int], ways: Iterable[str] = TAMPERINGS) -> dict[str, Figures]:
    """The same with all hashes derived anew; located: a finding names that record, or its number in its source."""
    figures = {way: Figures() for way in ways}
    for at in places:
        record = record_of(log.entries[at])
        for way, figure in figures.items():
            findings = log.findings_of_derived(TAMPERINGS[way](log.entries, at))
            figure.add(findings, located=any(names(found, at, record) for found in findings))
    return figures


def names(found: Finding, at: int, record: Mapping[str, Any]) -> bool:
    """Whether a finding leads to the record: by its place in the log, or by its number in its source."""
    numbers = range(found.sequence, int(found.facts.get("last", found.sequence)) + 2)
    by_number = record["source"] in (found.source, found.source[1:]) and record["sequence"] in numbers
    return by_number or (found.index is not None and found.index in (at, at + 1))


def main() -> None:
    """Print the figures; exit code 1 where anything is not found, or not located though the hashes could tell."""
    wanted = argparse.ArgumentParser(prog="python -m tests.tampering")
    wanted.add_argument("--records", type=int, default=10_000)
    wanted.add_argument("--spread", type=int, default=200, help="every so many records for the attacker with the tiles")
    told = wanted.parse_args()
    log, begun = Log(made(told.records)), perf_counter()
    tried = [
        ("files", with_the_files(log, range(told.records))),
        ("tiles", with_the_tiles(log, range(0, told.records, told.spread))),
    ]
    for attacker, figures in tried:
        for way, figure in figures.items():
            print(f"{attacker} {way:<9} {figure.line}", flush=True)
    print(f"{told.records:,} records, {perf_counter() - begun:.0f} s")
    good = all(figure.found == figure.tried for _, figures in tried for figure in figures.values())
    good = good and all(figure.located == figure.tried for figure in tried[0][1].values())
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
