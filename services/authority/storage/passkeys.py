"""Queries on passkeys."""

from sqlmodel import Session, col, select

from services.authority.storage.tables import Passkey


def passkey_by_credential(session: Session, credential_id: bytes) -> Passkey | None:
    """The passkey that an authenticator names, ended or not."""
    return session.exec(select(Passkey).where(Passkey.credential_id == credential_id)).one_or_none()


def passkey_by_id(session: Session, passkey_id: str) -> Passkey | None:
    """One passkey."""
    return session.get(Passkey, passkey_id)


def passkeys_after(session: Session, staff_id: str, after: str, limit: int) -> list[Passkey]:
    """One person's passkeys in the order in which they were added, ended ones too."""
    rows = select(Passkey).where(Passkey.staff_id == staff_id, col(Passkey.id) > after)
    return list(session.exec(rows.order_by(col(Passkey.id)).limit(limit)))


def passkeys_in_use(session: Session, staff_id: str) -> list[Passkey]:
    """Those that a person signs in with."""
    rows = select(Passkey).where(Passkey.staff_id == staff_id, col(Passkey.ended_at).is_(None))
    return list(session.exec(rows).all())
