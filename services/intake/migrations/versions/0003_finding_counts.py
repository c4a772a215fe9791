"""How often each code was found in a request is kept beside it, for the quality of a plan's data."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counts. Requests checked by the release before have none."""
    with op.batch_alter_table("request") as request:
        request.add_column(sa.Column("finding_counts", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("request") as request:
        request.drop_column("finding_counts")
