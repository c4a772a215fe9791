"""Who is in the security room."""

from alembic import op

from services.matcher.storage.tables import PLUMBING

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    PLUMBING.add_presence(op)


def downgrade() -> None:
    """Remove it."""
    PLUMBING.drop_presence(op)
