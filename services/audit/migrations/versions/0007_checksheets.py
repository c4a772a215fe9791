"""Checksheets, findings, regulations, monthly reports."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "checksheet",
    "checksheet_answer",
    "checksheet_step",
    "known_evidence",
    "evidence_gathering",
    "filed_evidence",
    "audit_finding",
    "finding_step",
    "regulation_version",
    "regulation_reading",
    "access_report",
)


def upgrade() -> None:
    """Add them."""
    _sheets()
    _evidence()
    _findings()
    _regulations()
    _reports()


def _sheets() -> None:
    op.create_table(
        "checksheet",
        sa.Column("quarter", sa.String(7), nullable=False),
        sa.Column("version", sa.Date(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("quarter", name="pk_checksheet"),
    )
    op.create_table(
        "checksheet_answer",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("quarter", sa.String(7), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(3), nullable=False),
        sa.Column("remarks", sa.String(400), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("suggested", sa.String(3), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("answered_by", sa.String(80), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checksheet_answer"),
    )
    op.create_index("ix_checksheet_answer_quarter", "checksheet_answer", ["quarter", "item"], unique=False)
    op.create_table(
        "checksheet_step",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("quarter", sa.String(7), nullable=False),
        sa.Column("step", sa.String(10), nullable=False),
        sa.Column("taken_by", sa.String(80), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checksheet_step"),
    )
    op.create_index("ix_checksheet_step_quarter", "checksheet_step", ["quarter"], unique=False)


def _evidence() -> None:
    op.create_table(
        "known_evidence",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("says", sa.String(3), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("refs", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_known_evidence"),
    )
    op.create_table(
        "evidence_gathering",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("quarter", sa.String(7), nullable=False),
        sa.Column("gathered_at", UtcDateTime(), nullable=False),
        sa.Column("digests", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_gathering"),
    )
    op.create_index("ix_evidence_gathering_quarter", "evidence_gathering", ["quarter"], unique=False)
    op.create_table(
        "filed_evidence",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("filed_by", sa.String(80), nullable=False),
        sa.Column("filed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_filed_evidence"),
    )
    op.create_index("ix_filed_evidence_filed_at", "filed_evidence", ["filed_at"], unique=False)


def _findings() -> None:
    op.create_table(
        "audit_finding",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("summary", sa.String(1000), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("found_by", sa.String(80), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_finding"),
    )
    op.create_index("ix_audit_finding_origin", "audit_finding", ["origin", "reference"], unique=False)
    op.create_index("ix_audit_finding_state", "audit_finding", ["state"], unique=False)
    op.create_table(
        "finding_step",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("finding_id", sa.String(36), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("taken_by", sa.String(80), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_finding_step"),
    )
    op.create_index("ix_finding_step_finding", "finding_step", ["finding_id"], unique=False)


def _regulations() -> None:
    op.create_table(
        "regulation_version",
        sa.Column("regulation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(80), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("regulation", "version", name="pk_regulation_version"),
    )
    op.create_table(
        "regulation_reading",
        sa.Column("regulation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("staff_id", sa.String(80), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("regulation", "version", "staff_id", name="pk_regulation_reading"),
    )
    op.create_index("ix_regulation_reading_staff", "regulation_reading", ["staff_id"], unique=False)


def _reports() -> None:
    op.create_table(
        "access_report",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_report"),
    )
    op.create_index("ix_access_report_month", "access_report", ["month", "id"], unique=False)


def downgrade() -> None:
    """Remove them."""
    for name in TABLES:
        op.drop_table(name)
