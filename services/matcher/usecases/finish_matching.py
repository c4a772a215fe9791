"""When the last part is matched, the batch waits for its reviews, or may be released."""

from services.matcher.domain.batch import Act, State, after
from services.matcher.storage.batches import outcomes_of, parts_left, reviews_open
from services.matcher.storage.tables import Batch
from services.matcher.usecases.words import kind_of
from shared.db import Work
from shared.events.matcher import BatchAnswered


def finish_when_matched(work: Work, batch: Batch) -> None:
    """In the transaction of each finished part; the last one moves the batch on."""
    work.session.flush()
    if batch.state != State.MATCHING or parts_left(work.session, batch.id):
        return
    waiting = reviews_open(work.session, batch.id)
    batch.state = after(batch.state, Act.AWAIT_REVIEWS if waiting else Act.CLEAR)
    batch.matched_at = work.now
    work.announce(
        BatchAnswered(
            batch_id=batch.id,
            cycle=batch.cycle,
            kind=kind_of(batch),
            outcomes=outcomes_of(work.session, batch.id),
            in_review=waiting,
        ),
        subject=batch.id,
    )


def clear_when_reviewed(work: Work, batch: Batch) -> None:
    """In the transaction of each decision; the last one makes the batch releasable."""
    work.session.flush()
    if batch.state == State.IN_REVIEW and not reviews_open(work.session, batch.id):
        batch.state = after(batch.state, Act.CLEAR)
