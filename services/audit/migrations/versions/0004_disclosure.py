"""Which subjects a bulk act was about; what a search over ten million records needs."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATED = ("case_id", "purpose", "equipment", "place")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "subject_list",
        sa.Column("id", BIG, nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.String(length=36), nullable=False),
        sa.Column("plan_number", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("cycle", sa.String(length=9), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=False),
        sa.Column("loaded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_list")),
        sa.UniqueConstraint("request_id", "part", name=op.f("uq_subject_list_request_id_part")),
    )
    op.create_table(
        "subject_member",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("list_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("token", "list_id", name=op.f("pk_subject_member")),
    )
    op.create_table(
        "medium_request",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("medium_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "medium_id", name=op.f("pk_medium_request")),
    )
    _search()


def _search() -> None:
    op.create_table(
        "entry_hour",
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_entry_hour")),
    )
    seconds = "strftime('%s', at)" if op.get_bind().dialect.name == "sqlite" else "floor(extract(epoch FROM at))"
    op.execute(
        f"INSERT INTO entry_hour SELECT CAST({seconds} AS INTEGER) / 3600 AS hour, min(log_index), max(log_index)"  # noqa: S608
        " FROM entry GROUP BY 1"
    )
    for name in ("case_id", "purpose"):
        op.drop_index(f"ix_entry_{name}", "entry")
    refused = sa.text("outcome <> 'done'")
    op.create_index(
        "ix_entry_outcome",
        "entry",
        ["outcome", "log_index", "actor", "action", "equipment", "place"],
        postgresql_where=refused,
        sqlite_where=refused,
    )
    for name in STATED:
        stated = sa.text(f"{name} <> ''")
        op.create_index(f"ix_entry_{name}", "entry", [name, "log_index"], postgresql_where=stated, sqlite_where=stated)


def downgrade() -> None:
    """Remove them."""
    for name in (*STATED, "outcome"):
        op.drop_index(f"ix_entry_{name}", "entry")
    for name in ("case_id", "purpose"):
        op.create_index(f"ix_entry_{name}", "entry", [name, "log_index"])
    op.drop_table("entry_hour")
    for name in ("medium_request", "subject_member", "subject_list"):
        op.drop_table(name)
