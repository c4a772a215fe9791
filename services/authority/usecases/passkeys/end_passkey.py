"""A passkey is not used any more: its owner says so, or an administrator for somebody who has lost it."""

from collections.abc import Callable
from typing import Any, Final

from services.authority.storage.passkeys import passkey_by_id
from services.authority.usecases.passkeys.add_passkey import passkey_view
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal

FOR_OTHERS: Final = "admin"


def end_passkey(caller: Caller, passkey_id: str) -> Callable[[Work], dict[str, Any]]:
    """Nobody signs in with it from now on. Refusal `not-found`, also for somebody else's."""

    def write(work: Work) -> dict[str, Any]:
        passkey = passkey_by_id(work.session, passkey_id)
        if passkey is None or not (passkey.staff_id == caller.principal.id or caller.principal.team == FOR_OTHERS):
            raise Refusal("not-found")
        passkey.ended_at = passkey.ended_at or work.now
        work.session.add(passkey)
        work.record(caller.access("authority.passkey.end", "passkey", passkey.id))
        return passkey_view(passkey)

    return write
