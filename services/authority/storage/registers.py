"""Queries on the registers of staff, equipment and clients."""

from sqlmodel import Session, col, select

from services.authority.storage.tables import Client, Equipment, Staff


def staff_by_id(session: Session, staff_id: str) -> Staff | None:
    """One account."""
    return session.get(Staff, staff_id)


def holder_of_door_user(session: Session, door_user: str) -> str | None:
    """Who has that number at the door, of those who have not left."""
    held = select(Staff.id).where(Staff.door_user == door_user, col(Staff.left_on).is_(None))
    return session.exec(held).first()


def staff_never_told(session: Session) -> list[Staff]:
    """Entries that no event has told the services in full: those from before events carried the facts."""
    return list(session.exec(select(Staff).where(Staff.revision == 0).order_by(col(Staff.id))))


def equipment_by_id(session: Session, equipment_id: str) -> Equipment | None:
    """One piece of equipment."""
    return session.get(Equipment, equipment_id)


def client_by_id(session: Session, client_id: str) -> Client | None:
    """One API client."""
    return session.get(Client, client_id)


def staff_after(session: Session, after: str, limit: int) -> list[Staff]:
    """Accounts in the order of their ids."""
    return list(session.exec(select(Staff).where(col(Staff.id) > after).order_by(col(Staff.id)).limit(limit)))


def equipment_after(session: Session, after: str, limit: int) -> list[Equipment]:
    """Equipment in the order of its ids."""
    rows = select(Equipment).where(col(Equipment.id) > after).order_by(col(Equipment.id)).limit(limit)
    return list(session.exec(rows))


def clients_after(session: Session, after: str, limit: int) -> list[Client]:
    """Clients in the order of their ids."""
    return list(session.exec(select(Client).where(col(Client.id) > after).order_by(col(Client.id)).limit(limit)))
