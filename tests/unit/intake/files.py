"""Request files for tests."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.check import FileFacts
from shared.check.columns import KnownNumbers, RequestCheck
from shared.check.verdict import Verdict

PLAN = "00012345"
TODAY = date(2026, 6, 1)
GOOD = {
    "member_id": "M{at}",
    "name_kana": "ﾔﾏﾀﾞ ﾀﾛｳ",
    "name_kanji": "山田　太郎",
    "birth_date": "19500401",
    "sex": "1",
    "postal_code": "1000005",
    "address": "東京都千代田区丸の内１－１－{wide}",
}


def row(at: int, **changes: str) -> str:
    """A good record with some fields changed."""
    fields = {
        name: value.replace("{at}", str(at)).replace("{wide}", "０１２３４５６７８９"[at])
        for name, value in GOOD.items()
    } | changes
    return ",".join(["2", str(at), *fields.values()])


def file_of(
    lines: Sequence[str], *, header: str = f"1,1,{PLAN},20260601,001,cp932", trailer: str = "", charset: str = "cp932"
) -> bytes:
    """Header, lines, trailer."""
    return "".join(f"{line}\r\n" for line in (header, *lines, trailer or f"9,{len(lines)}")).encode(charset)


def check(data: bytes, numbers: KnownNumbers | None = None, **facts: Any) -> tuple[Verdict, list[tuple[int, str, str]]]:
    """The verdict and all findings as (line, field, code)."""
    known = FileFacts(today=TODAY, **({"plan_number": PLAN, "kind": "1"} | facts))
    run = RequestCheck(io.BytesIO(data), known, numbers or KnownNumbers())
    blocks = [row for block in run.blocks() for row in block.findings.iter_rows()]
    verdict = run.verdict()
    return verdict, [*verdict.file_findings, *blocks]
