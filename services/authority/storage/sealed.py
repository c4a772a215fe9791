"""The sealed columns of authority."""

from typing import Final

from services.authority.storage.tables import Staff
from shared.db.resealing import Row, SealedColumn

KEY: Final = "authority.staff"


def _id(row: Row) -> str:
    return str(row["id"])


SEALED: Final = (
    SealedColumn(Staff, "name_sealed", "staff.name", KEY, _id),
    SealedColumn(Staff, "totp_sealed", "staff.totp", KEY, _id),
)
