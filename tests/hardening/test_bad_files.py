"""Bad files: every one a problem or a finding with a stable code; nothing stored before is lost, nothing is echoed."""

import io
import os
import random
import struct
import subprocess
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.outside_client import with_purpose
from tests.e2e.outside_files import disc_of, request_file
from tests.hardening.house import DISC_PLAN, PLAN, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARK = "空蝉"
TOWN = "東京都港区芝公園二丁目４番１号"
ROW = ["B-01", "ｳﾂｾﾐ ｹｲ", "空蝉　圭", "19600102", "1", "1050011", TOWN]
LIMIT_BYTES = 4_000_000


def rows(count: int) -> list[list[str]]:
    """So many people who differ."""
    return [[f"B-{at:03d}", *ROW[1:3], f"1960{1 + at // 28:02d}{1 + at % 28:02d}", *ROW[4:]] for at in range(count)]


GOOD = request_file(PLAN, "provisional", "20260601", rows(3))


def zipped(data: bytes, name: str = "request.csv") -> bytes:
    """A ZIP archive with one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def lines(*, header: bytes = b"", trailer: bytes = b"", data: list[bytes] | None = None) -> bytes:
    """The good file with some of its lines changed."""
    first, *between, last, _ = GOOD.split(b"\r\n")
    return b"\r\n".join([header or first, *(between if data is None else data), trailer or last, b""])


JUNK = random.Random(1).randbytes(100_000)
# name: (file, records as registered, codes of which at least one must be told)
BAD_FILES: dict[str, tuple[bytes, int, set[str]]] = {
    "truncated in a record": (GOOD[: len(GOOD) // 2], 3, {"F05"}),
    "truncated before the trailer": (GOOD[: GOOD.rindex(b"9,3")], 3, {"F05"}),
    "truncated in a character": (GOOD[: GOOD.index(MARK.encode("cp932")) + 1], 3, {"F01", "F05"}),
    "empty": (b"", 0, {"F02", "F05", "F08"}),
    "one line end": (b"\r\n", 0, {"F02"}),
    "only a header": (GOOD.split(b"\r\n")[0] + b"\r\n", 0, {"F05", "F08"}),
    "header and trailer": (lines(data=[], trailer=b"9,0"), 0, {"F08"}),
    "no line end at all": (GOOD.replace(b"\r\n", b","), 3, {"F02", "F05"}),
    "UTF-8 called CP932": (GOOD.decode("cp932").encode("utf-8"), 3, {"F01"}),
    "CP932 called UTF-8": (GOOD.replace(b"cp932", b"utf-8"), 3, {"F01"}),
    "UTF-16": (GOOD.decode("cp932").encode("utf-16"), 3, {"F01", "F02"}),
    "EUC-JP called UTF-8": (
        GOOD.decode("cp932").encode("euc_jp").replace(b"cp932", b"utf-8"),
        3,
        {"F01"},
    ),
    "an unknown character set": (GOOD.replace(b"cp932", b"ebcdic"), 3, {"F02"}),
    "NUL bytes instead": (b"\0" * 5000, 0, {"F01", "F02"}),
    "a million characters in one line": (lines(data=[b"2,1," + b"A" * 1_000_000]), 1, {"F06", "R01"}),
    "a million commas in one line": (lines(data=[b"2,1" + b"," * 1_000_000]), 1, {"F06", "R01"}),
    "a million characters in the header": (lines(header=b"1,1," + b"1" * 1_000_000), 3, {"F02"}),
    "a quote that never ends": (lines(data=[b'2,1,"' + MARK.encode("cp932")]), 1, {"F05", "R01"}),
    "a wrong count in the trailer": (lines(trailer=b"9,4"), 3, {"F06"}),
    "a count that is no number": (lines(trailer=b"9,drei"), 3, {"F05", "F06"}),
    "an absurd count": (lines(trailer=b"9," + b"9" * 5000), 3, {"F05", "F06"}),
    "another count than registered": (GOOD, 4, {"F06"}),
    "another plan's": (GOOD.replace(PLAN.encode(), b"00034567"), 3, {"F03"}),
    "another kind": (GOOD.replace(b"1,1,", b"1,2,", 1), 3, {"F04"}),
    "binary junk": (JUNK, 0, {"F01", "F02"}),
    "junk between the records": (lines(data=[JUNK.replace(b"\n", b"")[:5000]]), 1, {"F01", "R01"}),
    "a ZIP archive": (zipped(GOOD), 3, {"F01", "F02"}),
    "a ZIP bomb": (zipped(bytes(50_000_000)), 3, {"F01", "F02"}),
    "a spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), 3, {"F01", "F02"}),
    "lone carriage returns": (GOOD.replace(b"\r\n", b"\r"), 3, {"F02", "F05"}),
    "two trailers": (GOOD + b"9,3\r\n", 3, {"F05", "F06", "R01"}),
}
BAD_RECORDS: dict[str, tuple[bytes, set[str]]] = {
    "NUL bytes in a name": (GOOD.replace(MARK.encode("cp932"), b"\0\0", 1), {"R04", "R10", "F01"}),
    "a control character": (GOOD.replace(MARK.encode("cp932"), b"\x1b[31m", 1), {"R04", "R10"}),
    "a formula": (GOOD.replace(b"B-001", b"=1+1", 1), {"R04"}),
    "a private-use character": (GOOD.replace(MARK.encode("cp932"), b"\xf0\x40\xf0\x41", 1), {"R09"}),
    "a huge serial": (GOOD.replace(b"2,2,", b"2," + b"9" * 400 + b",", 1), {"R02", "R05", "R04"}),
    "a negative serial": (GOOD.replace(b"2,2,", b"2,-2,", 1), {"R02", "R04"}),
    "one field too many": (GOOD.replace(b"B-001,", b"B-001,,", 1), {"R01"}),
    "headers for records": (lines(data=[GOOD.split(b"\r\n")[0].replace(b",001,", b",002,")] * 3), {"R01"}),
    "a name of ten thousand": (GOOD.replace(MARK.encode("cp932"), MARK.encode("cp932") * 5000, 1), {"R05"}),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def limits(house: House) -> None:
    """A small limit, so that `huge` fits the test."""
    house.embedded.services["intake"].parts.settings.max_file_bytes = LIMIT_BYTES  # type: ignore[attr-defined]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kept(house: House) -> str:
    """A request that was accepted before all of this."""
    data = request_file(PLAN, "provisional", "20260531", [["KEPT", *ROW[1:]]], serial=99)
    done = await house.send(data, 1)
    assert done["state"] == "accepted"
    return str(done["id"])


async def is_intact(house: House, kept: str) -> None:
    """What was stored before is as it was."""
    await house.embedded.idle()
    shown = await house.json("portal", "GET", f"/intake/v1/requests/{kept}")
    assert (shown["state"], shown["counts"]["accepted"]) == ("accepted", 1)
    for answer in house.seen:
        assert MARK not in answer.text
        assert "ｳﾂｾﾐ" not in answer.text
    house.seen.clear()
    for service in house.embedded.services.values():
        parked = await service.parts.db.read(
            lambda session: session.connection().exec_driver_sql("select count(*) from inbox where status='parked'")
            .scalar_one()
        )  # fmt: skip
        assert parked == 0, service.name


@pytest.mark.parametrize("name", BAD_FILES)
async def test_a_bad_file_is_returned(house: House, kept: str, name: str) -> None:
    data, count, codes = BAD_FILES[name]
    request = await house.register(data, count)
    answer = await house.call("portal", "PUT", f"/intake/v1/requests/{request}/file", content=data)
    assert answer.status_code == 202, answer.text
    done = await house.until("portal", f"/intake/v1/requests/{request}", "accepted", "returned")
    told = {finding["code"] for finding in await house.findings(request)}
    assert done["state"] == "returned"
    assert told & codes, told
    assert any(code.startswith("F") for code in told)
    await is_intact(house, kept)


@pytest.mark.parametrize("name", BAD_RECORDS)
async def test_a_bad_record_is_told(house: House, kept: str, name: str) -> None:
    data, codes = BAD_RECORDS[name]
    at = 10 + list(BAD_RECORDS).index(name)
    done = await house.send(data.replace(b",001,", b",%03d," % at, 1), 3)
    told = {finding["code"] for finding in await house.findings(done["id"])}
    assert told & codes, told
    assert done["state"] == "returned" or done["counts"]["rejected"] >= 1
    if done["state"] == "accepted":
        await house.json("portal", "POST", f"/intake/v1/requests/{done['id']}/withdrawal")
    await is_intact(house, kept)


async def test_a_huge_file_is_refused_before_and_while_it_comes(house: House, kept: str) -> None:
    data = bytes(LIMIT_BYTES + 1)
    request = await house.register(data, 1)
    path = f"/intake/v1/requests/{request}/file"
    assert await house.code("portal", "PUT", path, content=data) == "too-large"

    async def undeclared() -> AsyncIterator[bytes]:
        for _ in range(LIMIT_BYTES // 100_000 + 1):
            yield bytes(100_000)

    assert await house.code("portal", "PUT", path, content=undeclared()) == "too-large"
    lying = {"Content-Length": "10"}
    assert await house.code("portal", "PUT", path, content=data, headers=lying) == "too-large"
    assert (await house.json("portal", "GET", f"/intake/v1/requests/{request}"))["state"] == "awaiting_file"
    await is_intact(house, kept)


async def test_another_file_than_registered_is_refused_and_the_right_one_still_taken(house: House, kept: str) -> None:
    data = request_file(PLAN, "provisional", "20260531", rows(30)[29:], serial=98)
    request = await house.register(data, 1)
    path = f"/intake/v1/requests/{request}/file"
    for wrong in (data[:-1], data + b"\n", data.replace(b"B-029", b"B-028"), b""):
        assert await house.code("portal", "PUT", path, content=wrong) == "digest-mismatch"
    for part in ("bytes 0-", "bytes 5-3/10", "bytes 0-9/99999999999", "items 0-1/2", "bytes 3-4/10", "\0"):
        answer = await house.http.put(
            path,
            content=b"12",
            headers={"Authorization": f"Bearer {await house.token('portal')}", "Content-Range": part},
        )
        assert 400 <= answer.status_code < 500
    assert (await house.call("portal", "PUT", path, content=data)).status_code == 202
    done = await house.until("portal", f"/intake/v1/requests/{request}", "accepted", "returned")
    assert done["state"] == "accepted"
    assert await house.code("portal", "PUT", path, content=data) == "wrong-state"
    await is_intact(house, kept)


def linked_disc(folder: Path) -> bytes:
    """A disc whose only file is a link out of it."""
    source = folder / "linked"
    source.mkdir()
    (source / f"S{DISC_PLAN}_1_20260602_001.csv").symlink_to("/etc/passwd")
    image = folder / "linked.iso"
    subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", str(image), str(source)], check=True)
    return image.read_bytes()


def crowded_disc(folder: Path) -> bytes:
    """A disc of more entries than any plan's disc has."""
    return disc_of({f"F{at}.TXT": b"1" for at in range(1500)})


def deep_disc(folder: Path) -> bytes:
    """A disc of folders in folders."""
    source = folder / "deep"
    (source / "/".join("abcdefghijklmnopq")).mkdir(parents=True)
    image = folder / "deep.iso"
    command = ["xorriso", "-as", "mkisofs", "-quiet", "-J", "-D", "-o", str(image), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return image.read_bytes()


def sprawling_disc(folder: Path) -> bytes:
    """A small disc that says its file is of four gigabytes."""
    data = disc_of({"S.CSV": b"1,1"})
    at = data.index(b"S.CSV;1") - 33
    return data[: at + 10] + struct.pack("<I", 0xFFFFFFF0) + struct.pack(">I", 0xFFFFFFF0) + data[at + 18 :]


def renamed_disc(folder: Path, name: bytes) -> bytes:
    """A disc whose file bears a name that leads elsewhere, in both of its directories."""
    plain = "S" + "X" * (len(name) - 1)
    data = disc_of({plain: GOOD})
    wide, new = plain.encode("utf-16-be"), name.decode().encode("utf-16-be")
    return data.replace(plain.encode(), name).replace(wide, new)


DISC = disc_of({f"S{DISC_PLAN}_1_20260602_001.csv": request_file(DISC_PLAN, "provisional", "20260602", rows(2))})
LONG_DISC = disc_of({f"S{DISC_PLAN}_1_20260602_002.csv": b"1,1" * 1_000_000})
IMAGES: dict[str, Callable[[Path], bytes]] = {
    "junk": lambda folder: JUNK,
    "empty": lambda folder: b"",
    "zeros": lambda folder: bytes(100_000),
    "a ZIP bomb": lambda folder: zipped(bytes(50_000_000)),
    "a ZIP with a path out": lambda folder: zipped(GOOD, "../../etc/cron.d/x"),
    "cut after the descriptors": lambda folder: DISC[: 20 * 2048],
    "cut in the file": lambda folder: LONG_DISC[: len(LONG_DISC) // 2],
    "descriptors of zeros": lambda folder: DISC[: 16 * 2048] + bytes(4096) + DISC[18 * 2048 :],
    "only a link": linked_disc,
    "too many entries": crowded_disc,
    "too deep": deep_disc,
    "a file larger than the disc": sprawling_disc,
    "a parent path": lambda folder: renamed_disc(folder, b"../../etc/x.csv"),
    "an absolute path": lambda folder: renamed_disc(folder, b"/etc/passwd.csv"),
    "a drive path": lambda folder: renamed_disc(folder, b"C:\\boot\\in.csv"),
    "no request file": lambda folder: disc_of({"README.TXT": b"hello", "photo.jpg": JUNK}),
    "another plan's file": lambda folder: disc_of({f"S{PLAN}_1_20260602_001.csv": GOOD}),
}


@pytest.mark.parametrize("name", IMAGES)
async def test_a_bad_medium_harms_nothing(house: House, kept: str, name: str, tmp_path: Path) -> None:
    envelope = {"plan_number": DISC_PLAN, "received_on": "2026-06-01", "form_enclosed": True, "media": [{"label": "1"}]}
    reception = (await house.json("clerk-1", "POST", "/intake/v1/receptions", json=envelope))["id"]
    path = f"/intake/v1/receptions/{reception}"
    headers = with_purpose("intake-check", reception)
    read = await house.json("clerk-1", "PUT", f"{path}/media/1/image", content=IMAGES[name](tmp_path), headers=headers)
    assert "passwd" not in str(read)
    if "F11" in read["codes"]:
        await house.json("clerk-1", "POST", f"{path}/return", json={"reason": "読み取れない"})
    await is_intact(house, kept)


async def test_broken_discs_are_returned_when_the_day_ends(house: House, kept: str) -> None:
    """Media that open but hold nothing good are found at the transfer; a good disc beside them goes on."""
    envelope = {"plan_number": DISC_PLAN, "received_on": "2026-06-01", "form_enclosed": True, "media": [{"label": "1"}]}
    reception = (await house.json("clerk-1", "POST", "/intake/v1/receptions", json=envelope))["id"]
    path = f"/intake/v1/receptions/{reception}"
    good = request_file(DISC_PLAN, "provisional", "20260602", rows(6)[3:], serial=7)
    disc = disc_of({f"S{DISC_PLAN}_1_20260602_007.csv": good})
    read = await house.json(
        "clerk-1", "PUT", f"{path}/media/1/image", content=disc, headers=with_purpose("intake-check", reception)
    )
    assert read["codes"] == []
    await house.close_cycle("2026-06-02T19:00:00+09:00")
    (request,) = (await house.json("clerk-1", "GET", path))["requests"]
    assert request["state"] == "accepted"
    found = (await house.json("clerk-1", "GET", f"/intake/v1/receptions?plan_number={DISC_PLAN}&limit=200"))["items"]
    for each in found:
        if each["id"] != reception:
            assert all(other["state"] == "returned" for other in each["requests"])
            assert each["requests"] or [medium["codes"] for medium in each["media"]] == [["F11"]]
    await is_intact(house, kept)
    names = [name for _, folders, files in os.walk(house.data_dir) for name in (*folders, *files)]
    assert not any("cron" in name or "passwd" in name or "boot" in name for name in names)
