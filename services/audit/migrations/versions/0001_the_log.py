"""The log, the alarms and the destruction ledger."""

import sqlalchemy as sa
from alembic import op

from services.audit.storage.tables import PLUMBING
from shared.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "source_span",
    "log_head",
    "inner_hash",
    "entry_subject",
    "entry",
    "disputed_record",
    "destruction",
    "checkpoint",
    "alarm",
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.Column("noticed_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("closed_by", sa.String(length=200), nullable=False),
        sa.Column("explanation", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("kind", "source", "first", "last", name=op.f("uq_alarm_kind_source_first_last")),
    )
    op.create_index("ix_alarm_state", "alarm", ["state"], unique=False)
    op.create_table(
        "checkpoint",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("signed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "destruction",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("copy_id", sa.String(length=120), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("object_type", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.String(length=200), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("destroyed_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("approval", sa.String(length=36), nullable=False),
        sa.Column("issued_at", UtcDateTime, nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
        sa.UniqueConstraint("service", "copy_id", "what", name=op.f("uq_destruction_service_copy_id_what")),
    )
    op.create_index("ix_destruction_destroyed_at", "destruction", ["destroyed_at"], unique=False)
    op.create_index("ix_destruction_object_id", "destruction", ["object_id"], unique=False)
    op.create_table(
        "disputed_record",
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("leaf_hash", name=op.f("pk_disputed_record")),
    )
    op.create_table(
        "entry",
        sa.Column("log_index", BIG, autoincrement=False, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("appended_at", UtcDateTime, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=120), nullable=False),
        sa.Column("object_type", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("equipment", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_entry")),
        sa.UniqueConstraint("source", "sequence", name=op.f("uq_entry_source_sequence")),
    )
    op.create_index("ix_entry_action", "entry", ["action", "log_index"], unique=False)
    op.create_index("ix_entry_actor", "entry", ["actor", "log_index"], unique=False)
    op.create_index("ix_entry_at", "entry", ["at"], unique=False)
    op.create_index("ix_entry_case_id", "entry", ["case_id", "log_index"], unique=False)
    op.create_index("ix_entry_object_id", "entry", ["object_id", "log_index"], unique=False)
    op.create_index("ix_entry_purpose", "entry", ["purpose", "log_index"], unique=False)
    op.create_table(
        "entry_subject",
        sa.Column("token", sa.String(length=200), nullable=False),
        sa.Column("log_index", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("token", "log_index", name=op.f("pk_entry_subject")),
    )
    op.create_table(
        "inner_hash",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_inner_hash")),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "source_span",
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("first", BIG, autoincrement=False, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("source", "first", name=op.f("pk_source_span")),
    )
    PLUMBING.upgrade(op)


def downgrade() -> None:
    """Remove them."""
    PLUMBING.downgrade(op)
    for name in TABLES:
        op.drop_table(name)
