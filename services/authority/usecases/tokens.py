"""Puts tokens into the world: signed, noted as living, so that they can be ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from services.authority.domain.duty import Standing
from services.authority.domain.registers import SERVICES
from services.authority.parts import AuthorityParts
from services.authority.storage.sessions import keep_token
from services.authority.storage.tables import Equipment, IssuedToken, Staff
from shared.auth.principals import Principal
from shared.auth.tokens import TokenIssuer
from shared.crypto.published import TOKENS
from shared.db import Work
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Issued:
    """What a caller gets."""

    access_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105  a type, not a token


def issue(
    parts: AuthorityParts, work: Work, principal: Principal, *, audiences: Sequence[str], session_id: str | None = None
) -> Issued:
    """A token for `principal`, noted in the same transaction."""
    seconds = parts.settings.token_seconds
    named = replace(principal, token_id=new_id())
    now = parts.machine.now()
    holder = f"{principal.kind}:{principal.id}"
    # A second longer than the token says, because tokens count whole seconds.
    token = IssuedToken(
        id=named.token_id, holder=holder, session_id=session_id, expires_at=now + timedelta(seconds=seconds + 1)
    )
    keep_token(work, token, now)
    signer = parts.keyring.signer(TOKENS)
    return Issued(
        TokenIssuer(signer.key_id, signer.private_key).issue(named, audiences=audiences, seconds=seconds), seconds
    )


def issue_to_staff(parts: AuthorityParts, work: Work, staff: Staff, equipment: Equipment, session_id: str) -> Issued:
    """A token for a person at a piece of equipment."""
    standing = standing_of(staff)
    principal = Principal(
        kind="staff",
        id=staff.id,
        team=staff.team,
        equipment=equipment.id,
        equipment_class=equipment.equipment_class,
        place=equipment.place,
        roster_until=standing.last_day,
        trained_until=standing.trained_until,
    )
    return issue(parts, work, principal, audiences=SERVICES, session_id=session_id)


def standing_of(staff: Staff) -> Standing:
    """What the register says about a person's duty."""
    return Standing(staff.roster_from, staff.roster_to, staff.pledged_on, staff.trained_on, staff.left_on)
