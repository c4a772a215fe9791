"""A staff member signs out."""

from collections.abc import Callable

from services.authority.parts import AuthorityParts
from services.authority.storage.sessions import end_session, session_of_token
from shared.auth.caller import Caller
from shared.db import Work


def sign_out(parts: AuthorityParts, caller: Caller) -> Callable[[Work], None]:
    """Ends the session and every token of it, everywhere."""

    def write(work: Work) -> None:
        session = session_of_token(work.session, caller.principal.token_id)
        if session is not None and session.ended_at is None:
            end_session(work, session, parts.machine.now())
        work.record(caller.access("authority.session.end", "session", session.id if session else ""))

    return write
