"""kill -9 of the server in the middle of the work, again and again: nothing lost, nothing doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.outside_client import bootstrap, portal, send, staff
from tests.e2e.outside_files import request_file
from tests.e2e.outside_log import read_log
from tests.e2e.outside_people import Country, person
from tests.e2e.outside_server import Server, shokai
from tests.e2e.outside_work import batches, carry_back, carry_out, fetch, release

PLAN = "00012345"
KANA, HALF, KANJI = "アカサタナハマヤラワ", "ｱｶｻﾀﾅﾊﾏﾔﾗﾜ", "赤井江多奈葉真矢良和"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "bootstrap.toml").write_text(bootstrap(), "utf-8")
    shokai("init", "--data-dir", str(tmp_path / "data"), "--from", str(tmp_path / "bootstrap.toml"))
    running = Server(tmp_path / "data")
    running.start()
    yield running
    running.stop()


def crowd(count: int) -> tuple[list[list[str]], Country]:
    """Many members, and a registry that knows them all."""
    rows, by_name = [], {}
    for at in range(count):
        digits = [int(digit) for digit in f"{at:04d}"]
        given = "".join(KANJI[digit] for digit in digits)
        kana = "".join(KANA[digit] for digit in digits)
        entry = person(100 + at, f"ヤマ　{kana}", f"山　{given}", f"19{40 + at % 60:02d}0101", "1")
        half = "".join(HALF[digit] for digit in digits)
        rows.append([f"K-{at}", f"ﾔﾏ {half}", f"山　{given}", entry.birth, "1", "1050011", entry.address])
        by_name[f"山{given}"] = [entry]
    return rows, Country(by_name)


def again(server: Server) -> None:
    """Killed without a warning, and started once more."""
    server.kill()
    server.start()


def test_killed_at_every_stage(server: Server) -> None:
    rows, land = crowd(600)
    address = server.address
    data = request_file(PLAN, "provisional", "20260601", rows, "utf-8")
    request = send(portal(address), PLAN, "provisional", data, len(rows))
    again(server)  # while the file is being checked
    plan = portal(address)
    done = plan.until(f"/intake/v1/requests/{request}", "accepted", "returned")
    assert done["counts"] == {"received": len(rows), "accepted": len(rows), "rejected": 0}
    again(server)
    server.jobs_until("2026-06-15T23:59:59+09:00")
    again(server)  # after the cutoff
    (batch,) = batches(address, "2026-06-A").values()
    header, asked = carry_out(address, batch["id"])
    assert len(asked) == len(rows)
    again(server)  # after the hand-over
    carry_back(address, land, batch["id"], header, asked, "20260618")
    again(server)  # while the answers are being matched
    operator = staff(address, "operator-1")
    operator.until(f"/matcher/v1/batches/{batch['id']}", "releasable")
    release(address, batch["id"])
    again(server)  # while the reply is being made
    reply = fetch(portal(address), request, "utf-8")
    assert [row[0] for row in reply.records] == [str(serial) for serial in range(1, len(rows) + 1)]
    assert {row[2] for row in reply.records} == {"10"}
    assert len({row[3] for row in reply.records}) == len(rows)
    again(server)
    plan = portal(address)
    assert len(plan.items(f"/media/v1/replies?request_id={request}")) == 1
    assert plan.get(f"/intake/v1/requests/{request}")["state"] == "delivered"
    count = staff(address, "operator-1").get(f"/matcher/v1/inquiry-numbers/count?plan_number={PLAN}")["count"]
    assert count == len(rows)
    server.jobs_until("2026-06-25T00:00:00+09:00")
    log = server.data_dir / "audit" / "log"
    records = read_log(
        lambda path: (log / path).read_bytes() if (log / path).is_file() else None, (log / "public-key").read_text()
    )
    handed_over = [record for record in records if record["action"] == "matcher.batch.hand_over"]
    assert len([record for record in handed_over if record["outcome"] == "done"]) == 1
