"""Signed notes and checkpoints, with the examples of the C2SP specifications."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.checkpoints import Checkpoint, checkpoint_of
from services.audit.domain.notes import VerifierKey, is_key_name, note_of, signed, verifier_key
from shared.crypto.signatures import verify
from shared.refusals import Refusal

NOTE = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
GO_SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def test_the_note_of_the_specification_is_read() -> None:
    note = note_of(NOTE.encode())
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert [(found.name, len(found.value)) for found in note.signatures] == [("quasimodo.example/salvatore", 64)]


def test_the_checkpoint_of_the_specification_is_read() -> None:
    checkpoint = checkpoint_of(note_of(CHECKPOINT.encode()).text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert CHECKPOINT.startswith(checkpoint.text)


def test_a_published_verifier_key_is_read_and_its_id_comes_out() -> None:
    key = verifier_key(GO_SUMDB)
    assert key.name == "sum.golang.org"
    assert key.key_id.hex() == "033de0ae"
    assert key.text == GO_SUMDB


@given(st.text(max_size=30), st.binary(min_size=32, max_size=32))
def test_what_is_signed_is_verified_and_nothing_else(body: str, seed: bytes) -> None:
    text = "".join(letter for letter in body if letter >= " " and not "\ud800" <= letter <= "\udfff") + "\n"
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = VerifierKey("log.example/one", private.public_key().public_bytes_raw())
    note = note_of(signed(text, key, private.sign).encode())
    assert note.text == text
    assert note.is_signed_by(key, verify)
    assert verifier_key(key.text) == key
    assert not note.is_signed_by(VerifierKey("log.example/two", key.public_key), verify)
    changed = note_of(signed(text, key, private.sign).replace(text, f"x{text}", 1).encode())
    assert not changed.is_signed_by(key, verify)


def test_one_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key = VerifierKey("log.example/one", private.public_key().public_bytes_raw())
    good = signed("a\n", key, private.sign)
    bad = signed("a\n", key, lambda data: bytes(64)).splitlines(keepends=True)[-1]
    assert note_of(good.encode()).is_signed_by(key, verify)
    assert not note_of((good + bad).encode()).is_signed_by(key, verify)
    stranger = bad.replace("log.example/one", "witness.example/w")
    assert note_of((good + stranger).encode()).is_signed_by(key, verify)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"a\n",
        b"a\n\n",
        NOTE[:-1].encode(),
        NOTE.replace("— ", "- ").encode(),
        NOTE.replace("Ognuno", "Og\tnuno").encode(),
        NOTE.replace("NnugSz", "Nnug!z").encode(),
        b"a\n\n" + "— a+b AAAAAAAA\n".encode(),
        b"a\n\n" + "— a AAAA\n".encode(),
        b"a\n\n" + "— a AAAAAAAA\n".encode() * 65,
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal, match="note-unreadable"):
        note_of(data)


@given(st.binary(max_size=80))
def test_no_bytes_make_the_reader_fail(data: bytes) -> None:
    for attempt in (data, b"a\n\n" + data, b"a\n\n\xe2\x80\x94 " + data):
        try:
            note_of(attempt)
        except Refusal as refusal:
            assert refusal.code == "note-unreadable"  # noqa: PT017


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb"])
def test_names_that_no_key_may_have(name: str) -> None:
    assert not is_key_name(name)


def test_a_checkpoint_is_read_back() -> None:
    checkpoint = Checkpoint("log.example/one", 0, bytes(32))
    assert checkpoint_of(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    "text",
    ["", "a\n", "a\n1\n", "a\n1\nAAAA\n", "a\n1\n!\n", "\n1\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 43 + "="],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="checkpoint-unreadable"):
        checkpoint_of(text)
