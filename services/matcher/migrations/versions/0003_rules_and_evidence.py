"""Decision tables that people propose, their rehearsals, and the evidence that a rehearsal reads."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them. Slices matched by the release before have no evidence, and cannot be rehearsed."""
    with op.batch_alter_table("slice") as slices:
        slices.add_column(sa.Column("evidence", sa.JSON(), nullable=True))
    op.create_table(
        "rule_table",
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("rehearsal_id", sa.String(36), nullable=False),
        sa.Column("activated_by", sa.String(80), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("version", name="pk_rule_table"),
    )
    op.create_table(
        "rehearsal",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rehearsal"),
    )
    op.create_index("ix_rehearsal_version", "rehearsal", ["version"], unique=False)
    op.create_table(
        "rehearsed_slice",
        sa.Column("rehearsal_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("rehearsal_id", "position", name="pk_rehearsed_slice"),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("rehearsed_slice")
    op.drop_index("ix_rehearsal_version", table_name="rehearsal")
    op.drop_table("rehearsal")
    op.drop_table("rule_table")
    with op.batch_alter_table("slice") as slices:
        slices.drop_column("evidence")
