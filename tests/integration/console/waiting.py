"""Reviews that wait in a running house: a plan has asked, J-LIS has answered, people must look."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from tests.e2e.outside_client import portal, send, staff
from tests.e2e.outside_files import request_file
from tests.e2e.outside_people import AWAY, TOWN, Country, Entry, person
from tests.e2e.outside_work import batches, carry_back, carry_out
from tests.unit.cli.apart import Apart

PLAN: Final = "00012345"
CYCLE: Final = "2026-06-A"
GIVEN: Final = tuple("一二三四五六七八九十")
NAMES: Final = ("鈴木", "渡辺", "渡邉", "齋藤", "斎藤", "ｽｽﾞｷ", "ﾜﾀﾅﾍﾞ", "ｻｲﾄｳ")
"""Whom the reviews are about: none of these may stand where personal data must not."""
ELSEWHERE: Final = {"address": AWAY, "postal": "0600807", "municipality": "011029"}
Asked = tuple[str, str, str, str, str, str]


def people() -> Iterator[tuple[Asked, list[Entry]]]:
    """Three kinds in turn, as asked and as held: one of two of a name; a day of birth apart; somebody who moved."""
    for at, given in enumerate(GIVEN, 1):
        twin = person(at, "ワタナベ　ユウコ", f"渡辺　{given}", "19790303", "2")
        other = replace(
            person(100 + at, "ワタナベ　ユウコ", f"渡邉　{given}", "19790313", "2"), address=AWAY, reason="31"
        )
        yield ("ﾜﾀﾅﾍﾞ ﾕｳｺ", f"渡辺　{given}", "19790303", "2", "1050011", TOWN), [twin, other]
        saito = person(200 + at, "サイトウ　アケミ", f"齋藤　{given}", "19610504", "2")
        yield ("ｻｲﾄｳ ｱｹﾐ", f"斎藤　{given}", "5360405", "2", "1050011", "港区芝公園2-4-1"), [saito]
        suzuki = person(300 + at, "スズキ　ジロウ", f"鈴木　{given}", "19550607", "1", **ELSEWHERE)
        yield ("ｽｽﾞｷ ｼﾞﾛｳ", f"鈴木　{given}", "5300607", "1", "1050011", TOWN), [suzuki]


def let_reviews_wait(house: Apart) -> str:
    """Play a cycle as far as the reviews, three times ten of them; gives the batch."""
    address = house.url("front")
    rows = [[f"A-{at:02}", *asked] for at, (asked, _) in enumerate(people(), 1)]
    country = Country({asked[1].replace("　", ""): held for asked, held in people()})
    plan = portal(address)
    request = send(plan, PLAN, "provisional", request_file(PLAN, "provisional", "20260601", rows), len(rows))
    plan.until(f"/intake/v1/requests/{request}", "accepted")
    move_to(house, "2026-06-15T23:59:59+09:00")
    plan.until(f"/intake/v1/requests/{request}", "closed", "inquired")
    (batch,) = batches(address, CYCLE).values()
    header, inquiries = carry_out(address, batch["id"])
    carry_back(address, country, batch["id"], header, inquiries, "20260618")
    staff(address, "operator-1").until(f"/matcher/v1/batches/{batch['id']}", "in_review")
    return str(batch["id"])


def move_to(house: Apart, at: str) -> None:
    """Run all that is due until then."""
    running = house.embedded.run_jobs(datetime.fromisoformat(at))
    asyncio.run_coroutine_threadsafe(running, house._loop).result(60)


def give_all_back(house: Apart) -> None:
    """Nobody holds anything any more."""
    supervisor = staff(house.url("front"), "supervisor-1")
    for review in supervisor.items("/matcher/v1/reviews?state=waiting"):
        if review["assigned"] == "another":
            supervisor.post(f"/matcher/v1/reviews/{review['id']}/assignment/withdrawal", {}, expect=200)
