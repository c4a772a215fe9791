"""The published log: checkpoint, tiles, key, proofs. Open and unrecorded: it holds no personal data and is public."""

import asyncio
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from services.audit.api.inputs import AnySize, Size, TheParts
from services.audit.domain.tiles import tile_of
from services.audit.usecases.prove import prove_consistency, prove_inclusion, published_tile
from services.audit.usecases.witnesses.digest import digest_of
from services.audit.usecases.witnesses.show import witnesses_shown
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.refusals import Refusal

router: Final = APIRouter(prefix="/audit/v1/log", tags=["log"])
Open = Annotated[Caller, allow("audit.log.read")]
PLAIN: Final = "text/plain; charset=utf-8"
FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/public-key", response_class=Response)
async def public_key(parts: TheParts, caller: Open) -> Response:
    """The verifier key of the log, as in C2SP signed-note."""
    return Response(f"{parts.log_key.text}\n", media_type=PLAIN)


@router.get("/checkpoint", response_class=Response)
async def checkpoint(parts: TheParts, caller: Open) -> Response:
    """The newest checkpoint, as in C2SP tlog-checkpoint."""
    data = await asyncio.to_thread(parts.folder.checkpoint)
    if data is None:
        raise Refusal("not-found")
    return Response(data, media_type=PLAIN)


@router.get("/cosigned", response_class=Response)
async def cosigned(parts: TheParts, caller: Open) -> Response:
    """The newest checkpoint that witnesses have cosigned, with their signatures, as in C2SP tlog-cosignature."""
    data = await asyncio.to_thread(parts.folder.cosigned)
    if data is None:
        raise Refusal("not-found")
    return Response(data, media_type=PLAIN)


@router.get("/witnesses")
async def witnesses(parts: TheParts, caller: Annotated[Caller, allow("audit.witness.view")]) -> dict[str, Any]:
    """Who cosigns the checkpoints, and what each signed last."""
    await parts.db.write(lambda work: work.record(caller.access("audit.witness.list", "witness", "all")))
    return {"items": await witnesses_shown(parts), "next_cursor": None}


@router.get("/digests/{day}")
async def digest(day: date, parts: TheParts, caller: Annotated[Caller, allow("audit.witness.view")]) -> dict[str, Any]:
    """The last checkpoint of a day in Japan's time with its cosignatures, to print and keep."""
    found = await digest_of(parts, day)
    await parts.db.write(lambda work: work.record(caller.access("audit.digest.view", "log", day.isoformat())))
    return found


@router.get("/tile/{path:path}", response_class=Response)
async def tile(path: str, parts: TheParts, caller: Open) -> Response:
    """A tile or an entry bundle, as in C2SP tlog-tiles."""
    wanted = tile_of(f"tile/{path}")
    data = await asyncio.to_thread(published_tile, parts, wanted)
    return Response(data, media_type="application/octet-stream", headers=FOR_EVER)


@router.get("/proofs/inclusion")
async def inclusion(parts: TheParts, caller: Open, index: Size, size: AnySize = None) -> dict[str, Any]:
    """That a record is in the log: its leaf hash, the path and the root it leads to, as in RFC 9162."""
    return await asyncio.to_thread(prove_inclusion, parts, index, size)


@router.get("/proofs/consistency")
async def consistency(
    parts: TheParts,
    caller: Open,
    old: Annotated[int, Query(alias="from", ge=0, lt=2**53)],
    new: Annotated[int | None, Query(alias="to", ge=0, lt=2**53)] = None,
) -> dict[str, Any]:
    """That the log of `to` records extends that of `from` records, as in RFC 9162."""
    return await asyncio.to_thread(prove_consistency, parts, old, new)
