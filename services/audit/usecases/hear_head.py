"""A source says what it has numbered last, because its own trail does not reach that far."""

from services.audit.parts import AuditParts
from services.audit.storage import chains, witnesses
from services.audit.storage.witness_tables import SourceHead
from shared.bus import Effect
from shared.db import Work
from shared.events.audit import TrailHead


async def hear_head(parts: AuditParts, event: TrailHead) -> Effect:
    """Records up to there are missing from now on (`gap`), or the source counts again from an earlier one (alarm)."""

    def effect(work: Work) -> None:
        arrived = chains.spans(work.session, event.source)
        last = arrived[-1].last if arrived else 0
        if event.sequence < last:
            chains.raise_alarm(work.session, "head-rewound", event.source, event.sequence + 1, last, work.now)
            return
        head = SourceHead(source=event.source, sequence=event.sequence, digest=event.digest, heard_at=work.now)
        witnesses.keep_head(work.session, head)

    return effect
