"""/media/v1/blanks: the stock of blank discs, each accounted for."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from services.media.api.calls import TheParts, run, run_once
from services.media.usecases import stock_blanks
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once

router = APIRouter(prefix="/media/v1/blanks", tags=["blanks"])


class Stock(BaseModel):
    """Blanks that came in."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(ge=1, le=10_000)
    lot: str = Field(default="", max_length=40)


class BlankChange(BaseModel):
    """A blank that did not become a disc."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["spoilt", "destroyed"]


@router.post("", status_code=201)
async def stock(
    parts: TheParts,
    caller: Annotated[Caller, allow("media.blank.stock")],
    body: Stock,
    once_only: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Takes blanks into stock under the next numbers."""
    return await run_once(
        parts,
        caller,
        "media.blank.stock",
        "*",
        once_only,
        lambda work: stock_blanks.stock_blanks(work, caller, count=body.count, lot=body.lot),
    )


@router.get("")
async def list_blanks(
    parts: TheParts, caller: Annotated[Caller, allow("media.blank.list")], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Every blank by number, and how many are in each state."""
    return await run(
        parts,
        caller,
        "media.blank.list",
        "*",
        lambda work: stock_blanks.list_blanks(work, caller, limit=limit, cursor=cursor),
    )


@router.post("/{number}/events")
async def change_blank(
    parts: TheParts,
    caller: Annotated[Caller, allow("media.blank.change")],
    number: Annotated[int, Path(ge=1, le=2**31)],
    body: BlankChange,
) -> dict[str, Any]:
    """A blank was spoilt or destroyed."""
    return await run(
        parts,
        caller,
        "media.blank.change",
        str(number),
        lambda work: stock_blanks.set_blank(work, caller, number, body.state),
    )
