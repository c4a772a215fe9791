"""Which witness cosigned which checkpoint; what sources say of themselves."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "witness",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_witness"),
    )
    op.create_table(
        "cosignature",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(200), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name="pk_cosignature"),
    )
    op.create_table(
        "source_head",
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source_head"),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("source_head")
    op.drop_table("cosignature")
    op.drop_table("witness")
