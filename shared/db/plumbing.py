"""The tables that every service has beside its own: events out and in, access records, approvals, idempotency."""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    inspect,
    text,
)
from sqlalchemy.dialects import postgresql

from shared.db.columns import UtcDateTime

# ON CONFLICT DO NOTHING; what PostgreSQL's form of it compiles to, SQLite understands too.
insert_or_ignore: Final = postgresql.insert
# SQLite numbers rows by itself only in a column of exactly this type.
BIG: Final[Any] = BigInteger().with_variant(Integer, "sqlite")


class Plumbing:
    """Adds the plumbing tables to a service's metadata and names them."""

    def __init__(self, metadata: MetaData) -> None:
        self.outbox = Table(
            "outbox",
            metadata,
            Column("position", BIG, primary_key=True, autoincrement=True),
            Column("event_id", String(36), nullable=False, unique=True),
            Column("type", String(80), nullable=False),
            Column("subject", String(120), nullable=False),
            Column("body", LargeBinary, nullable=False),
            Column("made_at", UtcDateTime, nullable=False),
            sqlite_autoincrement=True,
        )
        self.inbox = Table(
            "inbox",
            metadata,
            Column("position", BIG, primary_key=True, autoincrement=True),
            Column("event_id", String(36), nullable=False, unique=True),
            Column("type", String(80), nullable=False),
            Column("subject", String(120), nullable=False),
            Column("body", LargeBinary, nullable=False),
            Column("status", String(10), nullable=False, server_default=text("'pending'")),
            Column("attempts", Integer, nullable=False, server_default=text("0")),
            Column("next_at", UtcDateTime, nullable=False),
            Column("cause", String(200), nullable=False, server_default=text("''")),
            Column("received_at", UtcDateTime, nullable=False),
            Column("done_at", UtcDateTime, nullable=True),
            Column("claimed_by", String(80), nullable=False, server_default=text("''")),
            Column("claimed_until", UtcDateTime, nullable=True),
            sqlite_autoincrement=True,
        )
        Index("ix_inbox_status_position", self.inbox.c.status, self.inbox.c.position)
        self.trail = Table(
            "trail",
            metadata,
            Column("sequence", BIG, primary_key=True, autoincrement=False),
            Column("body", LargeBinary, nullable=False),
            Column("sent_at", UtcDateTime, nullable=True),
            info={"changes": ("sent_at",)},
        )
        Index("ix_trail_sent_at", self.trail.c.sent_at)
        self.trail_head = Table(
            "trail_head",
            metadata,
            Column("id", Integer, primary_key=True, autoincrement=False),
            Column("sequence", BIG, nullable=False),
            Column("digest", String(64), nullable=False),
            info={"changes": ("sequence", "digest")},
        )
        self.approval = Table(
            "approval",
            metadata,
            Column("id", String(36), primary_key=True),
            Column("action", String(80), nullable=False),
            Column("object_id", String(120), nullable=False),
            Column("requester", String(80), nullable=False),
            Column("approver", String(80), nullable=False),
            Column("approved", Boolean, nullable=False),
            Column("expires_at", UtcDateTime, nullable=False),
            Column("used_at", UtcDateTime, nullable=True),
        )
        self.revoked_token = Table(
            "revoked_token",
            metadata,
            Column("token_id", String(36), primary_key=True),
            Column("expires_at", UtcDateTime, nullable=False),
        )
        self.freeze = Table(
            "freeze",
            metadata,
            Column("id", String(36), primary_key=True),
            Column("object_type", String(40), nullable=False),
            Column("object_id", String(120), nullable=False),
        )
        self.room_presence = Table(
            "room_presence",
            metadata,
            Column("room", String(30), primary_key=True),
            Column("as_of", UtcDateTime, nullable=False),
            Column("inside", JSON, nullable=False),
        )
        self.idempotency = Table(
            "idempotency",
            metadata,
            Column("caller", String(80), primary_key=True),
            Column("key", String(200), primary_key=True),
            Column("request_digest", String(64), nullable=False),
            Column("answer", LargeBinary, nullable=False),
            Column("made_at", UtcDateTime, nullable=False),
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them, in the order of making."""
        return (
            self.outbox,
            self.inbox,
            self.trail,
            self.trail_head,
            self.approval,
            self.revoked_token,
            self.freeze,
            self.room_presence,
            self.idempotency,
        )

    def upgrade(self, op: Any) -> None:
        """Make the plumbing tables; called by each service's first migration."""
        for table in self.tables:
            table.create(op.get_bind())

    def add_claims(self, op: Any) -> None:
        """The columns by which several processes share an inbox, for databases that were made without them."""
        present = {column["name"] for column in inspect(op.get_bind()).get_columns("inbox")}
        for name in ("claimed_by", "claimed_until"):
            if name not in present:
                op.add_column("inbox", self.inbox.c[name]._copy())

    def add_presence(self, op: Any) -> None:
        """Who is in the room, for databases that were made without it."""
        self.room_presence.create(op.get_bind(), checkfirst=True)

    def drop_presence(self, op: Any) -> None:
        """Remove it."""
        self.room_presence.drop(op.get_bind())

    def downgrade(self, op: Any) -> None:
        """Remove the plumbing tables."""
        for table in reversed(self.tables):
            table.drop(op.get_bind(), checkfirst=True)
