"""The first tables of authority."""

import sqlalchemy as sa
from alembic import op

from services.authority.storage.tables import PLUMBING
from shared.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "approval_request",
    "client",
    "equipment",
    "issued_token",
    "sign_in_failure",
    "staff",
    "staff_session",
    "used_assertion",
)


def upgrade() -> None:
    """Make the tables."""
    PLUMBING.upgrade(op)
    op.create_table(
        "approval_request",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("action", sa.String(80), nullable=False),
        sa.Column("object_id", sa.String(120), nullable=False),
        sa.Column("requester", sa.String(80), nullable=False),
        sa.Column("requester_team", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision_reason", sa.String(400), nullable=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> requester",
            name="ck_approval_request_second_person",
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'refused', 'withdrawn')", name="ck_approval_request_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_approval_request"),
    )
    op.create_index("ix_approval_request_requester", "approval_request", ["requester"])
    op.create_index("ix_approval_request_state", "approval_request", ["state"])
    op.create_table(
        "client",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("plans", sa.JSON(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.String(2000), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
    )
    op.create_table(
        "equipment",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("equipment_class", sa.String(30), nullable=False),
        sa.Column("place", sa.String(30), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_equipment"),
    )
    op.create_table(
        "issued_token",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("holder", sa.String(90), nullable=False),
        sa.Column("session_id", sa.String(36), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issued_token"),
    )
    op.create_index("ix_issued_token_expires_at", "issued_token", ["expires_at"])
    op.create_index("ix_issued_token_holder", "issued_token", ["holder"])
    op.create_index("ix_issued_token_session_id", "issued_token", ["session_id"])
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_failure"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("team", sa.String(20), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("roster_from", sa.Date(), nullable=False),
        sa.Column("roster_to", sa.Date(), nullable=True),
        sa.Column("pledged_on", sa.Date(), nullable=True),
        sa.Column("trained_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    op.create_table(
        "staff_session",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(80), nullable=False),
        sa.Column("equipment_id", sa.String(80), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff_session"),
    )
    op.create_index("ix_staff_session_equipment_id", "staff_session", ["equipment_id"])
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"])
    op.create_table(
        "used_assertion",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_used_assertion"),
    )
    op.create_index("ix_used_assertion_expires_at", "used_assertion", ["expires_at"])


def downgrade() -> None:
    """Remove the tables."""
    for name in reversed(TABLES):
        op.drop_table(name)
    PLUMBING.downgrade(op)
