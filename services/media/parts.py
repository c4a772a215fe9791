"""What the use cases of media stand on."""

from dataclasses import dataclass
from typing import Final

from services.media.settings import MediaSettings
from shared.hosting import Parts
from shared.papers.press import Press

BACKUP_KEY: Final = "media"
"""The keyring's key over sealed replies and disc images, which are kept as the backup of the reply."""


@dataclass(frozen=True, kw_only=True)
class MediaParts(Parts):
    """The service's stores, its settings, its printing press and the association's name."""

    settings: MediaSettings
    press: Press
    association: str
