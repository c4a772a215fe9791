"""Replies, discs, blanks, envelopes."""

import sqlalchemy as sa
from alembic import op

from services.media.storage.tables import PLUMBING
from shared.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "arrived",
    "blank",
    "disc",
    "disc_content",
    "disc_step",
    "dispatch",
    "dispatch_disc",
    "dispatch_step",
    "expected",
    "reply",
)


def upgrade() -> None:
    """Make them."""
    PLUMBING.upgrade(op)
    op.create_table(
        "arrived",
        sa.Column("cycle", sa.String(9), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("cycle", "kind", name="pk_arrived"),
    )
    op.create_table(
        "blank",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lot", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("disc_id", sa.String(36), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_blank"),
    )
    op.create_index("ix_blank_disc_id", "blank", ["disc_id"], unique=False)
    op.create_index("ix_blank_state", "blank", ["state"], unique=False)
    op.create_table(
        "disc",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(14), nullable=False),
        sa.Column("disc_set", sa.String(36), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("plan_name", sa.String(200), nullable=False),
        sa.Column("plan_address", sa.String(300), nullable=False),
        sa.Column("cycle", sa.String(9), nullable=False),
        sa.Column("kind_group", sa.String(10), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("volumes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("replaces", sa.String(36), nullable=False),
        sa.Column("image", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("password_shown_at", UtcDateTime(), nullable=True),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_disc"),
        sa.UniqueConstraint("number", name="uq_disc_number"),
    )
    op.create_index("ix_disc_cycle", "disc", ["cycle"], unique=False)
    op.create_index("ix_disc_disc_set", "disc", ["disc_set"], unique=False)
    op.create_index("ix_disc_expires_at", "disc", ["expires_at"], unique=False)
    op.create_index("ix_disc_state", "disc", ["state"], unique=False)
    op.create_table(
        "disc_content",
        sa.Column("disc_id", sa.String(36), nullable=False),
        sa.Column("file_name", sa.String(31), nullable=False),
        sa.Column("reply_id", sa.String(36), nullable=False),
        sa.Column("first_record", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("disc_id", "file_name", name="pk_disc_content"),
    )
    op.create_index("ix_disc_content_reply_id", "disc_content", ["reply_id"], unique=False)
    op.create_table(
        "disc_step",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("disc_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disc_step"),
    )
    op.create_index("ix_disc_step_disc_id", "disc_step", ["disc_id"], unique=False)
    op.create_table(
        "dispatch",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(10), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("kind_group", sa.String(10), nullable=False),
        sa.Column("carrier", sa.String(40), nullable=False),
        sa.Column("tracking_number", sa.String(30), nullable=False),
        sa.Column("seal_number", sa.String(30), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch"),
        sa.UniqueConstraint("number", name="uq_dispatch_number"),
    )
    op.create_index("ix_dispatch_seal_number", "dispatch", ["seal_number"], unique=False)
    op.create_index("ix_dispatch_state", "dispatch", ["state"], unique=False)
    op.create_index("ix_dispatch_tracking_number", "dispatch", ["tracking_number"], unique=False)
    op.create_table(
        "dispatch_disc",
        sa.Column("dispatch_id", sa.String(36), nullable=False),
        sa.Column("disc_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("dispatch_id", "disc_id", name="pk_dispatch_disc"),
    )
    op.create_index("ix_dispatch_disc_disc_id", "dispatch_disc", ["disc_id"], unique=False)
    op.create_table(
        "dispatch_step",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("dispatch_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch_step"),
        sa.UniqueConstraint("dispatch_id", "position", name="uq_dispatch_step_dispatch_id_position"),
    )
    op.create_table(
        "expected",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("cycle", sa.String(9), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("kind_group", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_expected"),
    )
    op.create_index("ix_expected_cycle", "expected", ["cycle"], unique=False)
    op.create_table(
        "reply",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("plan_name", sa.String(200), nullable=False),
        sa.Column("plan_address", sa.String(300), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("charset", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("kind_group", sa.String(10), nullable=False),
        sa.Column("cycle", sa.String(9), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("registry_as_of", sa.String(10), nullable=False),
        sa.Column("chunks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rejected_chunk", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("disc_set", sa.String(36), nullable=False),
        sa.Column("package", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("password_open", sa.Boolean(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
    )
    op.create_index("ix_reply_disc_set", "reply", ["disc_set"], unique=False)
    op.create_index("ix_reply_expires_at", "reply", ["expires_at"], unique=False)
    op.create_index("ix_reply_plan_number", "reply", ["plan_number"], unique=False)
    op.create_index("ix_reply_request_id", "reply", ["request_id"], unique=False)


def downgrade() -> None:
    """Remove them."""
    for table in TABLES:
        op.drop_table(table)
    PLUMBING.downgrade(op)
