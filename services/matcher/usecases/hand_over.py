"""Hand the inquiry file to the operator who carries it to J-LIS: two people, recorded before the first byte."""

from services.matcher.domain.batch import Act, after
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of, ref_of
from services.matcher.storage.tables import Batch
from services.matcher.usecases.words import kind_of
from shared.auth.caller import Caller
from shared.blobs.ref import BlobRef
from shared.db import Work
from shared.events.matcher import BatchHandedOver

ACT = "matcher.batch.hand_over"


async def hand_over(parts: MatcherParts, caller: Caller, batch_id: str) -> BlobRef:
    """The inquiry file, once the approval is used and the record committed. Carrying it again needs a new approval."""
    return await parts.db.write(lambda work: _hand_over(work, caller, batch_id))


def _hand_over(work: Work, caller: Caller, batch_id: str) -> BlobRef:
    batch = batch_of(work.session, batch_id)
    state = after(batch.state, Act.HAND_OVER)
    work.refuse_if_frozen("jlis", batch=batch.id)
    work.use_approval(caller, ACT, batch.id)
    file = ref_of(batch.inquiry_file)
    if batch.handed_over_at is None:
        _announce(work, batch)
    batch.state = state
    work.record(caller.access(ACT, "batch", batch.id, subjects=batch.asked, release=file.sha256))
    return file


def _announce(work: Work, batch: Batch) -> None:
    batch.handed_over_at = work.now
    work.announce(BatchHandedOver(batch_id=batch.id, cycle=batch.cycle, kind=kind_of(batch)), subject=batch.id)
