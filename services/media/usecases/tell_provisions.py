"""Tell the register of provisions what was provided to whom, and on which basis.

Refusal `legal-basis-missing` without one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, cast

from services.media.storage.discs import contents_of
from services.media.storage.tables import Disc, Reply
from shared.calendar.clock import JST
from shared.db import Work
from shared.events.intake import Kind
from shared.events.media import ProvisionMade
from shared.ids import new_id
from shared.legal import basis_of

PURPOSE: Final = "reply-delivery"


def tell_package_provided(work: Work, reply: Reply, sha256: str, *, by: str) -> None:
    """A plan has its package whole; its password may be told."""
    _tell(work, reply, ("reply", reply.id), people=reply.records, sha256=sha256, at=work.now, by=by)


def tell_disc_provided(work: Work, disc: Disc, replies: Sequence[Reply], *, at: datetime, by: str) -> None:
    """A disc left; each reply on it is a provision of its own, with the people that this volume holds."""
    held = {content.reply_id: content.records for content in contents_of(work.session, disc.id)}
    sha256 = str((disc.image or {}).get("sha256", ""))
    for reply in replies:
        _tell(work, reply, ("disc", disc.id), people=held.get(reply.id, 0), sha256=sha256, at=at, by=by)


def _tell(
    work: Work,
    reply: Reply,
    medium: tuple[Literal["reply", "disc"], str],
    *,
    people: int,
    sha256: str,
    at: datetime,
    by: str,
) -> None:
    provided = ProvisionMade(
        provision_id=new_id(),
        object_type=medium[0],
        object_id=medium[1],
        request_id=reply.request_id,
        plan_number=reply.plan_number,
        kind=cast(Kind, reply.kind),
        people=people,
        purpose=PURPOSE,
        legal_basis=basis_of(reply.kind, at.astimezone(JST).date()),
        channel=cast(Literal["network", "disc"], reply.channel),
        sha256=sha256,
        provided_at=at,
        by=by,
    )
    work.announce(provided, subject=reply.request_id)
