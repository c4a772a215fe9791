"""Append a batch of one source's records to the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.audit.domain.canonical import canonical
from services.audit.domain.chain import Link, link_of, placed
from services.audit.domain.columns import columns_of, subjects_of
from services.audit.domain.merkle import grown, leaf_hash
from services.audit.parts import AuditParts
from services.audit.storage import chains, hours, log
from services.audit.storage.tables import DisputedRecord
from shared.bus import Effect, Permanent
from shared.db import Work
from shared.events.audit import RecordsMade
from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Arrived:
    """One record, ready to be appended."""

    entry: bytes
    leaf: bytes
    link: Link
    columns: dict[str, Any]
    subjects: frozenset[str]


async def append_records(parts: AuditParts, event: RecordsMade) -> Effect:
    """Records of one source into the log, each once, whatever the order of the batches.

    A record that is malformed parks the whole batch: the gap that this leaves raises an alarm.
    """
    try:
        batch = [_arrived(record, event.source) for record in event.records]
    except Refusal as refusal:
        raise Permanent(refusal.code) from None
    return lambda work: append(work, event.source, batch)


def append(work: Work, source: str, batch: Sequence[Arrived]) -> None:
    """In one transaction: records, tree, what has arrived of the source, and an alarm for what does not fit."""
    tree = log.tree(work.session, to_append=True)
    spans = chains.spans(work.session, source)
    fresh: list[Arrived] = []
    repeated: list[Arrived] = []
    broken: set[int] = set()
    for arrived in batch:
        place = placed(spans, arrived.link)
        (repeated if place.repeated else fresh).append(arrived)
        broken.update(place.broken_at)
        spans = place.spans
    _settle_repeated(work, source, repeated)
    for sequence in sorted(broken):
        chains.raise_alarm(work.session, "chain-broken", source, sequence, sequence, work.now)
    if not fresh:
        return
    after, complete = grown(tree, [arrived.leaf for arrived in fresh])
    numbered = list(enumerate(fresh, tree.size))
    rows = [_row(work, index, arrived) for index, arrived in numbered]
    subjects = [{"token": token, "log_index": index} for index, arrived in numbered for token in arrived.subjects]
    log.append(work.session, rows, subjects)
    hours.note(work.session, [(row["log_index"], row["at"]) for row in rows])
    log.keep_tree(work.session, after, complete)
    chains.keep_spans(work.session, source, spans, work.now)
    chains.close_filled_gaps(work.session, source, spans, work.now)


def _arrived(record: Any, source: str) -> Arrived:
    if not isinstance(record, dict):
        raise Refusal("record-form")
    entry = canonical(record)
    link = link_of(record, entry)
    if link.source != source:
        raise Refusal("record-unnumbered")
    return Arrived(entry, leaf_hash(entry), link, columns_of(record), subjects_of(record))


def _row(work: Work, index: int, arrived: Arrived) -> dict[str, Any]:
    return {
        "log_index": index,
        "leaf_hash": arrived.leaf,
        "canonical": arrived.entry,
        "appended_at": work.now,
        "source": arrived.link.source,
        "sequence": arrived.link.sequence,
        **arrived.columns,
    }


def _settle_repeated(work: Work, source: str, repeated: Sequence[Arrived]) -> None:
    """The same record again is no news; another one under its number is kept as evidence and raises an alarm."""
    if not repeated:
        return
    known = log.leaf_hashes_of(work.session, source, [arrived.link.sequence for arrived in repeated])
    for arrived in repeated:
        sequence = arrived.link.sequence
        if known.get(sequence) == arrived.leaf:
            continue
        log.keep_disputed(
            work.session,
            DisputedRecord(
                leaf_hash=arrived.leaf,
                source=source,
                sequence=sequence,
                canonical=arrived.entry,
                received_at=work.now,
            ),
        )
        chains.raise_alarm(work.session, "number-used-twice", source, sequence, sequence, work.now)
