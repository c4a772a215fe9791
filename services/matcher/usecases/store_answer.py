"""Take J-LIS's answer file in. Its check and the matching follow by themselves."""

from typing import Final

from services.matcher.domain.batch import Act, State, after
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of, ref_of
from services.matcher.storage.tables import Batch
from services.matcher.usecases.destroy_copies import doom
from shared.auth.caller import Caller
from shared.blobs.ref import BlobRef
from shared.db import Work
from shared.events.matcher import AnswerFileStored
from shared.refusals import Refusal

ACT: Final = "matcher.batch.store_answer"
DAMAGED: Final = "answer-damaged"
TAKEN: Final = {State.ANSWERING, State.MATCHING, State.IN_REVIEW, State.RELEASABLE, State.RELEASED, State.MASKED}


async def may_store_answer(parts: MatcherParts, batch_id: str) -> None:
    """Refusal before the upload begins, where no answer can be expected for this batch."""

    def look(work: Work) -> None:
        batch = batch_of(work.session, batch_id)
        if batch.state not in TAKEN:
            after(batch.state, Act.STORE_ANSWER)

    await parts.db.write(look)


async def store_answer(parts: MatcherParts, caller: Caller, batch_id: str, file: BlobRef) -> str:
    """The batch's state afterwards. The same file again changes nothing; another one after it is refused."""
    try:
        return await parts.db.write(lambda work: _store(work, caller, batch_id, file))
    except Refusal:
        parts.blobs.destroy(file)
        raise


def _store(work: Work, caller: Caller, batch_id: str, file: BlobRef) -> str:
    batch = batch_of(work.session, batch_id)
    if _is_stored(batch, file):
        doom(work, file, what="exchange_file", batch_id=batch.id)
        return batch.state
    if batch.state in TAKEN:
        raise Refusal("answer-already-taken", state=batch.state)
    batch.state = after(batch.state, Act.STORE_ANSWER)
    _replace(work, batch, file)
    work.announce(AnswerFileStored(batch_id=batch.id), subject=batch.id)
    work.record(caller.access(ACT, "batch", batch.id, subjects=batch.asked, release=file.sha256))
    return batch.state


def _is_stored(batch: Batch, file: BlobRef) -> bool:
    """The same file, and it can still be read."""
    stored = batch.answer_file
    return stored is not None and stored["sha256"] == file.sha256 and batch.balance_code != DAMAGED


def _replace(work: Work, batch: Batch, file: BlobRef) -> None:
    """A file that did not balance goes when its correction comes."""
    if batch.answer_file is not None:
        doom(work, ref_of(batch.answer_file), what="exchange_file", batch_id=batch.id)
    batch.answer_file = file.model_dump()
    batch.balance_code, batch.balance_seqs, batch.balance_in_all = "", [], 0
