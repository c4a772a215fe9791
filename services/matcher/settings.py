"""What can be set about the matcher, and what its use cases stand on."""

from dataclasses import dataclass

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.hosting import Parts


class MatcherSettings(BaseSettings):
    """Environment: SHOKAI_MATCHER_…"""

    model_config = SettingsConfigDict(env_prefix="SHOKAI_MATCHER_", frozen=True)

    part_rows: int = 50_000
    """Most inquiries that one worker matches at a time."""
    spill_rows: int = 200_000
    """Most answers held in memory while an answer file is cut into parts."""
    answer_limit_bytes: int = 8 << 30
    """Largest answer file."""
    reply_kept_months: int = 3
    """Months that a reply's columns are kept after its media are complete."""
    orphan_hours: int = 48
    """Age from which a blob that no row names is destroyed."""
    handlers: int = 4
    """Handlers that run side by side."""


@dataclass(frozen=True, kw_only=True)
class MatcherParts(Parts):
    """The matcher's stores, clock and settings."""

    settings: MatcherSettings
