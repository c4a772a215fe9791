"""Keep which inquiry numbers a plan knows, and which were destroyed: the check needs both."""

import asyncio

import polars as pl

from services.intake.parts import IntakeParts
from services.intake.storage.doomed import doom
from services.intake.storage.registers import number_lists
from services.intake.storage.tables import NumberListRow
from shared.blobs.columns import get_frame, put_frame
from shared.blobs.errors import BlobGone
from shared.blobs.ref import BlobRef
from shared.bus.handling import Effect
from shared.db import Work

KEY = "intake"


async def keep_numbers(
    parts: IntakeParts, list_id: str, plan_number: str, fate: str, numbers: BlobRef
) -> Effect | None:
    """Copy a list of numbers; `fate` is issued or destroyed. Nothing to do where the list is gone again."""
    copy = await asyncio.to_thread(_copy, parts, numbers)
    if copy is None:
        return None
    return lambda work: _keep(work, list_id, plan_number, fate, copy)


async def forget_all_numbers(parts: IntakeParts, plan_number: str) -> Effect | None:
    """All of a plan's numbers were destroyed: what was issued is known as destroyed from now on."""

    def effect(work: Work) -> None:
        for row in number_lists(work.session, plan_number, "issued"):
            row.fate = "destroyed"
            work.session.add(row)

    return effect


def _copy(parts: IntakeParts, numbers: BlobRef) -> BlobRef | None:
    try:
        frame = get_frame(parts.blobs, numbers).select(pl.col("inquiry_number"))
    except BlobGone:
        return None
    return put_frame(parts.blobs, frame, purpose="inquiry-numbers", key=KEY)


def _keep(work: Work, list_id: str, plan_number: str, fate: str, copy: BlobRef) -> None:
    if work.session.get(NumberListRow, list_id) is not None:
        doom(work, [copy], what="", object_type="plan", object_id=plan_number)
        return
    work.session.add(
        NumberListRow(id=list_id, plan_number=plan_number, fate=fate, count=copy.records, numbers=copy.model_dump())
    )
