"""Sign a checkpoint over what is in the log and publish it with its tiles."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from services.audit.domain.checkpoints import Checkpoint, checkpoint_of
from services.audit.domain.merkle import Tree
from services.audit.domain.notes import note_of, signed
from services.audit.domain.tiles import FULL, Tile, tiles_between
from services.audit.parts import LOG_KEY, AuditParts
from services.audit.storage import chains, log
from services.audit.storage.tables import SignedCheckpoint
from shared.db import Work
from shared.refusals import Refusal

FORKED: Final = "log-forked"


def publish_checkpoint(parts: AuditParts) -> int:
    """Publish all that is in the log; how many records are new. Blocks on the disk; safe to run twice.

    The order is tiles, checkpoint in the store, checkpoint in the folder: a crash in between is made good by the next
    run. Where the folder shows a log that the store does not know (a store restored from an old backup), nothing is
    signed, because two signed logs under one name would be worse than none: alarm and refusal `log-forked`.
    """
    with parts.publishing:
        try:
            return _publish(parts)
        except Refusal as refusal:
            if refusal.code == FORKED:
                parts.db.write_now(_raise_forked)
            raise


def _publish(parts: AuditParts) -> int:
    tree = parts.db.read_now(log.tree)
    last = parts.db.read_now(log.last_checkpoint)
    shown = _shown_size(parts)
    signed_size = -1 if last is None else last.size
    if last is not None and shown < last.size:
        parts.folder.put_tiles(_tiles(parts, max(shown, 0), last.size))
        parts.folder.put_checkpoint(last.note)
    if tree.size == signed_size:
        return 0
    old = max(signed_size, 0)
    parts.folder.put_tiles(_tiles(parts, old, tree.size))
    note = _sign(parts, tree)
    parts.folder.put_checkpoint(note)
    for tile in tiles_between(old, tree.size):
        if tile.width == FULL:
            parts.folder.drop_partials(tile)
    return tree.size - old


def _shown_size(parts: AuditParts) -> int:
    """The size of the checkpoint in the folder, -1 without one. Refusal `log-forked` if the store does not know it."""
    data = parts.folder.checkpoint()
    if data is None:
        return -1
    shown = checkpoint_of(note_of(data).text)
    known: SignedCheckpoint | None = parts.db.read_now(lambda session: log.checkpoint_at(session, shown.size))
    if known is None or known.root != shown.root:
        raise Refusal(FORKED)
    return shown.size


def _tiles(parts: AuditParts, old: int, new: int) -> Iterator[tuple[Tile, bytes]]:
    for tile in tiles_between(old, new):
        yield tile, parts.db.read_now(lambda session, tile=tile: log.tile_data(session, tile))  # type: ignore[misc]


def _sign(parts: AuditParts, tree: Tree) -> str:
    checkpoint = Checkpoint(parts.log_key.name, tree.size, tree.root)
    note = signed(checkpoint.text, parts.log_key, parts.keyring.signer(LOG_KEY).sign)

    def keep(work: Work) -> None:
        log.keep_checkpoint(work.session, size=tree.size, root=tree.root, note=note, signed_at=work.now)

    parts.db.write_now(keep)
    return note


def _raise_forked(work: Work) -> None:
    chains.raise_alarm(work.session, FORKED, "", 0, 0, work.now)


async def next_checkpoint(parts: AuditParts, until: datetime) -> datetime | None:
    """When the next checkpoint is due: so many seconds after the oldest record without one, or at once for many."""
    due = await parts.db.read(lambda session: _due(parts, session))
    return due if due is not None and due <= until else None


async def checkpoint(parts: AuditParts, at: datetime) -> dict[str, int]:
    """The job."""
    return {"records": await asyncio.to_thread(publish_checkpoint, parts)}


def _due(parts: AuditParts, session: Session) -> datetime | None:
    last = log.last_checkpoint(session)
    signed_size = 0 if last is None else last.size
    oldest = log.appended_at(session, signed_size)
    if oldest is None or FORKED in chains.open_alarms(session):
        return None
    due = oldest + timedelta(seconds=parts.settings.checkpoint_seconds)
    many = log.appended_at(session, signed_size + parts.settings.checkpoint_records - 1)
    if many is not None:
        due = min(due, many)
    # never twice at one instant, so that a clock that stands still sees the job through
    return due if last is None else max(due, last.signed_at + timedelta(milliseconds=1))
