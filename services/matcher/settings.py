"""What can be set about the matcher, and what its use cases stand on."""

from dataclasses import dataclass

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.matcher.domain.review import FourEyes
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
    evidence_kept_months: int = 13
    """Months that the reason codes behind each decision are kept, so that new rules can be rehearsed on them."""
    orphan_hours: int = 48
    """Age from which a blob that no row names is destroyed."""
    review_hours: int = Field(default=24, ge=1)
    """Hours after which a review that somebody took may be taken by another."""
    review_four_eyes: FourEyes = "accepted"
    """Which verdicts a second person must share: "accepted" (same person), or "all"."""
    review_blind_share: float = Field(default=0.05, ge=0, le=1)
    """Share of reviews that a second person judges without knowing what the first one said."""
    handlers: int = 4
    """Handlers that run side by side."""


@dataclass(frozen=True, kw_only=True)
class MatcherParts(Parts):
    """The matcher's stores, clock and settings."""

    settings: MatcherSettings
