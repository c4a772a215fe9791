"""Timed grants, and rows of the matrices changed by two people; who stands where at the door."""

import sqlalchemy as sa
from alembic import op

from services.authority.storage.tables import PLUMBING
from shared.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them. Code of the release before goes on entering staff, without the new columns."""
    PLUMBING.add_bounds(op)
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("door_user", sa.String(40), nullable=False, server_default=""))
        staff.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    _grants()
    op.create_table(
        "matrix_change",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("act", sa.String(80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("bounds", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("approval", sa.String(36), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matrix_change")),
        sa.UniqueConstraint("act", "valid_from", "revision", name=op.f("uq_matrix_change_act_valid_from_revision")),
    )


def _grants() -> None:
    op.create_table(
        "duty_grant",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(80), nullable=False),
        sa.Column("team", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("case_id", sa.String(80), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.Column("requested_by", sa.String(80), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision_reason", sa.String(400), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'refused', 'withdrawn', 'ended')", name=op.f("ck_duty_grant_state")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR (decided_by <> requested_by AND decided_by <> staff_id)",
            name=op.f("ck_duty_grant_second_person"),
        ),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_duty_grant_span")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_grant")),
    )
    for column in ("staff_id", "state", "valid_until"):
        op.create_index(op.f(f"ix_duty_grant_{column}"), "duty_grant", [column], unique=False)


def downgrade() -> None:
    """Remove them."""
    op.drop_table("matrix_change")
    op.drop_table("duty_grant")
    with op.batch_alter_table("staff") as staff:
        staff.drop_column("revision")
        staff.drop_column("door_user")
    PLUMBING.drop_bounds(op)
