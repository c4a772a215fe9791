"""What every service's HTTP face has in common: problems, idempotency, paging, uploads, health."""

from shared.http.app import parts_of, service_app
from shared.http.downloads import send_blob
from shared.http.once import Once, once
from shared.http.paging import Cursor, Limit, page
from shared.http.uploads import receive

__all__ = ["Cursor", "Limit", "Once", "once", "page", "parts_of", "receive", "send_blob", "service_app"]
