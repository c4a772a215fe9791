"""A data directory's keyring, as it is made."""

import json
from pathlib import Path

import pytest

from cli.data_dir import DataDir
from shared.crypto.errors import WrongPassphrase
from shared.hosting.installation import DEMO_START

PASSPHRASE = "SHOKAI_KEYRING_PASSPHRASE"


def test_a_passphrase_protects_the_keyring_from_the_first_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "a sentence for tests")
    place = DataDir(tmp_path / "data")
    place.make("試験連合会", "demo", DEMO_START)
    root = json.loads(place.keyring_file.read_text("utf-8"))["root"]
    assert (root["kind"], "key" in root) == ("argon2id", False)
    wrapped = place.keyring().wrap("k", bytes(32), context="c")
    assert place.keyring().unwrap("k", wrapped, context="c") == bytes(32)
    monkeypatch.setenv(PASSPHRASE, "another one")
    with pytest.raises(WrongPassphrase):
        place.keyring()
    monkeypatch.delenv(PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        place.keyring()
