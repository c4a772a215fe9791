"""The published log read by another implementation: Go's golang.org/x/mod/sumdb, as Debian packages it."""

import os
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.domain.cosignatures import cosigned, with_cosignatures
from services.audit.domain.notes import COSIGNATURE, VerifierKey, note_of
from tests.parts.made_log import write_log
from tests.tampering import made_records

PROGRAM = Path(__file__).parents[2] / "outside" / "go_log"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG = VerifierKey("log.example/shokai", KEY.public_key().public_bytes_raw())
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WITNESS = VerifierKey("witness.example/w1", WITNESS_KEY.public_key().public_bytes_raw(), COSIGNATURE)
SIZE = 700


@pytest.fixture(scope="module")
def go_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built with what Debian has installed and nothing from the network."""
    folder = tmp_path_factory.mktemp("go")
    away = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", folder / "go_log", "."], cwd=PROGRAM, env={**os.environ, **away}, check=True)
    return folder / "go_log"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_log(tmp_path / "log", made_records(SIZE), LOG, KEY.sign)
    note = (folder / "checkpoint").read_text()
    statement = cosigned(note_of(note.encode()).text, WITNESS, 1_780_000_000, WITNESS_KEY.sign)
    (folder / "checkpoint").write_text(with_cosignatures(note, [statement.line]))
    return folder


def run(program: Path, *arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.strip()


def test_checkpoint_tiles_proofs_and_cosignature_are_right_for_go(go_log: Path, folder: Path) -> None:
    assert run(go_log, folder, LOG.text, WITNESS.text) == (0, f"verified {LOG.name} {SIZE} 2")
    assert run(go_log, folder, LOG.text) == (0, f"verified {LOG.name} {SIZE} 1")


@pytest.mark.parametrize("path", ["tile/0/001", "tile/1/000.p/2", "tile/entries/002.p/188", "checkpoint"])
def test_what_is_wrong_is_wrong_for_go_too(go_log: Path, folder: Path, path: str) -> None:
    data = bytearray((folder / path).read_bytes())
    data[40] ^= 1
    (folder / path).write_bytes(data)
    code, told = run(go_log, folder, LOG.text, WITNESS.text)
    assert code == 1
    assert told.startswith("WRONG")
