"""Answers one inquiry file from a registry."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from simulators.jlis.files import ANSWER_FIELDS, AnswerWriter, InquiryReader
from simulators.jlis.index import Index, decided
from simulators.people.registry import Registry

RESULTS = {"0": "found", "1": "none", "2": "too_many", "9": "refused"}
_TOKYO = ZoneInfo("Asia/Tokyo")
_PERSON_FIELDS = ANSWER_FIELDS[4:]


@dataclass(frozen=True)
class Answered:
    """What an answer file holds: inquiries by result, and its data records (several for several candidates)."""

    batch: str
    kind: str
    cycle: str
    as_of: date
    inquiries: int
    records: int
    results: dict[str, int]


def answer_file(
    registry: Registry,
    inquiry: Path,
    answer: Path,
    *,
    as_of: date | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Answered:
    """Writes `answer`; `as_of` is the day of the registry, else the day on which the inquiry file was made.

    Raises BadInquiry when the inquiry file does not keep its layout, and leaves no answer then.
    """
    with inquiry.open("rb") as source:
        reader = InquiryReader(source)
        header = reader.header
        day = as_of or header.created.astimezone(_TOKYO).date()
        index = Index.build(registry, day)
        answered_at = (header.created + timedelta(hours=1)).astimezone(_TOKYO)
        results: Counter[str] = Counter()
        records = 0
        with AnswerWriter(answer, header, answered_at, day) as writer:
            for chunk in reader.chunks():
                told = _answers(index, header.kind, chunk)
                writer.write(told)
                records += len(told)
                results.update(told.unique("seq")["result"].to_list())
                progress(reader.count)
    by_name = {name: results[code] for code, name in RESULTS.items()}
    return Answered(header.batch, header.kind, header.cycle, day, reader.count, records, by_name)


def _answers(index: Index, kind: str, chunk: pl.DataFrame) -> pl.DataFrame:
    hits = index.by_four_items(chunk) if kind == "1" else index.by_resident_code(chunk)
    told = decided(hits, chunk["seq"])
    if kind != "3":
        told = told.with_columns(my_number=pl.lit(""))
    found = pl.col("result") == "0"
    return told.select(
        "seq",
        "result",
        *(pl.when(found).then(pl.col(name)).alias(name) for name in ("candidate", "candidates", *_PERSON_FIELDS)),
    )
