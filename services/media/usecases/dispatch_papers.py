"""The hand-over sheet for the sealing contractor: envelope, labels, seal; never personal data."""

from typing import Any

from services.media.domain.kinds import words_of
from services.media.making.words import japanese_date
from services.media.parts import MediaParts
from services.media.storage.discs import replies_on
from services.media.storage.dispatches import discs_in, dispatch_of
from services.media.storage.tables import Disc
from shared.auth.caller import Caller
from shared.db import Work


def manifest_of(parts: MediaParts, work: Work, caller: Caller, dispatch_id: str) -> dict[str, Any]:
    """What stands on the sheet."""
    dispatch = dispatch_of(work.session, dispatch_id)
    discs = discs_in(work.session, dispatch.id)
    work.record(caller.access("media.dispatch.manifest", "dispatch", dispatch.id, case=caller.case or dispatch.id))
    return {
        "association": parts.association,
        "plan_number": dispatch.plan_number,
        "plan_name": discs[0].plan_name,
        "plan_address": discs[0].plan_address,
        "red": dispatch.kind_group == "my_number",
        "made_on": japanese_date(dispatch.made_at),
        "dispatch_code": dispatch.number,
        "discs": [_row(work, disc) for disc in discs],
        "count": str(len(discs)),
        "seal_number": dispatch.seal_number or "－",
        "carrier": dispatch.carrier,
        "tracking_number": dispatch.tracking_number,
    }


def _row(work: Work, disc: Disc) -> dict[str, Any]:
    return {
        "number": disc.number,
        "title": words_of([reply.kind for reply in replies_on(work.session, disc)]),
        "cycle": disc.cycle,
        "volume": f"{disc.volume} / {disc.volumes}",
        "red": disc.kind_group == "my_number",
    }
