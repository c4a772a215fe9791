"""After a rotation every sealed column comes under the newest version, on both stores, and the older ones go."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from services.authority.app import SCHEMA as AUTHORITY
from services.authority.storage.sealed import SEALED as AUTHORITY_SEALED
from services.authority.storage.tables import Staff
from services.matcher.app import SCHEMA as MATCHER
from services.matcher.storage.sealed import SEALED as MATCHER_SEALED
from services.matcher.storage.tables import Held, Review, ReviewVerdict
from services.media.storage.sealed import SEALED as MEDIA_SEALED
from shared.crypto.errors import KeyDestroyed
from shared.db import Database, Schema
from shared.db.resealing import SealedColumn
from shared.hosting.parts import Parts
from shared.hosting.resealing import AGAIN_AFTER, Resealing
from tests.integration.conftest import Host

PLACE: Final = re.compile(r"[a-z_]+\.[a-z_]+")
AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
ALL: Final = (*AUTHORITY_SEALED, *MEDIA_SEALED, *MATCHER_SEALED)
ELSEWHERE: Final = {
    "reply.my_number": "a column of the bulk data of a batch; gone when its replies are complete",
    "room_entry.operator": "rows of the room log may not change; its key keeps every version",
}


def parts_of(host: Host, schema: Schema, name: str) -> Parts:
    kit = host.kit
    return Parts(name=name, db=kit.database(schema), blobs=kit.blobs(name), keyring=kit.keyring, clock=kit.clock)


@pytest.fixture
def matcher(host: Host) -> Iterator[Parts]:
    parts = parts_of(host, MATCHER, "matcher")
    yield parts
    parts.db.close()


@pytest.fixture
def authority(host: Host) -> Iterator[Parts]:
    parts = parts_of(host, AUTHORITY, "authority")
    yield parts
    parts.db.close()


def add(db: Database, *rows: Any) -> None:
    """Stores rows."""
    db.write_now(lambda work: work.session.add_all(rows))


def review(parts: Parts, plan: str, review_id: str) -> list[Any]:
    """A review and two verdicts on it, each with a sealed reason."""
    cipher = parts.keyring.field_cipher(f"plan/{plan}")

    def reason(row: str) -> bytes:
        return cipher.encrypt(f"reason {row}", place="review.reason", row=row)

    def verdict(turn: int, row: str) -> ReviewVerdict:
        by = f"operator-{turn}"
        return ReviewVerdict(
            review_id=review_id, turn=turn, by=by, same_person=True, outcome="same", reason=reason(row), at=AT
        )

    facts: dict[str, Any] = {"batch_id": "b", "slice_id": "s", "seq": 1, "serial": 1, "candidates": 1, "opened_at": AT}
    first = Review(
        id=review_id, plan_number=plan, sides=cipher.encrypt("{}", place="review.sides", row=review_id), **facts
    )
    return [first, verdict(1, review_id), verdict(2, f"{review_id}/2")]


async def run(resealing: Resealing, parts: Parts, at: datetime) -> Any:
    """What the schedule does."""
    assert await resealing.next_due(parts, at) == at
    return await resealing.run(parts, at)


async def test_a_plan_s_columns_come_under_the_newest_version_and_others_stay(matcher: Parts) -> None:
    add(matcher.db, *review(matcher, "00012345", "r1"), *review(matcher, "00099999", "r2"))
    resealing = Resealing(MATCHER_SEALED)
    assert await resealing.next_due(matcher, AT) is None
    before = _reasons(matcher)
    matcher.keyring.rotate("plan/00012345")
    assert resealing.left(matcher) == {"plan/00012345": 3}
    assert await run(resealing, matcher, AT) == {"resealed": 3, "keys": 1}
    assert resealing.left(matcher) == {"plan/00012345": 0}
    after = _reasons(matcher)
    assert {row for row in before if before[row] != after[row]} == {("r1", 1), ("r1", 2)}
    cipher = matcher.keyring.field_cipher("plan/00012345")
    assert cipher.decrypt(after["r1", 2], place="review.reason", row="r1/2") == "reason r1/2"


async def test_the_older_version_goes_after_a_second_look(matcher: Parts) -> None:
    add(matcher.db, *review(matcher, "00012345", "r1"))
    late = review(matcher, "00012345", "r9")
    before = late[1].reason
    resealing = Resealing(MATCHER_SEALED)
    matcher.keyring.rotate("plan/00012345")
    await run(resealing, matcher, AT)
    assert await resealing.next_due(matcher, AT) is None
    add(matcher.db, *late)  # a transaction that had begun before the rotation
    assert await run(resealing, matcher, AT + AGAIN_AFTER) == {"resealed": 3, "keys": 1}
    assert await resealing.next_due(matcher, AT + timedelta(days=1)) is None
    (info,) = [one for one in matcher.keyring.list() if one.name == "plan/00012345"]
    assert (info.version, info.oldest_version) == (2, 2)
    cipher = matcher.keyring.field_cipher("plan/00012345")
    assert cipher.decrypt(_reasons(matcher)["r9", 1], place="review.reason", row="r9") == "reason r9"
    with pytest.raises(KeyDestroyed):
        cipher.decrypt(before, place="review.reason", row="r9")


async def test_many_rows_are_gone_through_in_steps(matcher: Parts) -> None:
    cipher = matcher.keyring.field_cipher("ledger/00012345")
    numbers = [f"{at:010}" for at in range(2500)]
    sealed = cipher.encrypt_many(numbers, place="held.sealed", rows=numbers)
    rows = [
        Held(inquiry_number=number, plan_number="00012345", person=number.encode(), sealed=one)
        for number, one in zip(numbers, sealed, strict=True)
    ]
    add(matcher.db, *rows)
    matcher.keyring.rotate("ledger/00012345")
    assert await run(Resealing(MATCHER_SEALED), matcher, AT) == {"resealed": 2500, "keys": 1}


async def test_names_and_one_time_secrets_of_staff(authority: Parts) -> None:
    cipher = authority.keyring.field_cipher("authority.staff")
    name = cipher.encrypt("試験", place="staff.name", row="clerk-1")
    totp = cipher.encrypt("00ff", place="staff.totp", row="clerk-1")
    days: dict[str, Any] = {"roster_from": date(2026, 4, 1), "added_at": AT}
    add(authority.db, Staff(id="clerk-1", name_sealed=name, totp_sealed=totp, team="clerk", password_hash="-", **days))
    authority.keyring.rotate("authority.staff")
    assert await run(Resealing(AUTHORITY_SEALED), authority, AT) == {"resealed": 2, "keys": 1}
    staff = authority.db.read_now(lambda session: session.get(Staff, "clerk-1"))
    assert staff is not None
    assert staff.name_sealed != name
    assert cipher.decrypt(staff.name_sealed, place="staff.name", row="clerk-1") == "試験"


def test_every_place_where_a_value_is_sealed_is_known() -> None:
    found = {place for file in Path("services").rglob("*.py") for place in _places(ast.parse(file.read_text("utf-8")))}
    assert found == {column.place for column in ALL} | set(ELSEWHERE)


def test_no_two_services_share_a_key() -> None:
    owners = Counter(
        key for sealed in (AUTHORITY_SEALED, MEDIA_SEALED, MATCHER_SEALED) for key in {one.key for one in sealed}
    )
    assert set(owners.values()) == {1}


@pytest.mark.parametrize("column", ALL, ids=lambda column: f"{column.place}")
def test_a_key_s_name_tells_whose_rows_it_opens(column: SealedColumn) -> None:
    assert column.plan_of(column.key.replace("{plan_number}", "00012345")) == ("00012345" if "{" in column.key else "")
    assert column.plan_of("something else") is None


def _places(module: ast.Module) -> Iterator[str]:
    """Constants that name a place, and places written where they are used: `table.column`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            named, value = getattr(target, "id", ""), node.value
        elif isinstance(node, ast.keyword):
            named, value = (node.arg or "").upper(), node.value
        else:
            continue
        if (
            named.endswith(("PLACE", "PSEUDONYM"))
            and isinstance(value, ast.Constant)
            and PLACE.fullmatch(str(value.value))
        ):
            yield str(value.value)


def _reasons(parts: Parts) -> dict[tuple[str, int], bytes]:
    rows = parts.db.read_now(lambda session: session.query(ReviewVerdict).all())
    return {(row.review_id, row.turn): row.reason for row in rows if row.reason is not None}
