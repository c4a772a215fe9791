"""Settings of the media service, from the environment: SHOKAI_MEDIA_…"""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from services.media.domain.volumes import DISC_LIMIT_BYTES


class MediaSettings(BaseSettings):
    """How media are made and kept."""

    model_config = SettingsConfigDict(env_prefix="SHOKAI_MEDIA_")

    font: Path = Path("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf")
    """The Japanese typeface of all papers (IPAex Gothic)."""
    disc_limit_bytes: int = DISC_LIMIT_BYTES
    """Largest image of one volume."""
    backup_months: int = 3
    """Calendar months for which the backup of a reply is kept."""
    orphan_hours: int = 24
    """Age from which a blob that nothing names is an orphan of a crash."""
    carriers: tuple[str, ...] = ()
    """Carriers that may be named in a dispatch; empty allows any."""
