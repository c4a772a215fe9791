"""The ledger: one number for a plan and person, whoever is faster, and look-ups that do not walk the plan."""

from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from sqlalchemy import text

from services.matcher.storage.ledger import PERSON, Ledger
from shared.people.person import ITEMS
from tests.integration.matcher.world import OTHER_PLAN, PLAN, World, resident


def people(*numbers: int) -> pl.DataFrame:
    rows = [
        {"resident_code": one.resident_code, "status": "1"} | {item: getattr(one, item) for item in ITEMS}
        for one in map(resident, numbers)
    ]
    return pl.DataFrame(rows).select(PERSON)


async def test_two_workers_give_one_number_to_one_person(world: World) -> None:
    ledger, wanted = Ledger(world.parts.db, world.parts.keyring), people(*range(300), *range(300))
    with ThreadPoolExecutor(2) as workers:
        first, second = workers.map(lambda _: ledger.numbers_for(PLAN, wanted), range(2))
    assert first == second
    assert first[:300] == first[300:]
    assert len(set(first)) == 300
    assert not set(first) & set(ledger.numbers_for(OTHER_PLAN, wanted))


async def test_people_come_back_as_they_were_kept(world: World) -> None:
    ledger = Ledger(world.parts.db, world.parts.keyring)
    numbers = ledger.numbers_for(PLAN, people(1, 2))
    kept = ledger.people(PLAN, [*numbers, "0000000000"]).sort("resident_code")
    assert kept.select(PERSON).equals(people(1, 2).sort("resident_code"))
    assert ledger.people(OTHER_PLAN, numbers).height == 0


@pytest.mark.parametrize("store", ["sqlite"])  # the plan of that engine
async def test_numbers_are_looked_up_by_their_own_index(world: World) -> None:
    Ledger(world.parts.db, world.parts.keyring).numbers_for(PLAN, people(*range(50)))
    seen: list[str] = []

    def explained(statement: str) -> None:
        plan = world.parts.db.read_now(lambda session: session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all())
        seen.extend(row[3] for row in plan)

    explained("SELECT plan_number, inquiry_number, sealed, told FROM held WHERE inquiry_number IN ('A', 'B')")
    explained("SELECT person, inquiry_number FROM held WHERE plan_number = 'P' AND person IN (x'00', x'01')")
    assert all("SEARCH" in step for step in seen)
    assert "inquiry_number=?" in seen[0]
    assert "plan_number=? AND person=?" in seen[1]
