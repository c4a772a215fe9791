"""Passkeys, client certificates, and the one-time password that was taken last."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(80), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("equipment_id", sa.String(80), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_staff_id", "passkey", ["staff_id"])
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("client") as client:
        client.add_column(sa.Column("certificate", sa.String(43), nullable=True))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("client") as client:
        client.drop_column("certificate")
    with op.batch_alter_table("staff") as staff:
        staff.drop_column("totp_step")
    op.drop_table("passkey")
