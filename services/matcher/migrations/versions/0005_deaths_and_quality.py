"""Deaths wait for a person, what plans were told of them is kept, and the quality of their data."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them. Code of the release before goes on giving numbers, without the new column."""
    with op.batch_alter_table("held") as held:
        held.add_column(sa.Column("resident_on", sa.String(8), nullable=False, server_default=""))
    op.create_table(
        "death_found",
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("slice_id", sa.String(36), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("inquiry_number", sa.String(10), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("newly", sa.Boolean(), nullable=False),
        sa.Column("change_date", sa.String(8), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "seq", name="pk_death_found"),
    )
    op.create_index("ix_death_found_inquiry_number", "death_found", ["inquiry_number"], unique=False)
    op.create_table(
        "death_confirmation",
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("confirmed_by", sa.String(80), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name="pk_death_confirmation"),
    )
    _told()
    op.create_table(
        "plan_quality",
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("cycle", sa.String(9), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("plan_number", "cycle", "kind", name="pk_plan_quality"),
    )


def _told() -> None:
    op.create_table(
        "death_told",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("inquiry_number", sa.String(10), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.String(8), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_death_told"),
        sa.UniqueConstraint("inquiry_number", name="uq_death_told_inquiry_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_death_told_token", "death_told", ["token"], unique=False)
    op.create_table(
        "death_case",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("plan_number", sa.String(8), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("told_batch_id", sa.String(36), nullable=False),
        sa.Column("told_as_of", sa.String(8), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("as_of", sa.String(8), nullable=False),
        sa.Column("status", sa.String(1), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_by", sa.String(80), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_death_case"),
    )
    op.create_index("ix_death_case_state", "death_case", ["state"], unique=False)


def downgrade() -> None:
    """Remove them."""
    op.drop_table("plan_quality")
    op.drop_index("ix_death_case_state", table_name="death_case")
    op.drop_table("death_case")
    op.drop_index("ix_death_told_token", table_name="death_told")
    op.drop_table("death_told")
    op.drop_table("death_confirmation")
    op.drop_index("ix_death_found_inquiry_number", table_name="death_found")
    op.drop_table("death_found")
    with op.batch_alter_table("held") as held:
        held.drop_column("resident_on")
