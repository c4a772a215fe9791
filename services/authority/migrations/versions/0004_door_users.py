"""The number of staff at the door, and revisions of their entries; who is in the security room."""

import sqlalchemy as sa
from alembic import op

from services.authority.storage.tables import PLUMBING

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them. Code of the release before goes on entering staff, without the new columns."""
    PLUMBING.add_presence(op)
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("door_user", sa.String(40), nullable=False, server_default=""))
        staff.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("staff") as staff:
        staff.drop_column("revision")
        staff.drop_column("door_user")
    PLUMBING.drop_presence(op)
