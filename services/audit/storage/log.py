"""Queries on the log itself: append, head, tiles, checkpoints."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, insert, select, update
from sqlmodel import Session, col

from services.audit.domain.merkle import TileHash, Tree
from services.audit.domain.tiles import ENTRIES, Tile, bundle
from services.audit.storage.tables import (
    AuditTable,
    DisputedRecord,
    Entry,
    EntrySubject,
    InnerHash,
    LogHead,
    SignedCheckpoint,
)
from shared.db.bulk import insert_many

_TABLES: Final = AuditTable.metadata.tables


def _table(name: str) -> Table:
    return _TABLES[name]


def start(session: Session, origin: str) -> str:
    """The origin under which the log was started: `origin` if it is new."""
    head = session.get(LogHead, 1)
    if head is None:
        head = LogHead(origin=origin)
        session.add(head)
    return head.origin


def tree(session: Session, *, to_append: bool = False) -> Tree:
    """The log's tree as it stands. `to_append` keeps other writers waiting until this transaction ends."""
    head = select(col(LogHead.size), col(LogHead.peaks)).where(col(LogHead.id) == 1)
    row = session.connection().execute(head.with_for_update() if to_append else head).one()
    return Tree.unpacked(row.size, row.peaks)


def append(session: Session, rows: Sequence[Mapping[str, Any]], subjects: Sequence[Mapping[str, Any]]) -> None:
    """Store records; their rows already carry their place in the log."""
    insert_many(session.connection(), _table("entry"), rows)
    insert_many(session.connection(), _table("entry_subject"), subjects)


def keep_tree(session: Session, grown: Tree, complete: Sequence[TileHash]) -> None:
    """Store the tree after an append and the inner hashes that it completed."""
    connection = session.connection()
    connection.execute(
        update(_table("log_head")).where(col(LogHead.id) == 1).values(size=grown.size, peaks=grown.packed())
    )
    if complete:
        rows = [{"level": found.level, "position": found.index, "hash": found.hash} for found in complete]
        connection.execute(insert(_table("inner_hash")), rows)


def tile_data(session: Session, tile: Tile) -> bytes:
    """A tile's bytes as the store has them; fewer than its width where the log is not that long."""
    start, stop = tile.start, tile.start + tile.width
    if tile.level <= 0:
        column = col(Entry.canonical) if tile.level == ENTRIES else col(Entry.leaf_hash)
        wanted = select(column).where(col(Entry.log_index) >= start, col(Entry.log_index) < stop)
        parts = session.connection().execute(wanted.order_by(col(Entry.log_index))).scalars().all()
        return bundle(parts) if tile.level == ENTRIES else b"".join(parts)
    hashes = select(col(InnerHash.hash)).where(
        col(InnerHash.level) == tile.level, col(InnerHash.position) >= start, col(InnerHash.position) < stop
    )
    return b"".join(session.connection().execute(hashes.order_by(col(InnerHash.position))).scalars().all())


def last_checkpoint(session: Session) -> SignedCheckpoint | None:
    """The newest checkpoint."""
    newest = select(SignedCheckpoint).order_by(col(SignedCheckpoint.size).desc()).limit(1)
    return session.scalars(newest).first()


def checkpoint_at(session: Session, size: int) -> SignedCheckpoint | None:
    """The checkpoint of that size, if one was signed."""
    return session.get(SignedCheckpoint, size)


def keep_checkpoint(session: Session, *, size: int, root: bytes, note: str, signed_at: datetime) -> None:
    """Store a signed checkpoint; another replica may have been faster with the same one."""
    if session.get(SignedCheckpoint, size) is None:
        session.add(SignedCheckpoint(size=size, root=root, note=note, signed_at=signed_at))


def appended_at(session: Session, index: int) -> datetime | None:
    """When the record at `index` came into the log."""
    wanted = select(col(Entry.appended_at)).where(col(Entry.log_index) == index)
    return session.connection().execute(wanted).scalar()


def leaf_hashes_of(session: Session, source: str, sequences: Sequence[int]) -> dict[int, bytes]:
    """The leaf hashes of a source's records that are in the log, by sequence."""
    wanted = select(col(Entry.sequence), col(Entry.leaf_hash)).where(
        col(Entry.source) == source, col(Entry.sequence).in_(sequences)
    )
    return {row.sequence: row.leaf_hash for row in session.connection().execute(wanted)}


def keep_disputed(session: Session, disputed: DisputedRecord) -> None:
    """Keep a record that cannot go into the log, once."""
    if session.get(DisputedRecord, disputed.leaf_hash) is None:
        session.add(disputed)


def indexes_of_subject(token: str) -> Any:
    """The places of the records that name a subject token, as a subquery."""
    return select(col(EntrySubject.log_index)).where(col(EntrySubject.token) == token)
