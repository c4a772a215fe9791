"""Queries on sessions, living tokens, failures and used assertions."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from services.authority.storage.tables import PLUMBING, IssuedToken, SignInFailure, StaffSession, UsedAssertion
from shared.db import Work
from shared.db.plumbing import insert_or_ignore
from shared.events.authority import TokenRevoked


def session_of_token(session: Session, token_id: str) -> StaffSession | None:
    """The session that a token was issued in."""
    token = session.get(IssuedToken, token_id)
    return session.get(StaffSession, token.session_id) if token and token.session_id else None


def open_sessions(session: Session, *, staff_id: str = "", equipment_id: str = "") -> Sequence[StaffSession]:
    """Sessions not ended, of a person or at a piece of equipment."""
    rows = select(StaffSession).where(col(StaffSession.ended_at).is_(None))
    if staff_id:
        rows = rows.where(StaffSession.staff_id == staff_id)
    if equipment_id:
        rows = rows.where(StaffSession.equipment_id == equipment_id)
    return session.exec(rows).all()


def tokens_of_session(session: Session, session_id: str) -> Sequence[IssuedToken]:
    """Tokens of one session that may still be alive."""
    return session.exec(select(IssuedToken).where(IssuedToken.session_id == session_id)).all()


def tokens_of_client(session: Session, client_id: str) -> Sequence[IssuedToken]:
    """Tokens of one client that may still be alive."""
    rows = select(IssuedToken).where(IssuedToken.holder == f"client:{client_id}")
    return session.exec(rows).all()


def keep_token(work: Work, token: IssuedToken, now: datetime) -> None:
    """Notes a living token, and forgets those that have died meanwhile."""
    work.session.exec(delete(IssuedToken).where(col(IssuedToken.expires_at) < now))
    work.session.exec(delete(UsedAssertion).where(col(UsedAssertion.expires_at) < now))
    work.session.add(token)


def revoke(work: Work, tokens: Sequence[IssuedToken], now: datetime) -> int:
    """Ends living tokens here at once and everywhere by event; how many."""
    living = [token for token in tokens if token.expires_at >= now]
    for token in living:
        row = {"token_id": token.id, "expires_at": token.expires_at}
        statement = insert_or_ignore(PLUMBING.revoked_token).values(row).on_conflict_do_nothing()
        work.session.connection().execute(statement)
        work.announce(TokenRevoked(token_id=token.id, expires_at=token.expires_at), subject=token.id)
        work.session.delete(token)
    return len(living)


def end_session(work: Work, session: StaffSession, now: datetime) -> None:
    """Ends a session and its tokens."""
    session.ended_at = now
    work.session.add(session)
    revoke(work, tokens_of_session(work.session, session.id), now)


def failure_of(session: Session, name_digest: str) -> SignInFailure | None:
    """Failures in a row of one account name."""
    return session.get(SignInFailure, name_digest)


def forget_failures(work: Work, before: datetime) -> None:
    """Drops failures so old that they no longer count."""
    work.session.exec(delete(SignInFailure).where(col(SignInFailure.last_at) < before))


def assertion_was_used(session: Session, assertion_id: str) -> bool:
    """Whether a client's assertion came before."""
    return session.get(UsedAssertion, assertion_id) is not None
