"""The sealed columns of the media service: passwords."""

from typing import Final

from services.media.storage.tables import Disc, Reply
from shared.db.resealing import Row, SealedColumn

KEY: Final = "media_password"


def _id(row: Row) -> str:
    return str(row["id"])


SEALED: Final = (
    SealedColumn(Reply, "password", "reply.password", KEY, _id),
    SealedColumn(Disc, "password", "disc.password", KEY, _id),
)
