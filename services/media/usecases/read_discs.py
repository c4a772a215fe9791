"""Lists discs and shows one with its life and its blank."""

from typing import Any

from sqlmodel import Session

from services.media.domain.kinds import words_of
from services.media.storage.blanks import blank_of
from services.media.storage.discs import (
    disc_of,
    discs_after,
    dispatch_id_of,
    replies_on,
    steps_of,
)
from services.media.storage.tables import Disc
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.http.paging import decode, page


def list_discs(
    work: Work, caller: Caller, *, state: str, cycle: str, plan_number: str, limit: int, cursor: str
) -> dict[str, Any]:
    """One page of discs in number order."""
    rows = discs_after(
        work.session, after=decode(cursor), limit=limit, state=state, cycle=cycle, plan_number=plan_number
    )
    work.record(caller.access("media.disc.list", "disc", "*"))
    return page([shown(work.session, row) for row in rows], limit=limit, position=lambda item: item["number"])


def show_disc(work: Work, caller: Caller, disc_id: str) -> dict[str, Any]:
    """One disc with the steps of its life. Refusal `not-found`."""
    disc = disc_of(work.session, disc_id)
    work.record(caller.access("media.disc.read", "disc", disc.id))
    history = [
        {"state": step.state, "at": step.at.astimezone(JST).isoformat(), "actor": step.actor}
        for step in steps_of(work.session, disc.id)
    ]
    return shown(work.session, disc) | {"history": history}


def shown(session: Session, disc: Disc) -> dict[str, Any]:
    """A disc as the outside sees it."""
    replies = replies_on(session, disc)
    blank = blank_of(session, disc.id)
    image = disc.image or {}
    return {
        "id": disc.id,
        "number": disc.number,
        "plan_number": disc.plan_number,
        "cycle": disc.cycle,
        "kind_group": disc.kind_group,
        "kinds": sorted({reply.kind for reply in replies}),
        "contents": words_of([reply.kind for reply in replies]),
        "volume": disc.volume,
        "volumes": disc.volumes,
        "state": disc.state,
        "request_ids": [reply.request_id for reply in replies],
        "reply_ids": [reply.id for reply in replies],
        "image": {"sha256": image["sha256"], "size": image["size"]} if image else None,
        "blank_number": blank.number if blank else None,
        "dispatch_id": dispatch_id_of(session, disc.id) or None,
        "replaces": disc.replaces or None,
        "made_at": disc.made_at.astimezone(JST).isoformat(),
        "expires_at": disc.expires_at and disc.expires_at.astimezone(JST).isoformat(),
    }
