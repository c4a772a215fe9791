"""Plans, requests, receptions, cycles: intake's first tables."""

import sqlalchemy as sa
from alembic import op

from services.intake.storage.tables import PLUMBING
from shared.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    PLUMBING.upgrade(op)
    op.create_table(
        "cycle",
        sa.Column("name", sa.String(9), nullable=False),
        sa.Column("cutoff_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("reply_due", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("closing_list", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cycle"),
    )
    op.create_table(
        "doomed",
        sa.Column("blob_id", sa.String(80), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("object_type", sa.String(20), nullable=False),
        sa.Column("object_id", sa.String(80), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("doomed_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("blob_id", name="pk_doomed"),
    )
    op.create_table(
        "medium",
        sa.Column("reception_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("processed_at", UtcDateTime(), nullable=True),
        sa.Column("reader_copy", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("reception_id", "number", name="pk_medium"),
    )
    op.create_index("ix_medium_state", "medium", ["state"], unique=False)
    op.create_table(
        "number_list",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("fate", sa.String(10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_number_list"),
    )
    op.create_index("ix_number_list_plan_number", "number_list", ["plan_number"], unique=False)
    op.create_table(
        "plan",
        sa.Column("number", sa.String(8), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(3), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("contract_from", sa.Date(), nullable=False),
        sa.Column("contract_to", sa.Date(), nullable=True),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_plan"),
    )
    op.create_table(
        "reception",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("form_enclosed", sa.Boolean(), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.Column("registered_by", sa.String(80), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.Column("return_reason", sa.String(500), nullable=False),
        sa.Column("destroyed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reception"),
    )
    op.create_index("ix_reception_plan_number", "reception", ["plan_number"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("state", sa.String(14), nullable=False),
        sa.Column("cycle", sa.String(9), nullable=False),
        sa.Column("registered_cycle", sa.String(9), nullable=False),
        sa.Column("registered_records", sa.Integer(), nullable=True),
        sa.Column("registered_sha256", sa.String(64), nullable=False),
        sa.Column("form_date", sa.Date(), nullable=True),
        sa.Column("form_contact", sa.String(200), nullable=False),
        sa.Column("form_remarks", sa.String(1000), nullable=False),
        sa.Column("replaces", sa.String(36), nullable=False),
        sa.Column("replaced_by", sa.String(36), nullable=False),
        sa.Column("reception_id", sa.String(36), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.Column("file_received_at", UtcDateTime(), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("data_destroyed_at", UtcDateTime(), nullable=True),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.String(40), nullable=False),
        sa.Column("charset", sa.String(6), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("chunks", sa.JSON(), nullable=False),
        sa.Column("rejected_chunk", sa.JSON(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=True),
        sa.Column("keys", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
    )
    op.create_index("ix_request_cycle_state", "request", ["cycle", "state"], unique=False)
    op.create_index("ix_request_file_key", "request", ["file_key"], unique=False)
    op.create_index("ix_request_file_sha256", "request", ["file_sha256"], unique=False)
    op.create_index("ix_request_plan", "request", ["plan_number", "id"], unique=False)
    op.create_table(
        "request_history",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(14), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_request_history"),
    )
    op.create_index("ix_request_history_request_id", "request_history", ["request_id"], unique=False)
    op.create_table(
        "upload_part",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("blob", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "start", name="pk_upload_part"),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("upload_part")
    op.drop_table("request_history")
    op.drop_table("request")
    op.drop_table("reception")
    op.drop_table("plan")
    op.drop_table("number_list")
    op.drop_table("medium")
    op.drop_table("doomed")
    op.drop_table("cycle")
    PLUMBING.downgrade(op)
