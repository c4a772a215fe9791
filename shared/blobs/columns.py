"""Bulk columns at rest: one polars frame as Arrow IPC (zstd) in one blob."""

import io

import polars as pl

from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore


def put_frame(blobs: BlobStore, frame: pl.DataFrame, *, purpose: str, key: str) -> BlobRef:
    """Stores a frame; the reference counts its rows."""
    with blobs.create(purpose=purpose, key=key) as writer:
        buffer = io.BytesIO()
        frame.write_ipc(buffer, compression="zstd")
        writer.write(buffer.getbuffer())
        writer.records = frame.height
    return writer.ref


def get_frame(blobs: BlobStore, ref: BlobRef) -> pl.DataFrame:
    """The frame that `put_frame` stored."""
    return pl.read_ipc(io.BytesIO(blobs.get(ref)))
