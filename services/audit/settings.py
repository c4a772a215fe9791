"""What can be set about the audit service."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.audit.domain.notes import is_key_name


class AuditSettings(BaseSettings):
    """Read from the environment: SHOKAI_AUDIT_…"""

    model_config = SettingsConfigDict(env_prefix="SHOKAI_AUDIT_", frozen=True)

    log_origin: str = Field(
        default="", description="Name of the log in its checkpoints, fixed at the first start; empty: made from its key"
    )
    checkpoint_seconds: int = Field(default=5, ge=1, le=10, description="A new record is in a checkpoint after so long")
    checkpoint_records: int = Field(default=1000, ge=1, le=1000, description="So many new records need no waiting")
    gap_alarm_seconds: int = Field(default=60, ge=1, description="A gap in the records is an alarm after so long")

    witnesses: tuple[str, ...] = Field(
        default=(),
        description='Who cosigns the checkpoints: a JSON list of "URL verifier-key", as the witness prints it',
    )
    witness_ca: Path | None = Field(default=None, description="Certificates that the witnesses' TLS is checked against")

    font: Path = Field(
        default=Path("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"),
        description="The Japanese typeface of all papers (IPAex Gothic)",
    )

    detection_seconds: int = Field(
        default=120, ge=1, le=3600, description="A new record is judged by the detections after so long"
    )
    room_log_days: int = Field(
        default=3,
        ge=1,
        le=60,
        description="Days that work in the room waits for its room log before it counts as missing",
    )

    destruction_journal: Path | None = Field(
        default=None,
        description="File that names what was destroyed, on another disk than data and backups: a restored backup has "
        "it destroyed again; default: destroyed.jsonl in the service's data",
    )
    sentinel_places: tuple[Path, ...] = Field(
        default=(),
        description="Folders that the sentinel looks at beside the data directory: a JSON list (logs, spool, backups)",
    )
    sentinel_hours: int = Field(default=24, ge=1, le=168, description="The sentinel makes a round after so long")

    @field_validator("log_origin")
    @classmethod
    def _is_origin(cls, origin: str) -> str:
        if origin and not is_key_name(origin):
            raise ValueError("an origin has no spaces and no plus sign")
        return origin
