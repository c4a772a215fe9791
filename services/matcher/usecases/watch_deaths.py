"""Somebody who was told dead is answered as living: a case for every plan that was told, and an alarm.

The cases are opened with the matching of the part, not at the release: the registry's word is the alarm, and a plan
that stopped a pension cannot wait until a review is decided or somebody releases the batch. A case says "look here"; it
changes no reply. Each row of the register becomes a case once, because opening it takes the row away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from services.matcher.settings import MatcherParts
from services.matcher.storage.deaths import newest_told, positions_of, told_at
from services.matcher.storage.tables import Batch
from services.matcher.storage.told_tables import DeathCase, DeathTold
from shared.crypto.keyring import Keyring
from shared.db import Work
from shared.events.matcher import DeathCaseOpened
from shared.ids import new_id
from shared.trail import Access, Actor

JOB: Final = Actor.job("matcher.watch-deaths")
KEY: Final = "deaths"
NOBODY: Final = pl.DataFrame(schema={"resident_code": pl.String, "status": pl.String})


@dataclass(frozen=True, slots=True)
class Seen:
    """Living people of a part (resident_code, status), and where in the register some of them stood when we looked."""

    people: pl.DataFrame
    positions: Sequence[int]
    newest: int


def death_tokens(keyring: Keyring, resident_codes: Sequence[str]) -> list[bytes]:
    """Keyed pseudonyms of people, the same for every plan, under a key that serves nothing else."""
    return keyring.blind_index(KEY).of_many(resident_codes, scope="resident_code")


def look(parts: MatcherParts, people: pl.DataFrame) -> Seen:
    """Outside the transaction, because a part may hold 50,000 living people. Blocking."""
    newest = parts.db.read_now(newest_told)
    if not newest or people.is_empty():
        return Seen(people, (), newest)
    tokens = death_tokens(parts.keyring, people["resident_code"].to_list())
    return Seen(people, parts.db.read_now(lambda session: positions_of(session, tokens)), newest)


def open_cases(work: Work, keyring: Keyring, batch: Batch, seen: Seen) -> None:
    """A case for each plan that was told; what the register learned since `look` is looked at again."""
    told = told_at(work.session, seen.positions, newer_than=seen.newest) if not seen.people.is_empty() else ()
    if not told:
        return
    codes = seen.people["resident_code"].to_list()
    living = dict(zip(death_tokens(keyring, codes), seen.people["status"].to_list(), strict=True))
    for row in told:
        # An answer older than the death says nothing against it.
        if row.token in living and batch.registry_as_of >= row.as_of:
            _open(work, batch, row, living[row.token])


def _open(work: Work, batch: Batch, told: DeathTold, status: str) -> None:
    case = DeathCase(
        id=new_id(),
        plan_number=told.plan_number,
        request_id=told.request_id,
        serial=told.serial,
        told_batch_id=told.batch_id,
        told_as_of=told.as_of,
        told_at=told.told_at,
        batch_id=batch.id,
        as_of=batch.registry_as_of,
        status=status,
        opened_at=work.now,
    )
    work.session.add(case)
    work.session.delete(told)
    work.announce(
        DeathCaseOpened(case_id=case.id, plan_number=case.plan_number, batch_id=batch.id), subject=case.plan_number
    )
    work.record(Access(JOB, "matcher.death_case.open", "death_case", case.id, subjects=1, case=batch.id))
