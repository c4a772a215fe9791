"""A running house that has lived through a provisional cycle and asks again by number; people die, or do not."""

from dataclasses import dataclass

from tests.e2e.outside_client import portal, send, staff
from tests.e2e.outside_files import request_file
from tests.e2e.outside_people import TOWN, Country, person
from tests.e2e.outside_work import batches, carry_back, carry_out, fetch, release
from tests.integration.console.waiting import PLAN, move_to
from tests.unit.cli.apart import Apart

ROWS = (
    ["A-01", "ｻﾄｳ ｲﾁﾛｳ", "佐藤　一郎", "19600102", "1", "1050011", TOWN],
    ["A-02", "ﾅｶﾑﾗ ｼｹﾞﾙ", "中村　茂", "19350515", "1", "1050011", TOWN],
    ["A-03", "ｿﾗﾉ ﾎｼﾐ", "空野　星美", "19850101", "2", "1050011", TOWN],
)


@dataclass
class Months:
    """The house, its J-LIS, and what the plan was told in its first cycle."""

    house: Apart
    land: Country
    numbers: dict[str, str]

    def ask_again(self, cycle: str, until: str, on: str) -> str:
        """A main inquiry about everybody whom the plan knows by number, answered; gives the batch."""
        address, rows = self.house.url("front"), [[member, number] for member, number in self.numbers.items()]
        plan = portal(address)
        created = cycle[:4] + cycle[5:7] + "20"
        request = send(plan, PLAN, "main", request_file(PLAN, "main", created, rows), len(rows))
        plan.until(f"/intake/v1/requests/{request}", "accepted")
        move_to(self.house, until)
        (batch,) = batches(address, cycle).values()
        header, asked = carry_out(address, batch["id"])
        carry_back(address, self.land, batch["id"], header, asked, on)
        staff(address, "operator-1").until(f"/matcher/v1/batches/{batch['id']}", "releasable")
        return str(batch["id"])


def first_month(house: Apart) -> Months:
    """Two are found, one is not; the reply is delivered."""
    address = house.url("front")
    land = Country(
        {
            "佐藤一郎": [person(1, "サトウ　イチロウ", "佐藤　一郎", "19600102", "1")],
            "中村茂": [person(9, "ナカムラ　シゲル", "中村　茂", "19350515", "1")],
        }
    )
    plan = portal(address)
    data = request_file(PLAN, "provisional", "20260601", [list(row) for row in ROWS])
    request = send(plan, PLAN, "provisional", data, len(ROWS))
    plan.until(f"/intake/v1/requests/{request}", "accepted")
    move_to(house, "2026-06-15T23:59:59+09:00")
    (batch,) = batches(address, "2026-06-A").values()
    header, asked = carry_out(address, batch["id"])
    carry_back(address, land, batch["id"], header, asked, "20260618")
    staff(address, "operator-1").until(f"/matcher/v1/batches/{batch['id']}", "releasable")
    release(address, batch["id"])
    told = {row[1]: row[3] for row in fetch(plan, request, "cp932").records if row[3]}
    assert set(told) == {"A-01", "A-02"}
    return Months(house, land, told)
