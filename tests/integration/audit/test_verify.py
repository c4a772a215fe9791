"""The offline verifier against a log of a few thousand records that somebody tampered with."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.verify import Verdict, verify_log
from services.audit.domain.canonical import canonical
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.merkle import Tree, leaf_hash
from services.audit.domain.notes import VerifierKey, signed
from services.audit.domain.tiles import ENTRIES, Tile, bundle, entries_of
from shared.refusals import Refusal
from tests.integration.audit.conftest import Source
from tests.parts.made_log import write_tiles

SIZE = 3000
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = VerifierKey("log.example/shokai", KEY.public_key().public_bytes_raw())
WRONG = 1234  # where the tests tamper: in the middle of a tile, in the middle of a source


@cache
def made() -> tuple[bytes, ...]:
    """Three sources, taking turns in runs of different length."""
    sources = [Source("authority"), Source("intake"), Source("media")]
    found: list[bytes] = []
    for turn in range(SIZE):
        found += [canonical(record) for record in sources[turn % 3].make(1 + turn % 7)]
        if len(found) >= SIZE:
            break
    return tuple(found[:SIZE])


def records() -> list[bytes]:
    """The records of the log, untouched."""
    return list(made())


def sign(folder: Path, tree: Tree, key: Ed25519PrivateKey = KEY, name: VerifierKey = NAME) -> str:
    note = signed(Checkpoint(name.name, tree.size, tree.root).text, name, key.sign)
    (folder / "checkpoint").write_text(note)
    return note


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    sign(folder, write_tiles(folder, records()))
    (folder / "public-key").write_text(NAME.text + "\n")
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "log"))


def altered(entries: list[bytes]) -> list[bytes]:
    return [
        *entries[:WRONG],
        entries[WRONG].replace(b'"actor":"clerk-', b'"actor":"chief-'),
        *entries[WRONG + 1 :],
    ]


def deleted(entries: list[bytes]) -> list[bytes]:
    return entries[:WRONG] + entries[WRONG + 1 :]


def inserted(entries: list[bytes]) -> list[bytes]:
    return [*entries[:WRONG], entries[7].replace(b'"sequence":', b'"sequence":9'), *entries[WRONG:]]


def swapped(entries: list[bytes]) -> list[bytes]:
    return [*entries[:WRONG], entries[WRONG + 1], entries[WRONG], *entries[WRONG + 2 :]]


def truncated(entries: list[bytes]) -> list[bytes]:
    return entries[:WRONG]


TAMPERINGS = [altered, deleted, inserted, swapped, truncated]


def put_entries(folder: Path, entries: list[bytes]) -> None:
    """Rewrite the records but not their hashes."""
    for bundle_file in (folder / "tile" / "entries").glob("*"):
        shutil.rmtree(bundle_file) if bundle_file.is_dir() else bundle_file.unlink()
    for start in range(0, SIZE, 256):
        part = entries[start : min(start + 256, SIZE)]
        if part:
            path = folder / Tile(ENTRIES, start // 256, min(256, SIZE - start)).path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bundle(part))


def verified(folder: Path) -> Verdict:
    return verify_log(folder, NAME.text)


def test_a_whole_log_is_found_whole(folder: Path) -> None:
    verdict = verified(folder)
    assert verdict.ok
    assert verdict.exit_code == 0
    assert verdict.records == verdict.size == SIZE
    assert sum(seen.records for seen in verdict.sources) == SIZE
    assert verdict.key_independent


def test_the_key_beside_the_log_is_used_and_said_to_be_no_proof(folder: Path) -> None:
    verdict = verify_log(folder)
    assert verdict.ok
    assert not verdict.key_independent
    assert any("beside the log" in limit for limit in verdict.limits)


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampered_records_are_found_and_the_first_is_named(
    folder: Path, tamper: Callable[[list[bytes]], list[bytes]]
) -> None:
    put_entries(folder, tamper(records()))
    verdict = verified(folder)
    assert verdict.exit_code == 1
    assert verdict.first is not None
    assert verdict.first.index == WRONG
    assert str(WRONG) in verdict.first.en


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampering_with_all_hashes_derived_anew_is_found_by_the_signature(
    folder: Path, tamper: Callable[[list[bytes]], list[bytes]]
) -> None:
    entries = tamper(records())
    note = (folder / "checkpoint").read_text()
    shutil.rmtree(folder / "tile")
    tree = write_tiles(folder, entries)
    sign(folder, tree, Ed25519PrivateKey.generate())
    assert "signature-wrong" in {found.code for found in verified(folder).findings}
    (folder / "checkpoint").write_text(note)
    assert not verified(folder).ok


def test_whoever_holds_the_key_is_found_by_the_chain_and_the_records_are_named(folder: Path) -> None:
    entries = records()
    for tamper, codes in [
        (altered, {"chain-broken"}),
        (deleted, {"records-missing"}),
        (inserted, {"repeated", "records-missing"}),
    ]:
        shutil.rmtree(folder / "tile")
        sign(folder, write_tiles(folder, tamper(entries)))
        verdict = verified(folder)
        assert {found.code for found in verdict.findings} & codes, tamper
        if tamper is altered:
            assert verdict.first is not None
            assert verdict.first.index == WRONG


def test_a_log_cut_off_and_signed_anew_is_found_by_whoever_kept_a_checkpoint(folder: Path) -> None:
    kept = (folder / "checkpoint").read_text()
    shutil.rmtree(folder / "tile")
    sign(folder, write_tiles(folder, records()[:2000]))
    alone = verified(folder)
    assert alone.ok
    assert any("cut off" in limit for limit in alone.limits)
    assert [found.code for found in verify_log(folder, NAME.text, earlier=[kept]).findings] == ["cut-off"]


def test_a_log_written_anew_does_not_extend_a_checkpoint_that_was_kept(folder: Path, tmp_path: Path) -> None:
    early = tmp_path / "early"
    early.mkdir()
    for size in (1, 256, 300, 1300, 2048):
        kept = sign(early, write_tiles(early, records()[:size]))
        assert verify_log(folder, NAME.text, earlier=[kept]).ok
    other = sign(early, write_tiles(early, altered(records())[:1300]))
    codes = [found.code for found in verify_log(folder, NAME.text, earlier=[other]).findings]
    assert codes == ["not-extended"]


@pytest.mark.parametrize("path", ["tile/0/004", "tile/1/000.p/11", "tile/0/011.p/184", "tile/entries/004"])
def test_a_flipped_byte_in_any_tile_is_located(folder: Path, path: str) -> None:
    data = bytearray((folder / path).read_bytes())
    data[40] ^= 1
    (folder / path).write_bytes(data)
    verdict = verified(folder)
    assert verdict.first is not None
    start = {"004": 1024, "184": 11 * 256, "11": 0}[Path(path).name]
    assert verdict.first.index is not None
    assert start <= verdict.first.index < start + 512


@pytest.mark.parametrize(
    ("path", "keep", "code"),
    [
        ("tile/0/004", 100, "tile-cut"),
        ("tile/0/004", 8160, "tile-cut"),
        ("tile/entries/004", 1000, "bundle-cut"),
        ("tile/entries/004", 0, "missing"),
        ("tile/1/000.p/11", 320, "subtree-altered"),
    ],
)
def test_a_file_cut_short_is_located(folder: Path, path: str, keep: int, code: str) -> None:
    (folder / path).write_bytes((folder / path).read_bytes()[:keep])
    assert code in {found.code for found in verified(folder).findings}


@pytest.mark.parametrize("path", ["tile/0/004", "tile/entries/004", "tile/1/000.p/11"])
def test_a_missing_file_is_located(folder: Path, path: str) -> None:
    (folder / path).unlink()
    assert "tile-missing" in {found.code for found in verified(folder).findings}


def test_a_record_too_many_in_a_bundle_is_found(folder: Path) -> None:
    file = folder / "tile" / "entries" / "004"
    entries = list(entries_of(file.read_bytes()))
    file.write_bytes(bundle([*entries, entries[0]]))
    first = verified(folder).first
    assert first is not None
    assert (first.code, first.index) == ("surplus", 1280)


def test_a_partial_tile_is_read_out_of_the_full_one(folder: Path, tmp_path: Path) -> None:
    older = tmp_path / "older"
    older.mkdir()
    sign(older, write_tiles(older, records()[:2900]))
    shutil.rmtree(older / "tile" / "0" / "011.p")
    shutil.rmtree(older / "tile" / "entries" / "011.p")
    entries = records()
    full = [*entries[2816:], *entries[: 256 - len(entries[2816:])]]
    (older / "tile" / "entries" / "011").write_bytes(bundle(full))
    (older / "tile" / "0" / "011").write_bytes(b"".join(map(leaf_hash, full)))
    assert verified(older).ok


def test_records_that_are_no_records_are_named(tmp_path: Path) -> None:
    entries = records()[:10]
    entries[4] = b'{"source": "intake"}'
    entries[6] = b"{}"
    sign(tmp_path, write_tiles(tmp_path, entries))
    codes = {(found.code, found.index) for found in verified(tmp_path).findings}
    assert {("record-form", 4), ("record-unnumbered", 6)} <= codes


def test_an_empty_log_is_whole(tmp_path: Path) -> None:
    sign(tmp_path, Tree())
    assert verified(tmp_path).ok


def test_another_log_under_the_same_key_is_not_accepted(folder: Path) -> None:
    other = VerifierKey("log.example/other", NAME.public_key)
    sign(folder, write_tiles(folder, records()), name=other)
    assert [found.code for found in verified(folder).findings] == ["signature-wrong"]


@pytest.mark.parametrize("text", ["", "x", "a+b+c", NAME.text + "A", NAME.text.replace("log", "lag")])
def test_a_key_that_is_none_is_wrong_use(folder: Path, text: str) -> None:
    with pytest.raises(Refusal, match="key-unreadable"):
        verify_log(folder, text)


def test_a_place_without_a_log_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="log-not-found"):
        verify_log(tmp_path)
    with pytest.raises(Refusal, match="log-not-found"):
        verify_log("http://127.0.0.1:9", NAME.text)


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("", "note-unreadable"),
        ("a\n1\nb\n", "note-unreadable"),
        ("a\n1\nb\n\nx\n", "note-unreadable"),
        ("a\n1\nAAAA\n\n— a AAAAAAAA\n", "checkpoint-unreadable"),
        ("a\n01\n" + "A" * 43 + "=\n\n— a AAAAAAAA\n", "checkpoint-unreadable"),
        ("a\n-1\n" + "A" * 43 + "=\n\n— a AAAAAAAA\n", "checkpoint-unreadable"),
    ],
)
def test_a_checkpoint_that_is_none_is_wrong_use(folder: Path, note: str, code: str) -> None:
    (folder / "checkpoint").write_text(note)
    with pytest.raises(Refusal, match=code):
        verified(folder)


def test_the_verdict_can_be_written_as_json(folder: Path) -> None:
    put_entries(folder, altered(records()))
    told = verified(folder).as_dict()
    assert told["ok"] is False
    assert told["findings"][0]["index"] == WRONG
    assert told["findings"][0]["ja"]
