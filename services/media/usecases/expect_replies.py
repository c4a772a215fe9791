"""A cycle closed: keep which replies will come, so that a disc waits for all that belong on it."""

import json

from services.media.domain.kinds import group_of
from services.media.parts import MediaParts
from services.media.storage.replies import CLOSED, note_arrival
from services.media.storage.tables import Expected
from services.media.usecases.plan_discs import plan_discs
from shared.bus import Effect
from shared.db import Work
from shared.events.intake import ClosedRequest, CycleClosed
from shared.trail import Access, Actor


def expect_replies(parts: MediaParts, event: CycleClosed) -> Effect:
    """Stores the closing list; plans discs whose replies were faster than it."""
    closed = [ClosedRequest.model_validate(row) for row in json.loads(parts.blobs.get(event.closing_list))]

    def effect(work: Work) -> None:
        for request in closed:
            work.session.merge(
                Expected(
                    request_id=request.request_id,
                    cycle=event.cycle,
                    plan_number=request.plan_number,
                    kind=request.kind,
                    kind_group=group_of(request.kind),
                    channel=request.channel,
                    accepted=request.accepted,
                )
            )
        note_arrival(work.session, event.cycle, CLOSED)
        work.record(Access(Actor.job("media.cycles"), "media.cycle.expect", "cycle", event.cycle))
        plan_discs(work, event.cycle)

    return effect
