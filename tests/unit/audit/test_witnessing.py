"""What a witness agrees to, the form of what it signs, and its memory."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cli.witness.book import Book, Seen, latest_in
from cli.witness.folder import key_of, make_folder, trust, trusted
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.cosignatures import cosignature_in, cosigned, with_cosignatures
from services.audit.domain.merkle import Tree, grown, leaf_hash
from services.audit.domain.notes import COSIGNATURE, VerifierKey, note_of, signed, verifier_key
from services.audit.domain.witnesses import Standing, next_ask, witness_places
from services.audit.domain.witnessing import agree, submission_of, submission_text
from shared.crypto.signatures import verify
from shared.refusals import Refusal
from tests.unit.audit.test_merkle import naive_subproof

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = VerifierKey("witness.example/w1", KEY.public_key().public_bytes_raw(), COSIGNATURE)
LOG = VerifierKey("log.example/shokai", KEY.public_key().public_bytes_raw())
ENTRIES = [str(number).encode() for number in range(600)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
AT = datetime(2026, 6, 1, tzinfo=UTC)


def checkpoint(size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    return Checkpoint(LOG.name, size, grown(Tree(), leaves[:size])[0].root)


def note(size: int, leaves: list[bytes] = LEAVES) -> str:
    return signed(checkpoint(size, leaves).text, LOG, KEY.sign)


@given(st.integers(0, 600), st.integers(0, 600))
def test_a_witness_agrees_to_every_extension_and_to_nothing_else(one: int, other: int) -> None:
    old, new = sorted((one, other))
    proof = naive_subproof(old, ENTRIES[:new], True) if 0 < old < new else []
    body = submission_text(old, proof, note(new))
    agree(submission_of(body.encode()), checkpoint(old))
    forged = [LEAVES[1], LEAVES[0], *LEAVES[2:]]
    if old >= 2:
        with pytest.raises(Refusal, match=r"root-differs|proof-wrong"):
            agree(submission_of(body.encode()), checkpoint(old, forged))
    with pytest.raises(Refusal, match="size-differs"):
        agree(submission_of(body.encode()), checkpoint(old + 1 if old < 600 else 0))


def test_what_a_witness_has_not_seen_yet_has_no_records() -> None:
    agree(submission_of(submission_text(0, [], note(5)).encode()), None)
    with pytest.raises(Refusal, match="proof-wrong"):
        agree(submission_of(submission_text(0, [LEAVES[0]], note(5)).encode()), None)
    with pytest.raises(Refusal, match="size-differs") as refused:
        agree(submission_of(submission_text(3, [], note(5)).encode()), None)
    assert refused.value.facts["size"] == 0


@pytest.mark.parametrize(
    "body",
    [
        "",
        "old 0",
        f"old 00\n\n{note(5)}",
        f"old 6\n\n{note(5)}",
        f"old -1\n\n{note(5)}",
        f"old  1\n\n{note(5)}",
        f"new 1\n\n{note(5)}",
        f"old 1\nAAAA\n\n{note(5)}",
        f"old 1\n?\n\n{note(5)}",
        f"old 1\n{(base64.b64encode(bytes(32)).decode() + chr(10)) * 64}\n{note(5)}",
        "old 1\n\nno note",
        "old 1\n\nlog.example/shokai\n1\nAAAA\n\n— a AAAAAAAA\n",
        "old 1\né\n\n" + note(5),
    ],
)
def test_a_body_of_another_form_is_refused(body: str) -> None:
    with pytest.raises(Refusal, match="submission-unreadable"):
        submission_of(body.encode())


def test_a_cosignature_is_the_one_that_the_specification_describes() -> None:
    statement = cosigned(checkpoint(5).text, WITNESS, 1679315147, KEY.sign)
    raw = base64.b64decode(statement.line.split(" ")[2])
    assert raw[:4] == WITNESS.key_id
    assert int.from_bytes(raw[4:12], "big") == 1679315147
    message = b"cosignature/v1\ntime 1679315147\n" + checkpoint(5).text.encode()
    assert verify(WITNESS.public_key, raw[12:], message)
    assert len(raw) == 4 + 8 + 64


def test_the_newest_right_cosignature_counts_and_none_where_one_is_wrong() -> None:
    lines = [cosigned(checkpoint(5).text, WITNESS, at, KEY.sign).line for at in (10, 30, 20)]
    whole = with_cosignatures(note(5), [*lines, lines[0]])
    assert whole.count("witness.example/w1") == 3
    found = cosignature_in(note_of(whole.encode()), WITNESS, verify)
    assert found is not None
    assert found.at == 30
    assert note_of(whole.encode()).is_signed_by(LOG, verify)
    foreign = cosigned(checkpoint(6).text, WITNESS, 40, KEY.sign).line
    assert cosignature_in(note_of((whole + foreign).encode()), WITNESS, verify) is None
    assert cosignature_in(note_of(note(5).encode()), WITNESS, verify) is None


def test_a_key_for_cosignatures_is_none_for_notes() -> None:
    assert verifier_key(WITNESS.text, COSIGNATURE) == WITNESS
    with pytest.raises(Refusal, match="key-unreadable"):
        verifier_key(WITNESS.text)
    with pytest.raises(Refusal, match="key-unreadable"):
        verifier_key(LOG.text, COSIGNATURE)


def test_witnesses_of_the_settings() -> None:
    (place,) = witness_places([f"https://w.example/prefix/ {WITNESS.text}"])
    assert (place.url, place.name) == ("https://w.example/prefix", WITNESS.name)
    for line in ("", "https://w.example", f"ftp://w.example {WITNESS.text}", f"https://w.example {LOG.text}"):
        with pytest.raises(Refusal, match="witness-unreadable"):
            witness_places([line])
    with pytest.raises(Refusal, match="witness-unreadable"):
        witness_places([f"https://{host} {WITNESS.text}" for host in ("a", "b")])


def test_a_witness_that_fails_is_asked_ever_more_rarely() -> None:
    at = AT
    assert next_ask(Standing(), 5, at) == at
    assert next_ask(Standing(size=5), 5, at) is None
    pauses = [next_ask(Standing(failures=failures, asked_at=at), 5, at) for failures in (1, 2, 3, 50)]
    assert [int((due - at).total_seconds()) for due in pauses if due] == [10, 20, 40, 600]


def test_the_folder_keeps_one_key_and_the_logs_it_trusts(tmp_path: Path) -> None:
    made = make_folder(tmp_path / "w", "witness.example/w1")
    assert key_of(tmp_path / "w").verifier == made
    assert (tmp_path / "w" / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refusal, match="witness-there"):
        make_folder(tmp_path / "w", "witness.example/w1")
    with pytest.raises(Refusal, match="key-unreadable"):
        make_folder(tmp_path / "v", "two words")
    trust(tmp_path / "w", LOG.text)
    trust(tmp_path / "w", LOG.text + "\n")
    assert trusted(tmp_path / "w") == {LOG.name: (LOG,)}
    (tmp_path / "w" / "key").write_text("PRIVATE+KEY+a+b+c")
    with pytest.raises(Refusal, match="key-unreadable"):
        key_of(tmp_path / "w")


def seen(size: int, day: int = 0) -> Seen:
    return Seen(checkpoint(size), 86_400 * day + size, note(size))


def test_a_book_remembers_the_newest_over_days_and_restarts(tmp_path: Path) -> None:
    book = Book(tmp_path)
    for day, size in enumerate((3, 5, 8)):
        book.keep(LOG.name, lambda _, day=day, size=size: seen(size, day))  # type: ignore[misc]
    with pytest.raises(Refusal, match="witness-runs-already"):
        Book(tmp_path)
    book.close()
    book = Book(tmp_path)
    assert book.latest(LOG.name) == latest_in(tmp_path, LOG.name) == seen(8, 2)
    assert book.latest("log.example/other") is None
    book.close()


def test_what_a_witness_refuses_is_not_kept(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.keep(LOG.name, lambda _: seen(5))

    def refuse(latest: Seen | None) -> Seen:
        raise Refusal("proof-wrong")

    with pytest.raises(Refusal, match="proof-wrong"):
        book.keep(LOG.name, refuse)
    book.keep(LOG.name, lambda _: Seen(checkpoint(5), 99, note(5)))  # the same again: not a second line
    (file,) = tmp_path.glob("*/*.jsonl")
    assert len(file.read_text().splitlines()) == 1
    book.close()


def test_half_a_line_is_dropped_and_any_other_damage_refuses_the_start(tmp_path: Path) -> None:
    book = Book(tmp_path)
    for size in (5, 6):
        book.keep(LOG.name, lambda _, size=size: seen(size))  # type: ignore[misc]
    book.close()
    (file,) = tmp_path.glob("*/*.jsonl")
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])
    book = Book(tmp_path)
    assert book.latest(LOG.name) == seen(6)
    assert file.read_bytes() == whole
    book.close()
    first, second = whole.splitlines(keepends=True)
    for damaged in (second + first, b"{}\n" + second, first + json.dumps({"at": 1, "note": "x"}).encode() + b"\n"):
        file.write_bytes(damaged)
        book = Book(tmp_path)
        with pytest.raises(Refusal, match="book-damaged"):
            book.latest(LOG.name)
        book.close()
