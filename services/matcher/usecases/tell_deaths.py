"""At the release: which plans have been told of which deaths goes into the register."""

from services.matcher.storage.deaths import keep_told, told_now
from services.matcher.storage.tables import Batch
from shared.db import Work


def tell_deaths(work: Work, batch: Batch) -> None:
    """The deaths of the batch leave it for the register, in the transaction that makes the replies."""
    keep_told(
        work.session,
        [
            {
                "token": death.token,
                "plan_number": death.plan_number,
                "inquiry_number": death.inquiry_number,
                "batch_id": batch.id,
                "request_id": death.request_id,
                "serial": death.serial,
                "as_of": batch.registry_as_of,
                "told_at": work.now,
            }
            for death in told_now(work.session, batch.id)
        ],
    )
