"""What can go wrong with a stored blob."""

from shared.refusals import Refusal


class BlobDamaged(Exception):
    """The bytes are not the ones that were written: cut off, reordered, swapped or altered."""


class BlobGone(Exception):
    """The blob was destroyed, or never finished."""


class StoreFull(Refusal):
    """No room is left; nothing was kept of what was being written."""

    def __init__(self) -> None:
        super().__init__("storage-full")
