"""Who is in the security room, and rows of the access matrix that two people changed."""

from alembic import op

from services.matcher.storage.tables import PLUMBING

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    PLUMBING.add_bounds(op)


def downgrade() -> None:
    """Remove them."""
    PLUMBING.drop_bounds(op)
