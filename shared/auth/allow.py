"""The gate in front of every route: token, matrix, purpose, presence, second person. A refusal is recorded."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request
from sqlalchemy import select
from sqlmodel import Session

from shared.auth.acts import ActRule, act_rules
from shared.auth.caller import Caller
from shared.auth.certificates import same, shown
from shared.auth.known_here import who_is_in
from shared.auth.policy import refusal_of
from shared.auth.presence import UNCONFIRMED, presence_of
from shared.auth.principals import ANONYMOUS, Principal
from shared.auth.tokens import TokenVerifier
from shared.calendar.clock import JST
from shared.db.database import Database
from shared.db.work import is_frozen
from shared.refusals import Refusal
from shared.telemetry.tracing import current_trace_id
from shared.trail import Access

APPROVAL_WAIT_SECONDS: Final = 3.0
APPROVAL_LOOK_SECONDS: Final = 0.05


def allow(act: str) -> Any:
    """A dependency that lets only those call whom the matrix allows `act`, and hands their Caller to the route."""

    async def gate(
        request: Request,
        authorization: Annotated[str, Header(include_in_schema=False)] = "",
        shokai_purpose: Annotated[str, Header(description="Why: a code of the list of purposes")] = "",
        shokai_case: Annotated[str, Header(description="The request, batch, disc or incident that this serves")] = "",
        shokai_approval: Annotated[str, Header(description="The second person's approval")] = "",
    ) -> Caller:
        rule = act_rules()[act]
        database: Database = request.app.state.parts.db
        principal, mark = ANONYMOUS, ""
        try:
            if authorization or not rule.open:
                principal, frozen = await _principal(request, authorization)
                if frozen:  # an account that is frozen does nothing anywhere, whatever tokens it still has
                    raise Refusal("frozen", object_type="account")
            if not rule.open:
                today = database.clock.now().astimezone(JST).date()
                code = refusal_of(
                    rule, principal, today=today, purpose=shokai_purpose, case=shokai_case, approval=shokai_approval
                )
                if code is not None:
                    raise Refusal(code, act=act)
                mark = await _presence(database, rule, principal)
        except Refusal as refusal:
            await _record_refusal(database, principal, act, refusal.code)
            raise
        if rule.two_people:
            await _arrival(database, shokai_approval)
        return Caller(
            principal=principal,
            purpose=shokai_purpose[:40],
            case=shokai_case[:80],
            approval=shokai_approval[:36],
            request_id=request.state.request_id,
            mark=mark,
        )

    gate.act = act  # type: ignore[attr-defined]  # read by the test that walks every route
    return Depends(gate)


async def _principal(request: Request, authorization: str) -> tuple[Principal, bool]:
    """Who calls, and whether that account is frozen."""
    scheme, _, token = authorization.partition(" ")
    if not authorization:
        raise Refusal("token-missing")
    if scheme.lower() != "bearer":
        raise Refusal("token-invalid")
    verifier: TokenVerifier = request.app.state.tokens
    database: Database = request.app.state.parts.db
    principal = verifier.principal(token.strip(), audience=database.service)
    if principal.certificate and not same(principal.certificate, shown(request.scope)):
        raise Refusal("token-invalid")
    revoked = database.plumbing.revoked_token
    gone = select(revoked.c.token_id).where(revoked.c.token_id == principal.token_id)

    def look_up(session: Session) -> tuple[bool, bool]:
        ended = session.connection().execute(gone).first() is not None
        return ended, is_frozen(session, database.plumbing, "account", principal.id)

    ended, frozen = await database.read(look_up)
    if ended:
        raise Refusal("token-invalid")
    return principal, frozen


async def _presence(database: Database, rule: ActRule, principal: Principal) -> str:
    """The mark for the record where nobody knows whether the person is in the room. Refusal `not-in-room`."""
    if not rule.place or principal.kind != "staff":
        return ""
    known = await database.read(lambda session: who_is_in(session, database.plumbing, rule.place))
    found = presence_of(principal.id, known, database.clock.now())
    if found == "outside":
        raise Refusal("not-in-room", act=rule.act)
    return UNCONFIRMED if found == "unknown" else ""


async def _arrival(database: Database, approval: str) -> None:
    """The decision travels as an event; give it a moment where the requester was faster."""
    table = database.plumbing.approval
    known = select(table.c.id).where(table.c.id == approval)
    for _ in range(int(APPROVAL_WAIT_SECONDS / APPROVAL_LOOK_SECONDS)):
        if await database.read(lambda session: session.connection().execute(known).first()) is not None:
            return
        await asyncio.sleep(APPROVAL_LOOK_SECONDS)


async def _record_refusal(database: Database, principal: Principal, act: str, code: str) -> None:
    access = Access(
        principal.actor, act, "act", act, outcome="refused", reason=code, channel="http", trace_id=current_trace_id()
    )
    await database.write(lambda work: work.record(access))
