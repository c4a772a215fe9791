"""Lists replies and shows one: where it stands, never what is in it."""

from typing import Any

from services.media.storage.replies import replies_after, reply_of
from services.media.storage.tables import Reply
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.http.paging import decode, page
from shared.refusals import Refusal


def list_replies(
    work: Work, caller: Caller, *, request_id: str, state: str, cycle: str, limit: int, cursor: str
) -> dict[str, Any]:
    """One page of the replies that the caller may know of."""
    plans = caller.principal.plans if caller.principal.kind == "client" else frozenset({"*"})
    rows = replies_after(
        work.session,
        after=decode(cursor),
        limit=limit,
        plans=plans,
        request_id=request_id,
        state=state,
        cycle=cycle,
    )
    work.record(caller.access("media.reply.list", "request" if request_id else "reply", request_id or "*"))
    return page([shown(row) for row in rows], limit=limit, position=lambda item: item["id"])


def show_reply(work: Work, caller: Caller, reply_id: str) -> dict[str, Any]:
    """One reply. Refusal `not-found` also for another plan's."""
    reply = reply_for(work, caller, reply_id)
    work.record(caller.access("media.reply.read", "reply", reply.id))
    return shown(reply)


def reply_for(work: Work, caller: Caller, reply_id: str) -> Reply:
    """The reply, if the caller may know of it: a plan's client learns nothing of another plan's."""
    reply = reply_of(work.session, reply_id)
    if caller.principal.kind == "client" and not caller.principal.may_act_for(reply.plan_number):
        raise Refusal("not-found")
    return reply


def shown(reply: Reply) -> dict[str, Any]:
    """A reply as the outside sees it."""
    package = reply.package or {}
    return {
        "id": reply.id,
        "request_id": reply.request_id,
        "plan_number": reply.plan_number,
        "kind": reply.kind,
        "cycle": reply.cycle,
        "channel": reply.channel,
        "state": reply.state,
        "counts": {"records": reply.records, "rejected": reply.rejected},
        "sha256": package.get("sha256"),
        "size": package.get("size"),
        "ready_at": reply.completed_at and reply.completed_at.astimezone(JST).isoformat(),
        "received_at": reply.received_at and reply.received_at.astimezone(JST).isoformat(),
        "expires_at": reply.expires_at and reply.expires_at.astimezone(JST).isoformat(),
    }
