"""What the audit service's use cases stand on."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from services.audit.domain.notes import VerifierKey
from services.audit.domain.witnesses import WitnessPlace
from services.audit.settings import AuditSettings
from services.audit.storage import chains
from services.audit.storage.destruction_journal import DestructionJournal
from services.audit.storage.log_folder import LogFolder
from shared.hosting import Parts

LOG_KEY: Final = "audit-log"
CERTIFICATE_KEY: Final = "audit-certificate"


@dataclass(frozen=True, kw_only=True)
class AuditParts(Parts):
    """The stores, the clock, the published log and the key that signs it. One publication at a time."""

    settings: AuditSettings
    folder: LogFolder
    log_key: VerifierKey
    association: str
    witnesses: tuple[WitnessPlace, ...] = ()
    journal: DestructionJournal
    places: tuple[Path, ...] = ()
    publishing: Lock = field(default_factory=Lock)

    async def readiness(self) -> dict[str, int]:
        """How many alarms of the log nobody has explained."""
        return {"alarms": sum((await self.db.read(chains.open_alarms)).values())}
