"""The room log, and who is on the roster."""

import sqlalchemy as sa
from alembic import op

from services.audit.storage.tables import PLUMBING
from shared.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("room_day", "room_check", "room_entry", "room_import", "staff_standing")


def upgrade() -> None:
    """Make the tables."""
    PLUMBING.add_presence(op)
    op.create_table(
        "staff_standing",
        sa.Column("staff_id", sa.String(80), nullable=False),
        sa.Column("team", sa.String(20), nullable=False),
        sa.Column("roster_from", sa.Date(), nullable=True),
        sa.Column("roster_to", sa.Date(), nullable=True),
        sa.Column("pledged_on", sa.Date(), nullable=True),
        sa.Column("trained_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("door_user", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_standing")),
    )
    _log()
    _checks()


def _log() -> None:
    op.create_table(
        "room_import",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("imported_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_import")),
        sa.UniqueConstraint("digest", name=op.f("uq_room_import_digest")),
    )
    op.create_index("ix_room_import_first_on", "room_import", ["first_on"], unique=False)
    op.create_table(
        "room_entry",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("room", sa.String(30), nullable=False),
        sa.Column("door", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("from_zone", sa.String(100), nullable=False),
        sa.Column("to_zone", sa.String(100), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("user", sa.String(40), nullable=False),
        sa.Column("operator", sa.LargeBinary(), nullable=False),
        sa.Column("attribute", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_entry")),
    )
    op.create_index("ix_room_entry_at", "room_entry", ["at", "line"], unique=False)


def _checks() -> None:
    op.create_table(
        "room_check",
        sa.Column("log_index", BIG, autoincrement=False, nullable=False),
        sa.Column("record_id", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(120), nullable=False),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_room_check")),
    )
    op.create_index("ix_room_check_at", "room_check", ["at"], unique=False)
    op.create_table(
        "room_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("log_size", BIG, nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_room_day")),
    )


def downgrade() -> None:
    """Remove them."""
    for name in TABLES:
        op.drop_table(name)
    PLUMBING.drop_presence(op)
