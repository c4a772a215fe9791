"""The numbers and keys that only the server knows: issued, deleted, waiting already."""

from dataclasses import dataclass

from shared.check.columns.hashed_set import HashedSet


@dataclass(frozen=True, kw_only=True)
class KnownNumbers:
    """None always means: not known here, so not checked."""

    issued: HashedSet | None = None
    deleted: HashedSet | None = None
    waiting: HashedSet | None = None
