"""Who is in the security room."""

from alembic import op

from services.media.storage.tables import PLUMBING

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    PLUMBING.add_presence(op)


def downgrade() -> None:
    """Remove it."""
    PLUMBING.drop_presence(op)
