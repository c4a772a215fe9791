"""Batches and their parts, reviews, the ledger of inquiry numbers, replies."""

import sqlalchemy as sa
from alembic import op

from services.matcher.storage.tables import PLUMBING
from shared.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    PLUMBING.upgrade(op)
    op.create_table(
        "asker",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("line", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_asker"),
    )
    op.create_index("ix_asker_batch_id", "asker", ["batch_id"], unique=False)
    op.create_index("ix_asker_plan_number", "asker", ["plan_number"], unique=False)
    op.create_table(
        "batch",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("cycle", sa.String(9), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("inquiries", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("part_count", sa.Integer(), nullable=False),
        sa.Column("inquiry_file", sa.JSON(), nullable=True),
        sa.Column("answer_file", sa.JSON(), nullable=True),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("registry_as_of", sa.String(8), nullable=False),
        sa.Column("rules", sa.String(40), nullable=False),
        sa.Column("balance_code", sa.String(40), nullable=False),
        sa.Column("balance_seqs", sa.JSON(), nullable=False),
        sa.Column("balance_in_all", sa.Integer(), nullable=False),
        sa.Column("numbers_masked", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("handed_over_at", UtcDateTime(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("matched_at", UtcDateTime(), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("masked_at", UtcDateTime(), nullable=True),
        sa.Column("cleared_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sa.UniqueConstraint("cycle", "kind", name="uq_batch_cycle_kind"),
    )
    op.create_table(
        "doomed",
        sa.Column("blob_id", sa.String(80), nullable=False),
        sa.Column("what", sa.String(30), nullable=False),
        sa.Column("object_type", sa.String(30), nullable=False),
        sa.Column("object_id", sa.String(80), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("blob_id", name="pk_doomed"),
    )
    op.create_index("ix_doomed_due_at", "doomed", ["due_at"], unique=False)
    op.create_table(
        "held",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("inquiry_number", sa.String(10), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_held"),
        sa.UniqueConstraint("inquiry_number", name="uq_held_inquiry_number"),
        sa.UniqueConstraint("plan_number", "person", name="uq_held_plan_number_person"),
    )
    op.create_table(
        "part",
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("end_seq", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("in_review", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "part", name="pk_part"),
    )
    op.create_table(
        "piece",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("blob", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_piece"),
    )
    op.create_index("ix_piece_batch_id_part", "piece", ["batch_id", "part"], unique=False)
    op.create_table(
        "reply",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("cycle", sa.String(9), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("chunks", sa.JSON(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("cleared_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
        sa.UniqueConstraint("request_id", name="uq_reply_request_id"),
    )
    op.create_index("ix_reply_batch_id", "reply", ["batch_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("slice_id", sa.String(36), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("rules", sa.String(40), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("proposed", sa.String(10), nullable=False),
        sa.Column("sides", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("inquiry_number", sa.String(10), nullable=False),
        sa.Column("differing", sa.String(400), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
    )
    op.create_index("ix_review_batch_id_state", "review", ["batch_id", "state"], unique=False)
    op.create_index("ix_review_slice_id", "review", ["slice_id"], unique=False)
    op.create_table(
        "slice",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=True),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("in_review", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slice"),
    )
    op.create_index("ix_slice_batch_id_part", "slice", ["batch_id", "part"], unique=False)
    op.create_index("ix_slice_request_id", "slice", ["request_id"], unique=False)
    op.create_table(
        "spent",
        sa.Column("inquiry_number", sa.String(10), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("spent_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("inquiry_number", name="pk_spent"),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("spent")
    op.drop_index("ix_slice_request_id", table_name="slice")
    op.drop_index("ix_slice_batch_id_part", table_name="slice")
    op.drop_table("slice")
    op.drop_index("ix_review_slice_id", table_name="review")
    op.drop_index("ix_review_batch_id_state", table_name="review")
    op.drop_table("review")
    op.drop_index("ix_reply_batch_id", table_name="reply")
    op.drop_table("reply")
    op.drop_index("ix_piece_batch_id_part", table_name="piece")
    op.drop_table("piece")
    op.drop_table("part")
    op.drop_table("held")
    op.drop_index("ix_doomed_due_at", table_name="doomed")
    op.drop_table("doomed")
    op.drop_table("batch")
    op.drop_index("ix_asker_plan_number", table_name="asker")
    op.drop_index("ix_asker_batch_id", table_name="asker")
    op.drop_table("asker")
    PLUMBING.downgrade(op)
