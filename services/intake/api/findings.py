"""What the check found in a request: line, field, code, what to do; never a value."""

import asyncio
import csv
import io
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.intake.parts import IntakeParts
from services.intake.usecases.read_findings import read_findings
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.check import with_texts
from shared.http import Cursor, Limit, page, parts_of
from shared.http.paging import decode
from shared.refusals import Refusal

router = APIRouter(prefix="/intake/v1", tags=["requests"])
Parts = Annotated[IntakeParts, Depends(parts_of)]
Reader = Annotated[Caller, allow("intake.findings.read")]
COLUMNS = ("line", "field", "code", "severity", "title_ja", "title_en", "action_ja", "action_en")


@router.get("/requests/{request_id}/findings")
async def as_json(
    request_id: str, parts: Parts, caller: Reader, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """The findings in the order of lines."""
    start = _start(cursor)
    frame = await read_findings(parts, request_id, caller)
    rows = list(enumerate(frame.slice(start, limit + 1).iter_rows(), start=start))
    answer = page(rows, limit=limit, position=lambda item: str(item[0] + 1))
    return answer | {"items": [with_texts(*row) for _, row in answer["items"]], "total": frame.height}


@router.get("/requests/{request_id}/findings.csv", response_class=Response)
async def as_csv(request_id: str, parts: Parts, caller: Reader) -> Response:
    """All findings as CSV (UTF-8 with byte-order mark, so that a spreadsheet shows it right)."""
    frame = await read_findings(parts, request_id, caller)
    text = await asyncio.to_thread(_csv, frame)
    headers = {"Content-Disposition": f'attachment; filename="findings_{request_id[:36]}.csv"'}
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)


def _csv(frame: pl.DataFrame) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in frame.iter_rows():
        texts = with_texts(*row)
        title, action = texts["title"], texts["action"]
        writer.writerow([*row, texts["severity"], title["ja"], title["en"], action["ja"], action["en"]])
    return out.getvalue()


def _start(cursor: str) -> int:
    text = decode(cursor) or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Refusal("bad-request")
    return int(text)
