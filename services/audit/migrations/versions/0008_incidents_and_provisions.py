"""Incidents, freezes, drills, which plan's people an object holds, and the register of provisions."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "provision",
    "carrier",
    "drill",
    "freeze_order",
    "incident_duty",
    "incident_item",
    "incident_assessment",
    "incident_step",
    "incident",
)


def upgrade() -> None:
    """Make the tables."""
    _incidents()
    _freezes_and_drills()
    _provisions()


def _incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("origin", sa.String(length=40), nullable=False),
        sa.Column("origin_id", sa.String(length=200), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=200), nullable=False),
        sa.Column("since", UtcDateTime, nullable=True),
        sa.Column("until", UtcDateTime, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("learned_at", UtcDateTime, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("origin", "origin_id", name=op.f("uq_incident_origin_origin_id")),
    )
    op.create_index("ix_incident_state", "incident", ["state"], unique=False)
    op.create_table(
        "incident_step",
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "position", name=op.f("pk_incident_step")),
    )
    op.create_table(
        "incident_assessment",
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("my_numbers", sa.Boolean(), nullable=False),
        sa.Column("encrypted", sa.String(length=10), nullable=False),
        sa.Column("happened", sa.String(length=10), nullable=False),
        sa.Column("flags", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "version", name=op.f("pk_incident_assessment")),
    )
    op.create_table(
        "incident_item",
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "item", "version", name=op.f("pk_incident_item")),
    )
    op.create_table(
        "incident_duty",
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=False),
        sa.Column("entered_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "duty", name=op.f("pk_incident_duty")),
    )


def _freezes_and_drills() -> None:
    op.create_table(
        "freeze_order",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=120), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("set_at", UtcDateTime, nullable=False),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.Column("lifted_at", UtcDateTime, nullable=True),
        sa.Column("lifted_by", sa.String(length=200), nullable=False),
        sa.Column("lift_reason", sa.String(length=1000), nullable=False),
        sa.Column("lift_approval", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze_order")),
    )
    op.create_index("ix_freeze_order_object_id", "freeze_order", ["object_id"], unique=False)
    op.create_table(
        "drill",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("scenario", sa.String(length=20), nullable=False),
        sa.Column("run_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill")),
    )


def _provisions() -> None:
    op.create_table(
        "carrier",
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=200), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("plan_number", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("known_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("object_type", "object_id", "request_id", name=op.f("pk_carrier")),
    )
    op.create_index("ix_carrier_plan_number", "carrier", ["plan_number"], unique=False)
    op.create_table(
        "provision",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=200), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("plan_number", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("legal_basis", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("provided_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision")),
    )
    op.create_index("ix_provision_plan_number", "provision", ["plan_number"], unique=False)
    op.create_index("ix_provision_provided_at", "provision", ["provided_at"], unique=False)


def downgrade() -> None:
    """Remove them."""
    for name in TABLES:
        op.drop_table(name)
