"""Copies that are kept, until when, and holds on them."""

import sqlalchemy as sa
from alembic import op

from services.audit.storage.tables import BIG
from shared.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "kept_copy",
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("copy_id", sa.String(120), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("object_type", sa.String(80), nullable=False),
        sa.Column("object_id", sa.String(200), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("kept_from", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("service", "copy_id", "what", name="pk_kept_copy"),
    )
    op.create_index("ix_kept_copy_due_at", "kept_copy", ["due_at"], unique=False)
    op.create_table(
        "kept_under",
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("copy_id", sa.String(120), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("object", sa.String(290), nullable=False),
        sa.PrimaryKeyConstraint("service", "copy_id", "what", "object", name="pk_kept_under"),
    )
    op.create_index("ix_kept_under_object", "kept_under", ["object"], unique=False)
    op.create_table(
        "destruction_hold",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("object", sa.String(290), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.String(200), nullable=False),
        sa.Column("approval", sa.String(36), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(200), nullable=False),
        sa.Column("lift_reason", sa.String(1000), nullable=False),
        sa.Column("lift_approval", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_destruction_hold"),
    )
    op.create_index("ix_destruction_hold_object", "destruction_hold", ["object"], unique=False)
    _sentinel()


def _sentinel() -> None:
    op.create_table(
        "sentinel_run",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", BIG, nullable=False),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("values", BIG, nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("unread", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sentinel_run"),
    )
    op.create_table(
        "masking",
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("cycle", sa.String(20), nullable=False),
        sa.Column("numbers", sa.Integer(), nullable=False),
        sa.Column("masked_at", UtcDateTime(), nullable=False),
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", name="pk_masking"),
    )


def downgrade() -> None:
    """Remove them."""
    for name, index in (("kept_copy", "due_at"), ("kept_under", "object"), ("destruction_hold", "object")):
        op.drop_index(f"ix_{name}_{index}", table_name=name)
        op.drop_table(name)
    for name in ("masking", "sentinel_run"):
        op.drop_table(name)
