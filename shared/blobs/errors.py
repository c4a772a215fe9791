"""What can go wrong with a stored blob."""

from shared.refusals import Permanent, Refusal


class BlobDamaged(Permanent):
    """The bytes are not the ones that were written: cut off, reordered, swapped or altered."""


class BlobGone(Exception):
    """The blob was destroyed, or never finished.

    Not permanent in the sense of the bus: on a shared volume a new key file may be seen a moment later than its event.
    """


class StoreFull(Refusal):
    """No room is left; nothing was kept of what was being written."""

    def __init__(self) -> None:
        super().__init__("storage-full")


class StoreAway(Refusal):
    """The store does not answer, or not in time; trying again later may go well."""

    def __init__(self) -> None:
        super().__init__("busy")


class BucketUnfit(Exception):
    """The bucket is not there, may not be written, or keeps versions, so that nothing in it could be destroyed."""
