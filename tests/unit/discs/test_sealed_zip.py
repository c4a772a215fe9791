"""Encrypted ZIPs: what goes in comes out, elsewhere too; nothing altered, cut or guessed opens."""

import io
import subprocess
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.discs.passwords import ALPHABET, BITS, new_password
from shared.discs.sealed_zip import Digest, Digesting, Member, SealBroken, digests, member_names, seal, unseal

AT = datetime(2026, 6, 25, 9, 0, tzinfo=UTC)
PASSWORD = "7KQ2M-XW4PR-9HTBD-CZ6LV"


def sealed(files: dict[str, list[bytes]], password: str = PASSWORD) -> bytes:
    return b"".join(seal([Member(name, chunks) for name, chunks in files.items()], password=password, at=AT))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=5))
def test_what_goes_in_comes_out(chunks: list[bytes]) -> None:
    data = b"".join(chunks)
    file = io.BytesIO(sealed({"KAITO_001.csv": chunks}))
    assert b"".join(unseal(file, "KAITO_001.csv", password=PASSWORD)) == data
    assert digests(file, password=PASSWORD) == {"KAITO_001.csv": Digest(len(data), sha256(data).hexdigest())}


def test_7zip_opens_it_and_sees_aes_256(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(sealed({"KAITO_001.csv": [b"hello "] * 1000, "MANIFEST.json": [b"{}"]}))
    listed = subprocess.run(["7z", "l", "-slt", str(file)], check=True, capture_output=True, text=True).stdout
    assert listed.count("AES-256") == 2
    subprocess.run(["7z", "x", f"-p{PASSWORD}", f"-o{tmp_path}", str(file)], check=True, capture_output=True)
    assert (tmp_path / "KAITO_001.csv").read_bytes() == b"hello " * 1000


def test_the_content_is_nowhere_in_clear_and_no_two_files_are_alike() -> None:
    one, other = sealed({"A.csv": [b"personal data " * 50]}), sealed({"A.csv": [b"personal data " * 50]})
    assert b"personal" not in one
    assert one != other


def test_names_are_readable_without_the_password() -> None:
    assert member_names(io.BytesIO(sealed({"A.csv": [b"x"], "B.pdf": [b"y"]}))) == ["A.csv", "B.pdf"]


def test_a_wrong_password_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        digests(io.BytesIO(sealed({"A.csv": [b"x" * 100]})), password=PASSWORD.lower())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_altered_byte_of_the_content_is_noticed(data: st.DataObject) -> None:
    whole = bytearray(sealed({"A.csv": [bytes(range(256)) * 20]}))
    start = 30 + len("A.csv") + 9 + 11 + 18  # local header, name, times, AES field, salt and password check
    at = data.draw(st.integers(start, whole.index(b"PK\x07\x08") - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        digests(io.BytesIO(bytes(whole)), password=PASSWORD)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_cut_file_is_no_file(data: st.DataObject) -> None:
    whole = sealed({"A.csv": [b"x" * 3000]})
    with pytest.raises(SealBroken):
        digests(io.BytesIO(whole[: data.draw(st.integers(0, len(whole) - 1))]), password=PASSWORD)


def test_no_such_member() -> None:
    with pytest.raises(SealBroken, match="member B"):
        list(unseal(io.BytesIO(sealed({"A.csv": [b"x"]})), "B", password=PASSWORD))


def test_memory_does_not_grow_with_the_file() -> None:
    def chunks() -> Iterator[bytes]:
        for number in range(100):
            yield number.to_bytes(4, "big") * 250_000

    tracemalloc.start()
    for _ in seal([Member("A.csv", chunks())], password=PASSWORD, at=AT):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000


def test_digests_are_known_after_the_last_chunk() -> None:
    passing = Digesting([b"ab", b"c"])
    assert b"".join(passing) == b"abc"
    assert passing.digest == Digest(3, sha256(b"abc").hexdigest())


def test_passwords_are_long_readable_and_each_its_own() -> None:
    made = {new_password() for _ in range(500)}
    assert len(made) == 500
    assert BITS >= 100
    assert len(set(ALPHABET)) == 32
    assert not set("0O1Il") & set(ALPHABET)
    for password in made:
        groups = password.split("-")
        assert [len(group) for group in groups] == [5, 5, 5, 5]
        assert set(password) <= set(ALPHABET) | {"-"}
