"""Numbers in streams: found in every way of writing, at every border of the pieces read; ids and digests are none."""

import hashlib
import io
import random
import uuid
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.people.check_digits import my_number_of, resident_code_of
from shared.sentinel import numbers
from shared.sentinel.numbers import Seeker

FULL = str.maketrans("0123456789", "０１２３４５６７８９")
NUMBER = my_number_of("12345678901")
CODE = resident_code_of("1234567890")
BODIES = st.text("0123456789", min_size=11, max_size=11).filter(lambda text: text.strip("0"))


def found(data: bytes) -> list[tuple[str, int]]:
    return [(hit.kind, hit.at) for hit in Seeker().seek(io.BytesIO(data).read)]


@pytest.mark.parametrize(
    ("width", "encoding"), list(product(("half", "full"), ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp")))
)
@given(body=BODIES)
def test_a_number_is_found_however_it_is_written(width: str, encoding: str, body: str) -> None:
    number, code = my_number_of(body), resident_code_of(body[:10] or "1")
    for text in (number, code):
        if not text.strip("0"):
            continue
        written = text.translate(FULL) if width == "full" else text
        data = f"番号、{written}。".encode(encoding)
        kinds = {hit.kind for hit in Seeker().seek(io.BytesIO(data).read)}
        assert ("my_number" if text is number else "resident_code") in kinds


def test_an_escaped_number_is_found() -> None:
    escaped = "".join(f"\\u{ord(digit):04x}" for digit in NUMBER.translate(FULL))
    assert found(b'{"n": "' + escaped.encode() + b'"}') == [("my_number", 7)]


@given(st.integers(0, 700), st.integers(1, 300), st.integers(0, 400))
def test_the_border_between_two_pieces_hides_and_doubles_nothing(before: int, step: int, after: int) -> None:
    data = b"x" * before + b" " + NUMBER.encode() + b" " + b"y" * after
    stream = io.BytesIO(data)
    hits = list(Seeker({"name": "空蝉"}).seek(lambda size: stream.read(step)))
    assert [(hit.kind, hit.at) for hit in hits] == [("my_number", before + 1)]


def test_a_wrong_check_digit_or_another_length_is_nothing() -> None:
    wrong = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
    for text in (wrong, NUMBER + "0", "0" * 12, "0" * 11, NUMBER[:-2]):
        assert [kind for kind, _ in found(f"[{text}]".encode()) if kind == "my_number"] == []


def test_what_is_inside_an_id_a_digest_or_a_fraction_is_nothing() -> None:
    for text in (
        f"01a20e9f-793b-713a-9933-{NUMBER}",
        f"0123456789abcdef0123456789abcdef{NUMBER}abcdefabcdefabcdef01",
        f"0.{NUMBER}",
        f"q+S+Z/f4Nxn/tBeeM6In74ch9a8lW7WfKccstKkZ{NUMBER}2wU=",
    ):
        assert found(f"[{text}]".encode()) == []


def test_known_texts_are_found_in_any_encoding() -> None:
    for encoding in ("utf-8", "utf-16-le", "cp932", "euc_jp"):
        hits = list(Seeker({"a": "空蝉"}).seek(io.BytesIO("と空蝉と".encode(encoding)).read))
        assert [hit.kind for hit in hits] == ["text:a"]


def test_ids_and_digests_and_sealed_bytes_raise_no_alarm() -> None:
    """A hundred thousand identifiers and digests and 4 MiB of random bytes: not one false alarm."""
    chance = random.Random(7)
    ids = "\n".join(str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(50_000))
    digests = "\n".join(hashlib.sha256(str(at).encode()).hexdigest() for at in range(50_000))
    assert found(ids.encode()) == found(digests.encode()) == found(chance.randbytes(4 * numbers.PIECE)) == []
