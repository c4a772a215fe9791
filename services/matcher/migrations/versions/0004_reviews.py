"""Reviews are assigned, judged by up to three people, and each verdict is kept."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Code of the release before goes on writing reviews without the new columns, and decides them in one step.
_COLUMNS = (
    ("turn", sa.Integer(), "1"),
    ("second", sa.String(10), ""),
    ("assigned_to", sa.String(80), ""),
)
# A person who decided before there were turns gave the first verdict and the last.
_FIRST_VERDICTS = """
    INSERT INTO review_verdict (review_id, turn, "by", same_person, candidate, outcome, reason, "at")
    SELECT id, 1, decided_by, outcome NOT IN ('41', '7'), NULL, outcome, reason, decided_at
    FROM review WHERE state = 'decided'
"""


def upgrade() -> None:
    """Add turns, assignments and verdicts; what was decided so far becomes a first verdict."""
    with op.batch_alter_table("review") as review:
        for name, kind, default in _COLUMNS:
            review.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        review.add_column(sa.Column("assigned_at", UtcDateTime(), nullable=True))
        review.create_index("ix_review_assigned_to", ["assigned_to"], unique=False)
    op.create_table(
        "review_verdict",
        sa.Column("review_id", sa.String(36), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("same_person", sa.Boolean(), nullable=False),
        sa.Column("candidate", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", "turn", name="pk_review_verdict"),
        sa.UniqueConstraint("review_id", "by", name="uq_review_verdict_review_id_by"),
    )
    op.execute(_FIRST_VERDICTS)


def downgrade() -> None:
    """Remove them; a review that waits for its second or third person waits for its first again."""
    op.drop_table("review_verdict")
    with op.batch_alter_table("review") as review:
        review.drop_index("ix_review_assigned_to")
        for name in ("assigned_at", *(name for name, _, _ in reversed(_COLUMNS))):
            review.drop_column(name)
