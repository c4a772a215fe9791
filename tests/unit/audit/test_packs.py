"""The auditor pack: it proves itself with plain Python, and one flipped byte is located."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from services.audit.documents.packs.pack import VERIFIER, Published, Seal, pack
from services.audit.documents.packs.verify_pack import Wrong, ed25519_verify, unpacked, verify
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.cosignatures import cosigned, with_cosignatures
from services.audit.domain.notes import COSIGNATURE, VerifierKey, signed
from services.audit.domain.tiles import Tile
from shared.refusals import Refusal
from tests.parts.made_log import tile_files
from tests.tampering import made

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
LOG = VerifierKey("log.example/shokai", PUBLIC)
WITNESS = VerifierKey("witness.example/w1", PUBLIC, COSIGNATURE)
SEAL = Seal(VerifierKey("log.example/shokai/packs", PUBLIC), KEY.sign)
ENTRIES = made(600)
CHOSEN = [0, 3, 255, 256, 400, 599]


@cache
def packed() -> bytes:
    tree, files = tile_files(ENTRIES)
    tiles: dict[str, bytes] = {tile.path: data for tile, data in files}

    def read(tile: Tile) -> bytes:
        return tiles[tile.path]

    text = Checkpoint(LOG.name, tree.size, tree.root).text
    note = with_cosignatures(signed(text, LOG, KEY.sign), [cosigned(text, WITNESS, 1_780_000_000, KEY.sign).line])
    log = Published(note, read, LOG, [WITNESS])
    with pytest.raises(Refusal, match="index-outside"):
        pack(log, [(600, b"{}")], {}, SEAL)
    return pack(log, [(index, ENTRIES[index]) for index in CHOSEN], {"certificate-1.json": b"{}"}, SEAL)


def test_a_pack_verifies_with_python_alone(tmp_path: Path) -> None:
    """Isolated from this project: no path, no packages, nothing but the two files."""
    (tmp_path / "pack.tar").write_bytes(packed())
    (tmp_path / "verify_pack.py").write_bytes(VERIFIER.read_bytes())
    command = [sys.executable, "-I", "-S", "verify_pack.py", "pack.tar", LOG.text, WITNESS.text]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 records in the log log.example/shokai of 600; witnesses: witness.example/w1" in done.stdout
    (tmp_path / "pack.tar").write_bytes(packed()[:-1])
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_another_key_than_the_auditor_has_is_told() -> None:
    with pytest.raises(Wrong, match="does not hold the key"):
        verify(packed(), [VerifierKey("log.example/shokai", bytes(32)).text])


@given(st.integers(0, len(packed()) - 1), st.integers(1, 255))
@example(0, 1)
@example(len(packed()) - 1, 1)
def test_one_flipped_byte_is_located(at: int, mask: int) -> None:
    data = bytearray(packed())
    data[at] ^= mask
    _, places = unpacked(packed())
    files = {name: (start, start + len(unpacked(packed())[0][name])) for name, start in places.items()}
    with pytest.raises(Wrong) as wrong:
        verify(bytes(data))
    within = [name for name, (start, end) in files.items() if start <= at < end]
    told = str(wrong.value)
    if within and within[0] in ("MANIFEST", "SEAL", "pack-key"):
        assert any(name in told for name in ("MANIFEST", "SEAL", "pack-key"))
    elif within:
        assert within[0] in told
        start, end = (int(word) for word in told.rpartition("(bytes ")[2].split(" of")[0].split(" to "))
        assert start <= at < end
        assert end - start <= 4096
    else:
        assert told.startswith("byte")


@given(st.binary(max_size=200), st.integers(0, 63), st.integers(0, 255))
def test_the_small_verification_agrees_with_the_library(message: bytes, at: int, mask: int) -> None:
    signature = bytearray(KEY.sign(message))
    signature[at] ^= mask
    assert ed25519_verify(PUBLIC, message, bytes(signature)) == (mask == 0)
    assert ed25519_verify(PUBLIC, message, KEY.sign(message))
