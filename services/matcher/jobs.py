"""What the matcher does by schedule: destroy what is due, clear old replies, collect orphans."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.matcher.settings import MatcherParts
from services.matcher.storage.sealed import SEALED
from services.matcher.usecases.clear_replies import clear_replies, next_clearing
from services.matcher.usecases.collect_orphans import ORPHANS
from services.matcher.usecases.destroy_copies import destroy_copies, next_destruction
from shared.hosting import Job
from shared.hosting.resealing import Resealing


async def _next_destruction(parts: MatcherParts, until: datetime) -> datetime | None:
    return _up_to(await next_destruction(parts), until)


async def _destroy(parts: MatcherParts, at: datetime) -> Mapping[str, int]:
    return {"destroyed": await asyncio.to_thread(destroy_copies, parts, at)}


async def _next_clearing(parts: MatcherParts, until: datetime) -> datetime | None:
    months, now = parts.settings.reply_kept_months, parts.clock.now()
    return _up_to(await parts.db.read(lambda session: next_clearing(session, months, now)), until)


async def _clear(parts: MatcherParts, at: datetime) -> Mapping[str, int]:
    return {"replies": await asyncio.to_thread(clear_replies, parts, at)}


def _up_to(at: datetime | None, until: datetime) -> datetime | None:
    return at if at is not None and at <= until else None


JOBS: Final = (
    Job(
        "matcher.destroy-copies",
        "不要な複製の廃棄",
        "Destroy copies that are no longer needed",
        _next_destruction,
        _destroy,
    ),
    Job("matcher.clear-replies", "回答データの廃棄", "Destroy reply data kept long enough", _next_clearing, _clear),
    ORPHANS.job("matcher"),
    Resealing(SEALED).job("matcher"),
)
