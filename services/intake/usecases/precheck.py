"""Check a few records before a file is made of them; nothing is stored."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from shared.check import FileFacts, with_texts
from shared.check.columns import RequestCheck
from shared.layouts import KIND_CODES, layout
from shared.layouts.columns import write


def precheck(kind: str, records: Sequence[Mapping[str, str]], *, charset: str, today: date) -> list[dict[str, Any]]:
    """The findings of records given by field name, as a file of them would have; the first record is line 2."""
    request = layout("pfa-request-1")
    code = KIND_CODES[kind]
    columns = request.record("data", code).columns
    rows = [
        {"serial": str(at)} | {name: each.get(name, "") for name in columns if name in each}
        for at, each in enumerate(records, 1)
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    header = {
        "kind": code,
        "plan_number": "0" * 8,
        "created": f"{today:%Y%m%d}",
        "media_serial": "001",
        "charset": charset,
    }
    data = b"".join(write(request, header, [frame], charset=charset))
    check = RequestCheck(io.BytesIO(data), FileFacts(today=today, kind=code))
    return [with_texts(*row) for block in check.blocks() for row in block.findings.iter_rows()]
