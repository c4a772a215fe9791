"""Tell the destruction ledger which data of people a request has, and until when they are kept."""

from services.intake.storage.tables import RequestRow
from services.intake.usecases.end_of_life import data_due, data_of
from shared.db import Work
from shared.hosting.keeping import tell_kept


def tell_request_data(work: Work, row: RequestRow, keep_months: int) -> None:
    """All that is kept of it now; without an end while the request goes on."""
    tell_kept(
        work,
        data_of(row),
        service="intake",
        what="request_data",
        object_type="request",
        object_id=row.id,
        belongs_to={"plan": row.plan_number, "reception": row.reception_id},
        kept_from=row.file_received_at,
        due_at=data_due(row, keep_months),
    )
