"""What was odd about accesses, and what people made of it."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "declared_tie",
    "detection_exception",
    "odd_case_step",
    "odd_case",
    "detection_hit",
    "access_score",
    "detection_memory",
    "detection_progress",
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "detection_progress",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_detection_progress"),
    )
    op.create_table(
        "detection_memory",
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_detection_memory"),
    )
    op.create_index("ix_detection_memory_until", "detection_memory", ["until"], unique=False)
    op.create_table(
        "access_score",
        sa.Column("log_index", BIG, autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name="pk_access_score"),
    )
    op.create_index("ix_access_score_actor", "access_score", ["actor", "log_index"], unique=False)
    op.create_index("ix_access_score_score", "access_score", ["score", "log_index"], unique=False)
    op.create_table(
        "detection_hit",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("version", sa.String(60), nullable=False),
        sa.Column("variant", sa.String(40), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(400), nullable=False),
        sa.Column("about", sa.String(220), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("object_type", sa.String(80), nullable=False),
        sa.Column("object_id", sa.String(200), nullable=False),
        sa.Column("equipment", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("noticed_at", UtcDateTime(), nullable=False),
        sa.Column("signs", sa.Integer(), nullable=False),
        sa.Column("first_index", BIG, nullable=True),
        sa.Column("last_index", BIG, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("exception_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_detection_hit"),
        sa.UniqueConstraint("rule", "key", name="uq_detection_hit_rule_key"),
    )
    op.create_index("ix_detection_hit_about", "detection_hit", ["about", "at"], unique=False)
    op.create_index("ix_detection_hit_at", "detection_hit", ["at"], unique=False)
    op.create_index("ix_detection_hit_case_id", "detection_hit", ["case_id", "at"], unique=False)
    op.create_table(
        "odd_case",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("about", sa.String(220), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("assigned_to", sa.String(200), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("follows", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_odd_case"),
    )
    op.create_index("ix_odd_case_about", "odd_case", ["about", "last_at"], unique=False)
    op.create_index("ix_odd_case_state", "odd_case", ["state", "id"], unique=False)
    op.create_table(
        "odd_case_step",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_odd_case_step"),
    )
    op.create_index("ix_odd_case_step_case_id", "odd_case_step", ["case_id"], unique=False)
    op.create_table(
        "detection_exception",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("about", sa.String(220), nullable=False),
        sa.Column("object_id", sa.String(200), nullable=False),
        sa.Column("equipment", sa.String(120), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("proposed_by", sa.String(200), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(200), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(200), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_detection_exception"),
    )
    op.create_index("ix_detection_exception_until", "detection_exception", ["until"], unique=False)
    op.create_table(
        "declared_tie",
        sa.Column("staff_id", sa.String(80), nullable=False),
        sa.Column("token", sa.String(200), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "token", name="pk_declared_tie"),
    )


def downgrade() -> None:
    """Remove them."""
    for name in TABLES:
        op.drop_table(name)
