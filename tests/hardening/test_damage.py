"""Stored bytes that change, disks that are full, clocks that go backwards."""

import asyncio
import resource
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event

from shared.blobs.places import Places
from shared.calendar import clock as clocks
from shared.events import Event
from shared.events.intake import FileReceived
from shared.events.matcher import AnswerFileStored
from shared.events.media import PackageRequested
from shared.refusals import Refusal
from tests.e2e.outside_files import open_package, request_file
from tests.e2e.outside_people import CASES, country
from tests.hardening.house import PLAN, House, answers

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKED = [case.row for case in CASES if case.outcome == "10"]
Damage = Callable[[Path, Path], None]


def flip(data: Path, key: Path) -> None:
    """One bit of the sealed bytes."""
    sealed = bytearray(data.read_bytes())
    sealed[len(sealed) // 2] ^= 1
    data.write_bytes(sealed)


def cut(data: Path, key: Path) -> None:
    """The last byte is lost."""
    data.write_bytes(data.read_bytes()[:-1])


def empty(data: Path, key: Path) -> None:
    """Nothing is left but the file."""
    data.write_bytes(b"")


def spoil_key(data: Path, key: Path) -> None:
    """The small file beside the bytes."""
    key.write_bytes(key.read_bytes()[:20])


def zero(data: Path, key: Path) -> None:
    """A block of zeros, as a bad sector leaves."""
    data.write_bytes(bytes(data.stat().st_size))


DAMAGES: tuple[Damage, ...] = (flip, cut, empty, spoil_key, zero)


def files_of(house: House, blob_id: str) -> tuple[Path, Path]:
    """Where a blob's bytes and key lie."""
    root = house.data_dir / "blobs"
    owner, name = blob_id.split(".", 1)
    return root / "data" / owner / name[-2:] / f"{name}.blob", Places(root).key(blob_id)


def look(house: House, service: str, query: str) -> list[Any]:
    """Rows of a service's database."""
    database = house.embedded.services[service].parts.db
    return list(database.read_now(lambda session: session.connection().exec_driver_sql(query).all()))


@contextmanager
def before(house: House, service: str, kind: type[Event], act: Callable[[Any], None]) -> Iterator[None]:
    """Does something just before an event of that kind is handled."""
    handlers = house.embedded._inboxes[service]._handlers
    original = handlers[kind.TYPE]

    async def handler(parts: Any, told: Any) -> Any:
        await asyncio.to_thread(act, told)
        return await original(parts, told)

    handlers[kind.TYPE] = handler
    try:
        yield
    finally:
        handlers[kind.TYPE] = original


def blob_ids(house: House, service: str, query: str) -> list[str]:
    """The blobs that rows name in JSON, by SQLite's own reading of it."""
    return [row[0] for row in look(house, service, query)]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_file_damaged_before_its_check_is_returned_and_others_go_on(house: House, damage: Damage) -> None:
    serial = 10 + DAMAGES.index(damage)
    victim_file = request_file(PLAN, "provisional", "20260601", [ASKED[0]], serial=serial)
    victim = await house.register(victim_file, 1)

    def act(told: FileReceived) -> None:
        if told.request_id == victim:
            query = f"select json_extract(files, '$[0].id') from request where id = '{victim}'"
            (blob_id,) = blob_ids(house, "intake", query)
            damage(*files_of(house, blob_id))

    with before(house, "intake", FileReceived, act):
        await house.call("portal", "PUT", f"/intake/v1/requests/{victim}/file", content=victim_file)
        other = await house.send(
            request_file(PLAN, "provisional", "20260602", [["C-1", *ASKED[0][1:]]], serial=serial), 1
        )
        await house.embedded.idle()
    assert other["state"] == "accepted"
    await house.until("portal", f"/intake/v1/requests/{victim}", "returned")
    assert [finding["code"] for finding in await house.findings(victim)] == ["F11"]
    again = await house.send(victim_file, 1)
    assert again["state"] == "accepted"
    await house.json("portal", "POST", f"/intake/v1/requests/{again['id']}/withdrawal")
    await house.json("portal", "POST", f"/intake/v1/requests/{other['id']}/withdrawal")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch(house: House) -> AsyncIterator[str]:
    """A batch of three requests, handed over."""
    for at in range(3):
        data = request_file(PLAN, "provisional", "20260603", [ASKED[at]], serial=at + 1)
        assert (await house.send(data, 1))["state"] == "accepted"
    await house.close_cycle("2026-06-15T23:59:59+09:00")
    (made,) = (await house.batches("2026-06-A")).values()
    yield made


async def test_an_answer_file_damaged_in_the_store_stops_the_batch_until_it_comes_again(
    house: House, batch: str
) -> None:
    data = answers(country(), *await house.carry_out(batch))

    def act(told: AnswerFileStored) -> None:
        (blob_id,) = blob_ids(house, "matcher", "select json_extract(answer_file, '$.id') from batch")
        flip(*files_of(house, blob_id))

    with before(house, "matcher", AnswerFileStored, act):
        assert (await house.put_answer(batch, data)).status_code == 202
        await house.until("operator-1", f"/matcher/v1/batches/{batch}", "balance_error")
    balance = await house.json("operator-1", "GET", f"/matcher/v1/batches/{batch}/balance")
    assert "answer-damaged" in str(balance)
    assert (await house.put_answer(batch, data)).status_code == 202
    await house.until("operator-1", f"/matcher/v1/batches/{batch}", "releasable")


async def test_columns_damaged_before_packing_make_no_package_and_others_do(house: House, batch: str) -> None:
    spoilt: list[str] = []

    def act(told: PackageRequested) -> None:
        if not spoilt:
            spoilt.append(told.reply_id)
            query = f"select json_extract(chunks, '$[0].id') from reply where id = '{told.reply_id}'"
            (blob_id,) = blob_ids(house, "media", query)
            flip(*files_of(house, blob_id))

    with before(house, "media", PackageRequested, act):
        await house.release(batch)
        await house.embedded.idle()
    replies = (await house.json("portal", "GET", "/media/v1/replies"))["items"]
    states = {reply["id"]: reply["state"] for reply in replies}
    assert len(states) == 3
    assert states.pop(spoilt[0]) == "waiting"
    (parked,) = look(house, "media", "select attempts, cause from inbox where status = 'parked'")
    assert (parked[0], parked[1].split()[0]) == (1, "BlobDamaged")
    assert "shokai_inbox_parked 1.0" in (await house.http.get("/media/metrics")).text
    assert set(states.values()) == {"ready"}
    assert await house.code("portal", "GET", f"/media/v1/replies/{spoilt[0]}/package") == "package-not-ready"


@pytest.mark.parametrize("damage", [flip, cut, zero])
async def test_a_damaged_package_is_not_handed_out(house: House, batch: str, damage: Damage) -> None:
    replies = (await house.json("portal", "GET", "/media/v1/replies?state=ready"))["items"]
    victim, other = (reply["id"] for reply in replies)
    (blob_id,) = blob_ids(house, "media", f"select json_extract(package, '$.id') from reply where id = '{victim}'")
    data, key = files_of(house, blob_id)
    whole = data.read_bytes()
    damage(data, key)
    try:
        answer = await house.call("portal", "GET", f"/media/v1/replies/{victim}/package")
        assert (answer.status_code, answer.json()["code"]) == (503, "stored-data-damaged")
    finally:
        data.write_bytes(whole)
    for reply in (victim, other):
        package = await house.call("portal", "GET", f"/media/v1/replies/{reply}/package")
        assert package.status_code == 200
    huge = {"Range": "bytes=" + "9" * 5000 + "-"}
    answer = await house.call("portal", "GET", f"/media/v1/replies/{other}/package", headers=huge)
    assert answer.content == package.content


async def test_what_was_not_damaged_opens(house: House, batch: str) -> None:
    for reply in (await house.json("portal", "GET", "/media/v1/replies?state=ready"))["items"]:
        path = f"/media/v1/replies/{reply['id']}"
        package = (await house.call("portal", "GET", f"{path}/package")).content
        assert (await house.call("portal", "POST", f"{path}/receipt", json={"sha256": reply["sha256"]})).is_success
        password = (await house.json("portal", "GET", f"{path}/password"))["password"]
        assert [row[2] for row in open_package(package, password, "cp932").records] == ["10"]


@contextmanager
def database_limit(house: House, service: str, more_pages: int) -> Iterator[None]:
    """The service's database may grow by no more than so many pages."""
    engine = house.embedded.services[service].parts.db.engine
    ((pages,),) = look(house, service, "pragma page_count")

    def limit(dbapi: Any, *_: Any) -> None:
        dbapi.execute(f"pragma max_page_count = {pages + more_pages}")

    def lift(dbapi: Any, *_: Any) -> None:
        dbapi.execute("pragma max_page_count = 1000000000")

    event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(engine, "checkout", limit)
        event.listen(engine, "checkout", lift)


async def test_a_full_database_refuses_loses_nothing_and_goes_on(house: House) -> None:
    listed = "/intake/v1/requests?limit=1000"
    before_ids = {item["id"] for item in (await house.json("portal", "GET", listed))["items"]}
    body = {"plan_number": PLAN, "kind": "provisional", "record_count": 1, "sha256": "a" * 64}
    body |= {"form": {"date": "2026-06-01", "contact": "x" * 200, "remarks": "y" * 1000}}
    made, refused = set(), 0
    with database_limit(house, "intake", 30):
        for _ in range(400):
            answer = await house.call("portal", "POST", "/intake/v1/requests", json=body)
            if answer.status_code == 201:
                made.add(answer.json()["id"])
            else:
                assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")
                refused += 1
            if refused >= 5:
                break
    assert made
    assert refused == 5
    after = await house.json("portal", "POST", "/intake/v1/requests", json=body)
    now = {item["id"] for item in (await house.json("portal", "GET", listed))["items"]}
    assert now == before_ids | made | {after["id"]}
    await house.embedded.idle()
    done = await house.send(request_file(PLAN, "provisional", "20260616", [["D-1", *ASKED[4][1:]]], serial=50), 1)
    assert done["state"] == "accepted"


@contextmanager
def file_limit(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes: the operating system refuses as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_no_room_for_an_upload_refuses_it_and_leaves_nothing_of_it(house: House) -> None:
    data = bytes(70 << 20)
    request = await house.register(data, 1)
    path = f"/intake/v1/requests/{request}"
    stored = sorted(entry.name for entry in (house.data_dir / "blobs").rglob("*"))
    with file_limit(64 << 20):
        answer = await house.call("portal", "PUT", f"{path}/file", content=data)
        assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")
    left = sorted(entry.name for entry in (house.data_dir / "blobs").rglob("*") if entry.is_file())
    assert not set(left) - set(stored)
    assert (await house.json("portal", "GET", path))["state"] == "awaiting_file"
    assert (await house.call("portal", "PUT", f"{path}/file", content=data)).status_code == 202
    assert (await house.until("portal", path, "returned", "accepted"))["state"] == "returned"


async def test_business_time_does_not_go_back(house: House) -> None:
    now = house.embedded.kit.clock.now()
    for earlier in (now - timedelta(seconds=1), now - timedelta(days=400), datetime(1970, 1, 2, tzinfo=UTC)):
        with pytest.raises(Refusal) as refused:
            await house.embedded.run_jobs(earlier)
        assert refused.value.code == "clock-backwards"
    assert house.embedded.kit.clock.now() >= now


async def test_time_stands_still_while_the_machines_clock_is_set_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids and times of requests that come meanwhile still follow those from before."""
    shift = [timedelta()]
    await house.token("portal")  # signed in before: a token's life is another matter

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + shift[0]

    monkeypatch.setattr(clocks, "datetime", Shifted)
    clock = house.embedded.kit.clock
    first = clock.now()
    shift[0] = timedelta(hours=-3)
    second = clock.now()
    assert timedelta() <= second - first < timedelta(seconds=5)
    data = request_file(PLAN, "provisional", "20260617", [["E-1", *ASKED[5][1:]]], serial=51)
    assert (await house.send(data, 1))["state"] == "accepted"
    assert clock.now() >= second
    shift[0] = timedelta(seconds=1)
    assert clock.now() > second
