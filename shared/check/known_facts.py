"""What is known about a file beyond its bytes, and what only the server can know of it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

NEEDS_SERVER: Final = ("F07", "F10", "F12", "R14", "R15", "R16")


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """None always means: not known here, so not checked. `kind` is a header's code, counts are data records."""

    today: date
    plan_number: str | None = None
    kind: str | None = None
    registered_records: int | None = None
    received_before: bool = False
    clean: bool = True
    contract_in_force: bool = True
    max_records: int = 1_000_000
    max_bytes: int = 512 * 1024 * 1024
