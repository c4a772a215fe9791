"""Queries on the versions of regulations and on who has read them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer
from sqlmodel import Session, col

from services.audit.domain.checksheets.regulations import Version
from services.audit.storage.checksheets.tables import RegulationReading, RegulationVersion
from shared.calendar.clock import JST


def versions(session: Session) -> Sequence[Version]:
    """Every version of every regulation, without its text."""
    rows = session.scalars(select(RegulationVersion).options(defer(col(RegulationVersion.text))))  # type: ignore[arg-type]
    found = (
        Version(row.regulation, row.version, row.in_force_from, row.added_at.astimezone(JST).date()) for row in rows
    )
    return sorted(found, key=lambda one: (one.regulation, one.in_force_from))


def of_regulation(session: Session, regulation: int) -> Sequence[RegulationVersion]:
    """The versions of a regulation with their texts, the newest first."""
    wanted = select(RegulationVersion).where(col(RegulationVersion.regulation) == regulation)
    return session.scalars(wanted.order_by(col(RegulationVersion.in_force_from).desc())).all()


def version(session: Session, regulation: int, name: str) -> RegulationVersion | None:
    """One version."""
    return session.get(RegulationVersion, (regulation, name))


def has_read(session: Session, regulation: int, name: str, staff_id: str) -> bool:
    """Whether somebody has read a version."""
    return session.get(RegulationReading, (regulation, name, staff_id)) is not None


def readings(session: Session) -> Collection[tuple[str, int, str]]:
    """Who has read which version, as (staff id, regulation, version)."""
    found = select(col(RegulationReading.staff_id), col(RegulationReading.regulation), col(RegulationReading.version))
    return {(row[0], row[1], row[2]) for row in session.connection().execute(found)}
