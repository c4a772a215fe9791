"""Two cycles through the outside surface: a plan, a clerk, two operators and J-LIS, played by a script.

The script knows the files and the interfaces; it imports nothing of the project.
"""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.cluster import Cluster
from tests.e2e.outside_client import Caller, bootstrap, portal, send, staff, with_purpose
from tests.e2e.outside_disc import receive_disc, send_discs
from tests.e2e.outside_files import answer_file, disc_of, request_file
from tests.e2e.outside_log import read_log
from tests.e2e.outside_people import AWAY, CASES, Country, country
from tests.e2e.outside_server import Server, System, shokai
from tests.e2e.outside_work import batches, carry_back, carry_out, decide_reviews, fetch, release

PLAN, DISC_PLAN = "00012345", "00023456"
ASKED = [case for case in CASES if not case.codes]


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("walk")
    (folder / "bootstrap.toml").write_text(bootstrap(), "utf-8")
    arguments = ("init", "--data-dir", str(folder / "data"), "--from", str(folder / "bootstrap.toml"))
    assert shokai(*arguments)["mode"] == "demo"
    assert shokai(*arguments, expect=1)["refused"] == "data-dir-exists"
    running = Server(folder / "data")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def distributed() -> Iterator[Cluster]:
    cluster = Cluster(bootstrap()).start()
    try:
        yield cluster
        cluster.stop()
    finally:
        cluster.close()


@pytest.fixture(params=["embedded", "distributed"])
def server(request: pytest.FixtureRequest) -> System:
    """One process on one data directory, and many processes on a database server and a broker: the same outside."""
    system: System = request.getfixturevalue(request.param)
    return system


def judge(shown: dict[str, Any]) -> bool:
    """The reviewer: takes 鈴木 for the same person, 田中 not."""
    sides = json.dumps(shown, ensure_ascii=False)
    assert ("鈴木" in sides) != ("田中" in sides)
    return "鈴木" in sides


def test_two_cycles(server: System) -> None:
    address, land = server.address, country()
    plan = portal(address)
    numbers, disc_numbers = first_cycle(server, plan, land)
    second_cycle(server, plan, land, numbers, disc_numbers)
    nothing_is_left_of_the_numbers(server, land)
    server.jobs_until("2026-12-01T00:00:00+09:00")
    everything_is_in_the_log(server)


def first_cycle(server: System, plan: Caller, land: Country) -> tuple[dict[str, str], dict[str, str]]:
    """Provisional inquiries over both channels; gives the inquiry numbers by member id."""
    address = server.address
    data = request_file(PLAN, "provisional", "20260601", [case.row for case in CASES])
    request = send(plan, PLAN, "provisional", data, len(CASES))
    done = plan.until(f"/intake/v1/requests/{request}", "accepted", "returned")
    assert done["state"] == "accepted"
    assert done["cycle"] == "2026-06-A"
    assert done["counts"] == {"received": 19, "accepted": 17, "rejected": 2}
    findings_are_named(plan, request)
    a_wrong_file_is_returned(plan)
    another_plan_sees_nothing(address, request)
    disc_request = request_file(DISC_PLAN, "provisional", "20260602", [case.row for case in ASKED[:2]])
    reception = receive_disc(address, DISC_PLAN, {f"S{DISC_PLAN}_1_20260602_001.csv": disc_request})
    a_scratched_disc_goes_back(address)

    server.jobs_until("2026-06-15T23:59:59+09:00")
    server.jobs_until("2026-06-10T00:00:00+09:00", expect=1)
    (disc,) = staff(address, "clerk-1").get(f"/intake/v1/receptions/{reception}")["requests"]
    assert plan.until(f"/intake/v1/requests/{request}", "closed", "inquired")["cycle"] == "2026-06-A"
    plan.post(f"/intake/v1/requests/{request}/withdrawal", {}, expect=409)

    (batch,) = batches(address, "2026-06-A").values()
    assert batch["counts"]["inquiries"] == 19
    header, asked = carry_out(address, batch["id"])
    an_altered_answer_is_stopped(address, batch["id"], header, asked)
    carry_back(address, land, batch["id"], header, asked, "20260618")
    assert decide_reviews(address, batch["id"], judge) == 2
    assert staff(address, "operator-1").get(f"/matcher/v1/batches/{batch['id']}/balance")["balanced"]
    release(address, batch["id"])

    reply = fetch(plan, request, "cp932")
    outcomes_are_as_written(reply.records)
    assert {(row[1], row[2]) for row in reply.rejected} == {("A-18", "R06"), ("A-19", "R17")}
    assert reply.header[:3] == ["1", "1", PLAN]
    assert reply.header[5] == request
    discs = send_discs(address, DISC_PLAN, "2026-06-A", "cp932")
    (one,) = discs
    assert one.header[5] == disc["id"]
    assert [(row[1], row[2]) for row in one.records] == [("A-01", "10"), ("A-02", "10")]
    told = {row[1]: row[3] for row in reply.records if row[3]}
    return told, {row[1]: row[3] for row in one.records}


def second_cycle(
    server: System, plan: Caller, land: Country, numbers: dict[str, str], disc_numbers: dict[str, str]
) -> None:
    """Main, my_number and deletion requests by the inquiry numbers; things have happened to people."""
    address = server.address
    land.happens("中村茂", reason="23", reason_date="20260620")
    land.happens("小林恵子", reason="22", reason_date="20260619")
    land.happens("加藤武", reason="29", reason_date="20260618")
    land.happens("山田誠", reason="31", reason_date="20260621", address=AWAY, postal="0600807", municipality="011029")
    land.happens("松本由美", reason="33", reason_date="20260622", kanji="石井　由美", kana="イシイ　ユミ")
    land.gone_codes = {land.by_name["佐々木明"][0].code}
    land.refused_codes = {land.by_name["井上翔"][0].code}
    asked_for = ["A-01", "A-10", "A-11", "A-12", "A-14", "A-15", "A-16", "A-17"]
    main = request_file(PLAN, "main", "20260620", [[member, numbers[member]] for member in asked_for])
    main_request = send(plan, PLAN, "main", main, len(asked_for))
    secret = request_file(PLAN, "my_number", "20260620", [["A-01", numbers["A-01"]], ["A-03", numbers["A-03"]]])
    secret_request = send(plan, PLAN, "my_number", secret, 2)
    wrong = [["A-13", numbers["A-13"], "1"], ["B-01", disc_numbers["A-01"], "1"], ["B-02", "ABCDEFGHJ1", "1"]]
    deletion = request_file(PLAN, "deletion", "20260620", wrong)
    deletion_request = send(plan, PLAN, "deletion", deletion, 3)
    disc_main = request_file(DISC_PLAN, "main", "20260620", [["A-01", disc_numbers["A-01"]]])
    disc_secret = request_file(DISC_PLAN, "my_number", "20260620", [["A-02", disc_numbers["A-02"]]])
    files = {f"S{DISC_PLAN}_2_20260620_001.csv": disc_main, f"S{DISC_PLAN}_3_20260620_001.csv": disc_secret}
    receive_disc(address, DISC_PLAN, files)
    for request in (main_request, secret_request):
        done = plan.until(f"/intake/v1/requests/{request}", "accepted", "returned")
        assert (done["state"], done["counts"]["rejected"]) == ("accepted", 0)
    done = plan.until(f"/intake/v1/requests/{deletion_request}", "accepted", "returned")
    assert done["counts"] == {"received": 3, "accepted": 1, "rejected": 2}
    codes = {(item["line"], item["code"]) for item in plan.items(f"/intake/v1/requests/{deletion_request}/findings")}
    assert codes == {(3, "R14"), (4, "R13")}

    server.jobs_until("2026-06-30T23:59:59+09:00")
    made = batches(address, "2026-06-B")
    assert set(made) == {"main", "my_number"}
    for batch in made.values():
        header, asked = carry_out(address, batch["id"])
        assert all(row[1] for row in asked)
        carry_back(address, land, batch["id"], header, asked, "20260703")
        decide_reviews(address, batch["id"], lambda shown: True)
        assert release(address, batch["id"]) == (1 if batch["kind"] == "main" else 0), "one has died"

    statuses_are_as_written(fetch(plan, main_request, "cp932").records)
    secrets = fetch(plan, secret_request, "cp932").records
    names = {"A-01": "佐藤一郎", "A-03": "鈴木次郎"}
    assert {row[1]: row[-1] for row in secrets} == {m: land.by_name[name][0].number for m, name in names.items()}
    deleted = fetch(plan, deletion_request, "cp932")
    assert [row[1:4] for row in deleted.records] == [["A-13", numbers["A-13"], "1"]]
    assert {(row[1], row[2]) for row in deleted.rejected} == {("B-01", "R14"), ("B-02", "R13")}
    replies = {reply.header[1]: reply for reply in send_discs(address, DISC_PLAN, "2026-06-B", "cp932")}
    assert set(replies) == {"2", "3"}
    assert replies["2"].records[0][3] == "1"
    assert replies["3"].records[0][-1] == land.by_name["高橋花子"][0].number
    operator = staff(address, "operator-1")
    for batch in made.values():
        operator.until(f"/matcher/v1/batches/{batch['id']}", "masked" if batch["kind"] == "my_number" else "released")


def findings_are_named(plan: Caller, request: str) -> None:
    """Line, field, code, what to do in two languages; never the value."""
    found = plan.items(f"/intake/v1/requests/{request}/findings")
    errors = {(item["line"], item["field"], item["code"]) for item in found if item["severity"] == "error"}
    assert errors == {(19, "birth_date", "R06"), (20, "name_kanji", "R17")}
    assert all(item[text][language] for item in found for text in ("title", "action") for language in ("ja", "en"))
    assert "山本" not in json.dumps(found, ensure_ascii=False)
    table = plan.get(f"/intake/v1/requests/{request}/findings.csv")
    assert len(list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))) == len(found) + 1
    receipt = plan.get(f"/intake/v1/requests/{request}/receipt")
    assert "signature" in json.dumps(receipt)


def a_wrong_file_is_returned(plan: Caller) -> None:
    """A file that says one character set and is written in another goes back whole."""
    data = request_file(PLAN, "provisional", "20260601", [CASES[0].row], "utf-8", serial=2).replace(b"utf-8", b"cp932")
    request = send(plan, PLAN, "provisional", data, 1)
    done = plan.until(f"/intake/v1/requests/{request}", "accepted", "returned")
    assert done["state"] == "returned"
    assert "F01" in {item["code"] for item in plan.items(f"/intake/v1/requests/{request}/findings")}


def another_plan_sees_nothing(address: str, request: str) -> None:
    """Another plan's program learns not even that there is such a request; a stranger nothing at all."""
    other = portal(address, "other-portal", "other-secret-of-the-walk")
    assert other.get(f"/intake/v1/requests/{request}", expect=404)["code"] == "not-found"
    assert httpx.get(f"{address}/intake/v1/requests/{request}").status_code == 401
    forged = Caller(address, "e30.e30.e30")
    forged.get(f"/intake/v1/requests/{request}", expect=401)


def a_scratched_disc_goes_back(address: str) -> None:
    """A medium that cannot be opened is returned."""
    clerk = staff(address, "clerk-1")
    envelope = {
        "plan_number": DISC_PLAN,
        "received_on": "2026-06-02",
        "form_enclosed": True,
        "media": [{"label": "2"}],
    }
    made = clerk.post("/intake/v1/receptions", envelope)
    broken = disc_of({"S.csv": b"1"})[: 20 * 2048].replace(b"CD001", b"\0" * 5)
    read = clerk.put(
        f"/intake/v1/receptions/{made['id']}/media/1/image", broken, headers=with_purpose("intake-check", made["id"])
    )
    assert read["codes"] == ["F11"]
    clerk.post(f"/intake/v1/receptions/{made['id']}/return", {"reason": "読み取れない"}, expect=200)


def an_altered_answer_is_stopped(address: str, batch_id: str, header: list[str], asked: list[list[str]]) -> None:
    """An answer file of which a byte was changed is not taken; the right one still is."""
    data = answer_file(header, country().answers(header[2], asked), "2026-06-18T09:00:00+09:00", "20260618")
    path = f"/matcher/v1/batches/{batch_id}/answer-file"
    altered = data.replace("佐藤".encode(), "加藤".encode(), 1)
    operator = staff(address, "operator-1")
    operator.put(path, altered, headers=with_purpose("jlis-exchange", batch_id))
    stopped = operator.until(f"/matcher/v1/batches/{batch_id}", "balance_error", "handed_over", "in_review")
    assert stopped["state"] != "in_review"
    assert operator.get(f"/matcher/v1/batches/{batch_id}/balance")["balanced"] is False


def outcomes_are_as_written(records: list[list[str]]) -> None:
    """Each record of the first reply against the table of cases."""
    told = {row[1]: row for row in records}
    assert [row[0] for row in records] == [str(serial) for serial in range(1, len(ASKED) + 1)]
    assert set(told) == {case.member for case in ASKED}
    for case in ASKED:
        _serial, _member, outcome, number, differing = told[case.member]
        assert outcome == case.outcome, case.member
        assert bool(number) == (outcome in ("10", "11")), case.member
        if case.differing or outcome == "10":
            assert set(case.differing) == set(differing.split(";")) - {""}, case.member


def statuses_are_as_written(records: list[list[str]]) -> None:
    """Status, date and changes of the main reply."""
    told = {row[1]: row for row in records}
    assert {member: row[3] for member, row in told.items()} == {
        "A-01": "1", "A-10": "3", "A-11": "2", "A-12": "4", "A-14": "1", "A-15": "5", "A-16": "1", "A-17": "7",
    }  # fmt: skip
    assert told["A-10"][4] == "20260620"
    assert "DIED" in told["A-10"][11]
    assert "MOVED" in told["A-14"][11]
    assert "札幌" in told["A-14"][10]
    assert "RENAMED" in told["A-16"][11]
    assert "石井" in told["A-16"][6]
    assert told["A-15"][5:11] == [""] * 6


def nothing_is_left_of_the_numbers(server: System, land: Country) -> None:
    """No file of the system holds an individual number or a resident code in clear text."""
    secrets = [text.encode() for entries in land.by_name.values() for e in entries for text in (e.number, e.code)]
    for path in server.files():
        with suppress(FileNotFoundError):  # a database server's own files come and go
            data = path.read_bytes()
            assert not any(secret in data for secret in secrets), path.name


def everything_is_in_the_log(server: System) -> None:
    """The log verifies by the auditor's own code, over HTTP and from the files, and by the command."""
    address = server.address
    key = httpx.get(f"{address}/audit/v1/log/public-key").text

    def over_http(path: str) -> bytes | None:
        answer = httpx.get(f"{address}/audit/v1/log/{path}")
        return answer.content if answer.status_code == 200 else None

    def on_disk(path: str) -> bytes | None:
        place = server.published_log / path
        return place.read_bytes() if place.is_file() else None

    records = read_log(over_http, key)
    assert len(read_log(on_disk, key)) >= len(records)
    actions = {record["action"] for record in records}
    assert {"matcher.batch.hand_over", "matcher.review.read", "media.package.password"} <= actions
    text = json.dumps(records, ensure_ascii=False)
    assert not any(name in text for name in ("佐藤", "ｻﾄｳ", "芝公園"))
    found = staff(address, "auditor-1").get("/audit/v1/records?action=matcher.batch.hand_over&limit=5")["items"]
    assert found
    for item in found:
        assert records[item["index"]] == item["record"]
    assert server.verifies()
    assert shokai("audit", "verify", "--log", address)["ok"]
