"""One verdict: the check record by record and the check over columns agree, byte for byte."""

import io
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.check import FINDINGS, FileFacts
from shared.check.columns import RequestCheck
from shared.check.plain import PlainCheck
from shared.check.renderings import rendered
from shared.check.report import FoundList, Report
from shared.check.verdict import Verdict
from tests.unit.check.fuzz import KINDS, PLAN, TODAY, FuzzedFile, fuzzed_files

RECORDS = 100_000
SERVER_OR_MEDIUM = {"F11", "R14", "R15"}


def of_columns(data: bytes, known: FileFacts) -> Report:
    check = RequestCheck(io.BytesIO(data), known)
    found = FoundList(row for block in check.blocks() for row in block.findings.iter_rows())
    return _report(known, check.verdict(), found)


def of_plain(data: bytes, known: FileFacts) -> Report:
    check = PlainCheck(io.BytesIO(data), known)
    found = FoundList(check.findings())
    return _report(known, check.verdict(), found)


def _report(known: FileFacts, verdict: Verdict, found: FoundList) -> Report:
    return Report(KINDS[known.kind or "1"], known.plan_number or "", known.today, verdict, found)


def json_of(report: Report) -> bytes:
    return "".join(rendered(report, "json", io.BytesIO)).encode()


def differing(file: FuzzedFile) -> tuple[Report, Report] | None:
    plain, columns = of_plain(file.data, file.known), of_columns(file.data, file.known)
    return None if json_of(plain) == json_of(columns) and plain.verdict == columns.verdict else (plain, columns)


def test_a_hundred_thousand_fuzzed_records_have_one_verdict_byte_for_byte() -> None:
    records, codes = 0, Counter[str]()
    for at, file in enumerate(fuzzed_files(1, RECORDS)):
        plain, columns = of_plain(file.data, file.known), of_columns(file.data, file.known)
        assert json_of(plain) == json_of(columns), f"file {at}"
        assert plain.verdict == columns.verdict, f"file {at}"
        records += plain.verdict.received
        codes += plain.by_code
    assert records >= RECORDS
    assert set(codes) == set(FINDINGS) - SERVER_OR_MEDIUM
    assert all(count >= 3 for count in codes.values()), codes


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from("1234"))
def test_any_bytes_have_one_verdict(data: bytes, kind: str) -> None:
    assert differing(FuzzedFile(data, kind)) is None


WILD = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=10)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(WILD, min_size=7, max_size=9), min_size=1, max_size=5),
    st.sampled_from("12345"),
    st.sampled_from(("utf-8", "cp932")),
)
def test_any_fields_have_one_verdict(rows: list[list[str]], kind: str, charset: str) -> None:
    lines = [f"1,{kind},{PLAN},20260601,001,{charset}", *(",".join(["2", *row]) for row in rows), f"9,{len(rows)}"]
    data = "\r\n".join(lines).encode(charset, errors="replace")
    assert differing(FuzzedFile(data, kind if kind in KINDS else "1")) is None


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_how_a_source_hands_out_its_bytes_changes_nothing(size: int) -> None:
    class Trickle(io.BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            return super().read(size)

    file = next(file for file in fuzzed_files(7, 2000) if len(file.data) > 5000)
    check = PlainCheck(Trickle(file.data), FileFacts(today=TODAY, plan_number=PLAN, kind=file.kind))
    found = list(check.findings())
    whole = of_plain(file.data, FileFacts(today=TODAY, plan_number=PLAN, kind=file.kind))
    assert (found, check.verdict()) == (list(whole.of_records), whole.verdict)
