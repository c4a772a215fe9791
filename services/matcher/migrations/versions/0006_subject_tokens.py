"""A pseudonym for each person of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it. Code of the release before goes on giving numbers, without one."""
    with op.batch_alter_table("held") as held:
        held.add_column(sa.Column("token", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Remove it: who was in which bulk act can no longer be told."""
    with op.batch_alter_table("held") as held:
        held.drop_column("token")
