"""What a database engine has to offer, so that transactions are the same on SQLite and on PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

Wake = Callable[[], None]


class Store(Protocol):
    """One service's database on one engine."""

    engine: Engine

    @property
    def shared(self) -> bool:
        """Whether other processes may stand on the same database."""
        ...

    @property
    def reading(self) -> Mapping[str, Any]:
        """The execution options of a transaction that only reads, on one snapshot."""
        ...

    def begin_write(self, connection: Connection) -> None:
        """Called at the start of each write transaction: from here on no other writer is let in."""
        ...

    def is_open(self, connection: Connection) -> bool:
        """Whether the transaction still stands after one of its functions failed."""
        ...

    def may_retry(self, failure: BaseException) -> bool:
        """Whether the same transaction, rolled back by then, may well succeed when run again."""
        ...

    def as_refusal(self, failure: BaseException) -> BaseException:
        """What the caller should see: a full, busy or absent store is no bug, and SQL text is nobody's business."""
        ...

    def tell(self, connection: Connection, topics: frozenset[str]) -> None:
        """Wake those in other processes who wait for a topic, once this transaction commits."""
        ...

    def hear(self, wakes: Callable[[str], None]) -> Callable[[], None]:
        """Call `wakes(topic)`, from any thread, for what other processes tell; returns how to stop."""
        ...
