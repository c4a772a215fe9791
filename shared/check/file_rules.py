"""The F findings: what sends a whole file back."""

from collections.abc import Iterator

from shared.check.known_facts import FileFacts
from shared.layouts import FieldSpec, Layout, Reading
from shared.people.dates import western

Row = tuple[int, str, str]


def header_findings(reading: Reading, facts: FileFacts) -> Iterator[Row]:
    """Everything that the header and the sender decide, before the first record is read."""
    header = reading.header
    if header is None:
        yield (1, "F02", "")
    else:
        for spec in reading.layout.record("header").fields:
            if not _is_valid(reading.layout, spec, header[spec.name]):
                yield (1, "F02", spec.name)
        if facts.plan_number is not None and header["plan_number"] != facts.plan_number:
            yield (1, "F03", "")
        if facts.kind is not None and header["kind"] != facts.kind:
            yield (1, "F04", "")
    if facts.received_before:
        yield (1, "F07", "")
    if not facts.clean:
        yield (1, "F10", "")
    if not facts.contract_in_force:
        yield (1, "F12", "")


def end_findings(reading: Reading, facts: FileFacts, *, complete: bool) -> Iterator[Row]:
    """What can be told after the last record; `complete` is false where the limit stopped the reading."""
    if not complete or reading.size > facts.max_bytes:
        yield (1, "F09", "")
    if complete:
        yield from _trailer_findings(reading, facts)
        if reading.records == 0:
            yield (min(2, max(1, reading.lines)), "F08", "")


def _trailer_findings(reading: Reading, facts: FileFacts) -> Iterator[Row]:
    last = max(1, reading.lines)
    if reading.last_fields[:1] != [reading.layout.record("trailer").type]:
        yield (last, "F05", "")
        stated = str(reading.records)
    else:
        stated = (reading.trailer or {}).get("records", "")
    if not _is_count(stated, reading.records) or facts.registered_records not in (None, reading.records):
        yield (last, "F06", "")


def _is_count(text: str, count: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) == count


def _is_valid(layout: Layout, spec: FieldSpec, text: str) -> bool:
    if spec.codes:
        return text in layout.codes(spec.codes)
    if not (text.isascii() and text.isdigit()):
        return False
    if spec.date:
        return len(text) == 8 and western(text) is not None
    return len(text) == spec.exact_chars and (spec.name != "media_serial" or text != "000")
