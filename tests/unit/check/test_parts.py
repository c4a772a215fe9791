"""What the plain check stands on: sets of hashes, lists of findings, characters, a browser's file."""

import io
import random
import sys
import unicodedata

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from shared.check.browser import BrowserCheck, SlicedFile
from shared.check.characters import foldable
from shared.check.renderings import rendered
from shared.check.report import FoundList, plain_report
from shared.check.seen import SeenTexts
from shared.layouts.lines import Lines
from tests.unit.check.fuzz import PLAN, TODAY
from tests.unit.intake.files import file_of, row


@given(st.lists(st.text(max_size=3)))
def test_seen_texts_are_known_again(texts: list[str]) -> None:
    seen, known = SeenTexts(), set[str]()
    for text in texts:
        assert seen.add(text) == (text in known)
        known.add(text)


def test_a_hundred_thousand_texts_are_kept_apart() -> None:
    seen = SeenTexts()
    assert not any(seen.add(str(number)) for number in range(100_000))
    assert all(seen.add(str(number)) for number in random.Random(1).sample(range(100_000), 1000))


def test_findings_are_kept_small_and_come_back_as_they_were() -> None:
    findings = [(line, field, code) for line in range(1, 4000) for field, code in (("sex", "R08"), ("address", "R18"))]
    found = FoundList(findings)
    assert list(found) == findings
    assert (len(found), found.counts()) == (7998, {"R08": 3999, "R18": 3999})


def test_libraries_of_another_age_fold_what_is_left_alike() -> None:
    """This Python's tables and those of the columns are of different years; no field's text shows it."""
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    for before, after in (("", ""), ("か", "\u3099"), ("か\u0316", "\u3099"), ("か\u0315", "\u3099")):
        texts = [foldable(f"{before}{character}{after}") for character in characters]
        for form in ("NFKC", "NFKD"):
            ours = [unicodedata.normalize(form, text) for text in texts]
            assert pl.Series(texts).str.normalize(form).to_list() == ours


class Piece(bytes):
    """Bytes as a browser hands them over."""

    def to_bytes(self) -> bytes:
        return bytes(self)


@given(st.binary(max_size=60), st.lists(st.integers(-1, 20), max_size=8))
def test_a_file_in_slices_reads_like_any_other(data: bytes, sizes: list[int]) -> None:
    sliced, plain = SlicedFile(lambda start, end: Piece(data[start:end]), len(data)), io.BytesIO(data)
    for size in (*sizes, -1):
        assert sliced.read(size) == plain.read(size)


def test_the_check_in_a_browser_tells_what_the_desk_tells() -> None:
    data, told, steps = file_of([row(at % 9, sex="7") for at in range(1, 1200)]), list[str](), list[int]()
    sliced = (lambda start, end: Piece(data[start:end])), len(data)
    check = BrowserCheck(*sliced, "provisional", PLAN, TODAY.isoformat(), steps.append)
    check.render("json", told.append)
    report = plain_report(io.BytesIO(data), kind="provisional", plan=PLAN, as_of=TODAY)
    assert "".join(told) == "".join(rendered(report, "json", io.BytesIO))
    assert (check.records, steps) == (1199, [500, 1000])
    assert check.section().startswith('<section class="check-report">')


@given(st.lists(st.binary(max_size=5), max_size=30), st.integers(1, 9))
def test_blocks_of_lines_do_not_depend_on_the_source(lines: list[bytes], size: int) -> None:
    data = b"\n".join(lines)

    class Trickle(io.BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            return super().read(size)

    slow, whole = Lines(Trickle(data)), Lines(io.BytesIO(data))
    assert list(slow.blocks()) == list(whole.blocks())
    assert (slow.first, slow.tail, slow.sha256) == (whole.first, whole.tail, whole.sha256)
