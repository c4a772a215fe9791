"""Events in the inbox are claimed, so that several processes can share them."""

from alembic import op

from services.intake.storage.tables import PLUMBING

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the claims."""
    PLUMBING.add_claims(op)


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("inbox") as inbox:
        inbox.drop_column("claimed_until")
        inbox.drop_column("claimed_by")
