"""At the release: what went wrong with each request's records, by cause. Counts only."""

from collections import Counter
from collections.abc import Mapping

from services.matcher.domain.quality import causes_of
from services.matcher.storage.quality import quality_row
from services.matcher.storage.tables import Batch
from services.matcher.storage.told_tables import PlanQuality
from shared.db import Work
from shared.events.intake import ClosedRequest


def keep_quality(
    work: Work, batch: Batch, request: ClosedRequest, *, outcomes: Mapping[str, int], differing: Mapping[str, int]
) -> None:
    """Adds the request to its plan's cycle, in the transaction that makes the replies."""
    causes = causes_of(batch.kind, findings=request.findings, outcomes=outcomes, differing=differing)
    row = quality_row(work.session, request.plan_number, batch.cycle, batch.kind)
    if row is None:
        row = PlanQuality(
            plan_number=request.plan_number, cycle=batch.cycle, kind=batch.kind, records=0, causes={}, noted_at=work.now
        )
        work.session.add(row)
    row.records += request.received
    row.causes = dict(Counter(row.causes) + Counter(causes))
