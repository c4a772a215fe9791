"""Stored words read back as the types that events speak."""

from typing import cast

from services.matcher.storage.tables import Batch
from shared.events.intake import Kind


def kind_of(batch: Batch) -> Kind:
    """The batch's kind as events name it."""
    return cast(Kind, batch.kind)
