"""What obstore's errors mean to us."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from obstore.exceptions import BaseError

from shared.blobs.errors import BlobDamaged, BlobGone, StoreAway, StoreFull

_NO_BUCKET: Final = "<Code>NoSuchBucket</Code>"
_NO_ROOM: Final = ("status code: 507", "<Code>QuotaExceeded</Code>")
_BEYOND_THE_END: Final = "status code: 416"


@contextmanager
def away_where_refused() -> Iterator[None]:
    """BlobGone where there is no such object, BlobDamaged where it ends before the range that is asked for;
    StoreFull and StoreAway for what a person or time may mend.

    Refused credentials count as away: the operator mends them, and until then everything waits."""
    try:
        yield
    except FileNotFoundError as missing:
        if _NO_BUCKET in str(missing):
            raise StoreAway from missing
        raise BlobGone("the blob's bytes are gone") from None
    except (BaseError, OSError) as refused:
        if _BEYOND_THE_END in str(refused):
            raise BlobDamaged("a blob has another length than was written") from None
        if any(sign in str(refused) for sign in _NO_ROOM):
            raise StoreFull from refused
        raise StoreAway from refused
