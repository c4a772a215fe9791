"""Queries on incidents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.audit.domain.incidents.duties import Assessment, Encrypted, Happened
from services.audit.storage.incidents.tables import (
    Incident,
    IncidentAssessment,
    IncidentDuty,
    IncidentItem,
    IncidentStep,
)
from services.audit.storage.tables import Alarm
from shared.refusals import Refusal


def incident_of(session: Session, incident_id: str) -> Incident:
    """The incident. Refusal `not-found`."""
    found = session.get(Incident, incident_id)
    if found is None:
        raise Refusal("not-found")
    return found


def of_origin(session: Session, origin: str, origin_id: str) -> Incident | None:
    """The incident that something already opened."""
    same = select(Incident).where(col(Incident.origin) == origin, col(Incident.origin_id) == origin_id)
    return session.scalars(same).first()


def incidents_after(session: Session, *, state: str, open_only: bool, after: str, limit: int) -> Sequence[Incident]:
    """Incidents in the order in which they were opened; an empty state asks for all."""
    query = select(Incident).where(col(Incident.id) > after).order_by(col(Incident.id)).limit(limit)
    if state:
        query = query.where(col(Incident.state) == state)
    if open_only:
        query = query.where(col(Incident.closed_at).is_(None))
    return session.scalars(query).all()


def steps_of(session: Session, incident_id: str) -> Sequence[IncidentStep]:
    """The way so far."""
    query = select(IncidentStep).where(col(IncidentStep.incident_id) == incident_id)
    return session.scalars(query.order_by(col(IncidentStep.position))).all()


def assessments_of(session: Session, incident_id: str) -> Sequence[IncidentAssessment]:
    """What was known, oldest first."""
    query = select(IncidentAssessment).where(col(IncidentAssessment.incident_id) == incident_id)
    return session.scalars(query.order_by(col(IncidentAssessment.version))).all()


def as_assessed(row: IncidentAssessment) -> Assessment:
    """A stored version as the rules take it."""
    encrypted: Encrypted = row.encrypted  # type: ignore[assignment]  # what was checked on its way in
    happened: Happened = row.happened  # type: ignore[assignment]
    return Assessment(row.people, row.my_numbers, encrypted, happened, frozenset(row.flags.split()))


def newest_items(session: Session, incident_id: str) -> dict[str, IncidentItem]:
    """The text that counts of each item that has one."""
    query = select(IncidentItem).where(col(IncidentItem.incident_id) == incident_id)
    return {row.item: row for row in session.scalars(query.order_by(col(IncidentItem.version)))}


def versions_of(session: Session, incident_id: str, item: str) -> Sequence[IncidentItem]:
    """All texts of one item, oldest first."""
    query = select(IncidentItem).where(col(IncidentItem.incident_id) == incident_id, col(IncidentItem.item) == item)
    return session.scalars(query.order_by(col(IncidentItem.version))).all()


def duties_done(session: Session, incident_id: str) -> Mapping[str, IncidentDuty]:
    """The duties that were done, by code."""
    query = select(IncidentDuty).where(col(IncidentDuty.incident_id) == incident_id)
    return {row.duty: row for row in session.scalars(query)}


def open_incidents(session: Session) -> Sequence[Incident]:
    """All that are not closed, in the order in which they were opened."""
    return session.scalars(select(Incident).where(col(Incident.closed_at).is_(None)).order_by(col(Incident.id))).all()


def learned_between(session: Session, since: datetime, until: datetime) -> Sequence[Incident]:
    """Incidents that the association learned of in a span, in the order in which they were opened."""
    within = (col(Incident.learned_at) >= since, col(Incident.learned_at) < until)
    return session.scalars(select(Incident).where(*within).order_by(col(Incident.id))).all()


def alarms_without_incident(session: Session, kinds: Iterable[str]) -> Sequence[Alarm]:
    """Alarms of some kinds that have opened no incident, in the order in which they were noticed."""
    opened = select(col(Incident.origin_id)).where(col(Incident.origin) == "alarm")
    query = select(Alarm).where(col(Alarm.kind).in_(list(kinds)), col(Alarm.id).not_in(opened))
    return session.scalars(query.order_by(col(Alarm.noticed_at))).all()


def count_open(session: Session) -> int:
    """How many incidents are not closed."""
    query = select(func.count()).select_from(Incident).where(col(Incident.closed_at).is_(None))
    return int(session.connection().execute(query).scalar_one())
