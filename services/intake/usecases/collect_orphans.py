"""What intake's rows name, so that what they do not can be collected."""

from typing import Final

from services.intake.storage.named import named_blobs
from shared.hosting.orphans import Orphans

ORPHANS: Final = Orphans("intake.orphan.destroy", named_blobs, lambda parts: int(parts.settings.orphan_hours))
