"""What the matcher's rows name, so that what they do not can be collected."""

from typing import Final

from services.matcher.storage.copies import named_blobs
from shared.hosting.orphans import Orphans

ORPHANS: Final = Orphans("matcher.orphan.destroy", named_blobs, lambda parts: int(parts.settings.orphan_hours))
