"""Schedule -> use case. Every due instant is derived from the store."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

from sqlmodel import Session

from services.intake.parts import IntakeParts
from services.intake.storage.doomed import all_doomed
from services.intake.storage.registers import media_to_transfer, plans_to_end, reader_copies
from services.intake.storage.requests import finished_requests, first_awaiting
from services.intake.usecases.close_cycle import close_cycle, is_due
from services.intake.usecases.collect_orphans import ORPHANS
from services.intake.usecases.destroy_doomed import destroy_doomed
from services.intake.usecases.end_contract import announce_ended_contracts
from services.intake.usecases.end_of_life import (
    data_due,
    doom_reader_copies,
    doom_request_data,
    expire_registrations,
    registration_ends,
)
from services.intake.usecases.transfer_day import transfer_day
from shared.calendar.business_days import on_or_after
from shared.calendar.clock import JST, day_begins
from shared.calendar.retention import due
from shared.hosting import Job

Counts = Mapping[str, int]


async def next_cutoff(parts: IntakeParts, until: datetime) -> datetime | None:
    """The cutoff of the oldest open cycle."""
    found = await parts.db.read(lambda session: is_due(session, until))
    return None if found is None else found[1]


async def run_cutoff(parts: IntakeParts, at: datetime) -> Counts:
    """Close the oldest open cycle whose cutoff has come."""
    found = await parts.db.read(lambda session: is_due(session, at))
    counts = {} if found is None else await close_cycle(parts, found[0])
    return counts | {"copies_destroyed": await destroy_doomed(parts)}


async def next_transfer(parts: IntakeParts, until: datetime) -> datetime | None:
    """The evening of the business day on which the oldest waiting medium was read, or of the next one."""
    media = await parts.db.read(media_to_transfer)
    read = [each.read_at for each in media if each.read_at is not None]
    return _evening_after(min(read), parts.settings.transfer_hour) if read else None


async def run_transfer(parts: IntakeParts, at: datetime) -> Counts:
    """Transfer what was read by then."""
    return await transfer_day(parts, at)


async def next_expiry(parts: IntakeParts, until: datetime) -> datetime | None:
    """When the oldest registration without a file expires."""
    rows = await parts.db.read(first_awaiting)
    return registration_ends(rows[0], parts.settings.registration_days) if rows else None


async def run_expiry(parts: IntakeParts, at: datetime) -> Counts:
    """Expire them."""
    return {"registrations": await parts.db.write(lambda work: expire_registrations(work, parts, at))}


async def next_contract_end(parts: IntakeParts, until: datetime) -> datetime | None:
    """The midnight after the earliest last day of a contract."""
    plans = await parts.db.read(lambda session: plans_to_end(session, until.astimezone(JST).date()))
    if not plans or plans[0].contract_to is None:
        return None
    return day_begins(plans[0].contract_to + timedelta(days=1))


async def run_contract_end(parts: IntakeParts, at: datetime) -> Counts:
    """Announce contracts that have ended."""
    return {"contracts": await parts.db.write(lambda work: announce_ended_contracts(work, at))}


async def next_destruction(parts: IntakeParts, until: datetime) -> datetime | None:
    """The earliest instant at which a copy is due to be destroyed."""
    months = parts.settings.request_data_months
    return await parts.db.read(lambda session: _earliest_destruction(session, months, parts.clock.now()))


async def run_destruction(parts: IntakeParts, at: datetime) -> Counts:
    """Destroy reader's copies after 120 days, the data of finished requests, and what a crash left undone."""
    copies = await parts.db.write(lambda work: doom_reader_copies(work, at))
    requests = await parts.db.write(lambda work: doom_request_data(work, parts, at))
    destroyed = await destroy_doomed(parts)
    return {"reader_copies": copies, "requests": requests, "copies_destroyed": destroyed}


def _earliest_destruction(session: Session, months: int, now: datetime) -> datetime | None:
    instants = [row.doomed_at for row in all_doomed(session)[:1]]
    for copy in reader_copies(session, now=now)[:1]:
        instants += [at] if copy.processed_at and (at := due("reader_copy", copy.processed_at)) else []
    for request in finished_requests(session, now=now)[:1]:
        instants += [at] if (at := data_due(request, months)) else []
    return min(instants, default=None)


def _evening_after(read_at: datetime, hour: int) -> datetime:
    local = read_at.astimezone(JST)
    evening = datetime.combine(on_or_after(local.date()), time(hour), JST)
    if evening < local:
        evening = datetime.combine(on_or_after(local.date() + timedelta(days=1)), time(hour), JST)
    return evening


JOBS: Final = (
    Job("intake-transfer", "日次転送", "Daily transfer of what the reader read", next_transfer, run_transfer),
    Job("intake-cutoff", "締切", "Cutoff of the cycle", next_cutoff, run_cutoff),
    Job("intake-expiry", "未着登録の失効", "Expire registrations without a file", next_expiry, run_expiry),
    Job("intake-contracts", "契約終了の通知", "Announce ended contracts", next_contract_end, run_contract_end),
    Job("intake-destruction", "保管期間の終了", "Destroy what is due", next_destruction, run_destruction),
    ORPHANS.job("intake"),
)
