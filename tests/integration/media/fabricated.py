"""Small replies as the matcher would hand them over: real blobs, real ciphers, invented people."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

import polars as pl

from services.media.app import create_service
from services.media.settings import MediaSettings
from shared.blobs.columns import put_frame
from shared.blobs.ref import BlobRef
from shared.events.intake import ClosedRequest, CycleClosed, Kind
from shared.events.matcher import ReadyReply, RepliesReady
from shared.ids import new_id
from tests.integration.conftest import Host

CYCLE = "2026-06-A"
PLAN = "00012345"
OTHER_PLAN = "00067890"
DISC_PLAN = "00055555"
PLACE = "reply.my_number"


@dataclass
class Asked:
    """One request of a closed cycle with its reply's frames."""

    kind: Kind = "provisional"
    plan: str = PLAN
    channel: str = "network"
    charset: str = "cp932"
    rows: int = 3
    rejected: int = 1
    chunk_rows: int = 50_000
    request_id: str = field(default_factory=new_id)
    reply_id: str = field(default_factory=new_id)


def number_of(serial: int) -> str:
    """An invented individual number (the check digit does not matter here)."""
    return f"{800000000000 + serial:012d}"


def address_of(serial: int) -> str:
    """An invented address that does not compress well; the third would be a formula in a spreadsheet."""
    return "=HYPERLINK(1)" if serial == 3 else f"東京都港区芝公園{sha256(str(serial).encode()).hexdigest()[:24]}"


def frame_of(asked: Asked, host: Host, serials: Sequence[int]) -> pl.DataFrame:
    """The reply chunk of these serials."""
    base = pl.DataFrame(
        {
            "serial": pl.Series(list(serials), dtype=pl.Int32),
            "member_id": [f"M{serial:06d}" for serial in serials],
            "inquiry_number": [f"AB{serial:07d}C" for serial in serials],
        }
    )
    match asked.kind:
        case "provisional":
            return base.with_columns(
                outcome=pl.lit("10"),
                differing=pl.when(pl.col("serial") == 2).then(pl.lit("NAME-VARIANT")).otherwise(pl.lit("")),
            )
        case "deletion":
            return base.with_columns(result=pl.lit("1"))
    people = base.with_columns(
        status=pl.lit("1"),
        status_date=pl.lit(""),
        name_kana=pl.lit("ﾖｼﾀﾞ ﾀﾛｳ"),
        name_kanji=pl.when(pl.col("serial") == 2).then(pl.lit("𠮷田　太郎")).otherwise(pl.lit("吉田　太郎")),
        birth_date=pl.lit("19600401"),
        sex=pl.lit("1"),
        postal_code=pl.lit("1050011"),
        address=pl.Series([address_of(serial) for serial in serials], dtype=pl.String),
        changes=pl.lit(""),
    )
    if asked.kind == "main":
        return people
    cipher = host.kit.keyring.field_cipher("my_number")
    held = [serial for serial in serials if serial != 1]
    rows = [f"{asked.request_id}/{serial}" for serial in held]
    sealed = dict(zip(held, cipher.encrypt_many([number_of(s) for s in held], place=PLACE, rows=rows), strict=True))
    return people.with_columns(
        my_number_sealed=pl.Series([sealed.get(serial, b"") for serial in serials], dtype=pl.Binary)
    )


def ready_reply(asked: Asked, host: Host) -> ReadyReply:
    """The reply with its chunks stored as the matcher stores them."""
    blobs = host.kit.blobs("matcher")
    key = f"plan/{asked.plan}"
    chunks: list[BlobRef] = []
    for first in range(1, asked.rows + 1, asked.chunk_rows):
        serials = range(first, min(asked.rows, first + asked.chunk_rows - 1) + 1)
        chunks.append(put_frame(blobs, frame_of(asked, host, serials), purpose="reply", key=key))
    rejected = pl.DataFrame(
        {
            "serial": pl.Series([asked.rows + 1] * asked.rejected, dtype=pl.Int32),
            "member_id": ["M999999"] * asked.rejected,
            "codes": ["R06;R17"] * asked.rejected,
        },
        schema={"serial": pl.Int32, "member_id": pl.String, "codes": pl.String},
    )
    outcome = {"provisional": "10", "deletion": "1"}.get(asked.kind, "1")
    return ReadyReply(
        reply_id=asked.reply_id,
        request_id=asked.request_id,
        plan_number=asked.plan,
        plan_name="試験企業年金基金",
        plan_address="東京都港区芝公園２－４－１",
        channel=asked.channel,
        charset=asked.charset,
        kind=asked.kind,
        cycle=CYCLE,
        batch_id=f"batch-{asked.kind}",
        records=asked.rows,
        rejected=asked.rejected,
        outcomes={outcome: asked.rows},
        registry_as_of="20260620",
        chunks=tuple(chunks),
        rejected_chunk=put_frame(blobs, rejected, purpose="reply", key=key) if asked.rejected else None,
    )


async def media(host: Host, settings: MediaSettings | None = None) -> None:
    """Hosts the media service alone."""
    await host.start(create_service(settings or MediaSettings(), host.kit))


async def close_cycle(host: Host, *asked: Asked) -> None:
    """Announces the closing list."""
    closed = [
        ClosedRequest(
            request_id=each.request_id,
            plan_number=each.plan,
            plan_name="試験企業年金基金",
            plan_address="東京都港区芝公園２－４－１",
            channel=each.channel,
            kind=each.kind,
            charset=each.charset,
            received=each.rows + each.rejected,
            accepted=each.rows,
            rejected=each.rejected,
            chunks=(),
            accepted_at=host.clock.now(),
        ).model_dump(mode="json")
        for each in asked
    ]
    blob = host.kit.blobs("intake").put(json.dumps(closed).encode(), purpose="closing-list", key="media")
    event = CycleClosed(
        cycle=CYCLE,
        closed_at=host.clock.now(),
        reply_due=date(2026, 6, 26),
        requests=len(asked),
        inquiries={},
        closing_list=blob,
    )
    await host.services["media"].parts.db.write(lambda work: work.announce(event, subject=CYCLE))
    await host.idle()


async def release(host: Host, kind: Kind, *asked: Asked) -> None:
    """Announces the replies of one kind."""
    listed = [ready_reply(each, host).model_dump(mode="json") for each in asked]
    blob = host.kit.blobs("matcher").put(json.dumps(listed).encode(), purpose="reply-list", key="media")
    event = RepliesReady(cycle=CYCLE, kind=kind, batch_id=f"batch-{kind}", replies=len(asked), reply_list=blob)
    await host.services["media"].parts.db.write(lambda work: work.announce(event, subject=f"{CYCLE}/{kind}"))
    await host.idle()
