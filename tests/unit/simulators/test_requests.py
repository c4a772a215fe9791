"""Request files: the layout of the specification, dirt that can be found again, and a truth for each record."""

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from simulators.people import spelling
from simulators.people.folder import Asking, disc_image, make_folder, provisional_request, unreadable_image
from simulators.people.generate import generate
from simulators.people.members import draw_members
from simulators.people.registry import Registry
from simulators.people.requests import (
    Envelope,
    Fault,
    number_records,
    provisional_records,
    request_bytes,
    write_request,
)

ON = date(2026, 6, 1)
PLAN = "00012345"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return generate(5_000, 2, tmp_path_factory.mktemp("people"))


def rows_of(data: bytes, charset: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(charset), newline="")))


def truth_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("charset", ["cp932", "utf-8"])
def test_a_provisional_file_keeps_the_layout(registry: Registry, charset: str) -> None:
    members = draw_members(registry, PLAN, 300, ON)
    data = request_bytes(Envelope(PLAN, "provisional", ON, 7, charset), provisional_records(members, 1, dirty=False))
    header, *records, trailer = rows_of(data, charset)
    assert header == ["1", "1", PLAN, "20260601", "007", charset]
    assert trailer == ["9", "300"]
    assert [record[:2] for record in records] == [["2", str(serial)] for serial in range(1, 301)]
    assert all(len(record) == 9 for record in records)
    assert data.count(b"\r\n") == data.count(b"\n") == 302


def test_the_members_of_a_plan_are_the_same_each_time(registry: Registry) -> None:
    few, many = draw_members(registry, PLAN, 50, ON), draw_members(registry, PLAN, 90, ON)
    assert many[:50] == few
    assert draw_members(registry, "00099999", 50, ON) != few


def test_a_truth_file_speaks_of_every_line(registry: Registry, tmp_path: Path) -> None:
    written = provisional_request(registry, tmp_path, Asking(PLAN, "network", 800), ON)
    truth = truth_of(written.truth)
    records = rows_of(written.path.read_bytes(), "cp932")[1:-1]
    assert len(truth) == len(records) == written.records
    assert [row["line"] for row in truth] == [str(line) for line in range(2, len(records) + 2)]
    assert [row["member_id"] for row in truth] == [record[2] for record in records]
    expected = Counter(row["expected"] for row in truth)
    assert expected["rejected"] >= 5
    assert expected["accepted"] > 700
    assert all(row["codes"] for row in truth if row["expected"] == "rejected")
    assert all(row["outcomes"] for row in truth if row["expected"] == "accepted")


def test_rejected_dirt_breaks_what_its_code_says(registry: Registry, tmp_path: Path) -> None:
    written = provisional_request(registry, tmp_path, Asking(PLAN, "network", 2_000, "utf-8"), ON)
    records = rows_of(written.path.read_bytes(), "utf-8")[1:-1]
    by_code = {row["codes"]: record for row, record in zip(truth_of(written.truth), records, strict=True)}
    assert by_code["R03"][4] == ""
    assert len(by_code["R05"][8]) > 100
    assert by_code["R06"][5].endswith("0231")
    assert by_code["R08"][6] == "3"
    assert by_code["R17"][4].count("　") == 0


@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_breaks_the_file_as_a_whole(registry: Registry, tmp_path: Path, fault: Fault) -> None:
    written = provisional_request(registry, tmp_path, Asking(PLAN, "network", 200), ON, fault=fault)
    data = written.path.read_bytes()
    (told,) = truth_of(written.truth)
    assert told["expected"] == "returned"
    if fault is Fault.WRONG_ENCODING:
        with pytest.raises(UnicodeDecodeError):
            data.decode("cp932")
    else:
        header, *_, last = rows_of(data, "cp932")
        assert (header[2] != PLAN) == (fault is Fault.OTHER_PLAN)
        assert (last[0] != "9") == (fault is Fault.NO_TRAILER)


@pytest.mark.parametrize(("kind", "fields"), [("main", 4), ("my_number", 4), ("deletion", 5)])
def test_later_requests_ask_by_inquiry_number(tmp_path: Path, kind: str, fields: int) -> None:
    asked = [(f"M{at}", f"ABCDEFGH{at:02d}") for at in range(40)]
    records = number_records(asked, kind, 1, foreign_numbers=["ZZZZZZZZZZ"])
    written = write_request(tmp_path, Envelope(PLAN, kind, ON), records)
    rows = rows_of(written.path.read_bytes(), "cp932")[1:-1]
    truth = truth_of(written.truth)
    assert {len(row) for row in rows} == {fields}
    wrong = {row["codes"] for row in truth if row["expected"] == "rejected"}
    assert {"R13", "R14", "R11;R16"} <= wrong
    sound = [row for row, told in zip(rows, truth, strict=True) if told["expected"] == "accepted"]
    assert all((row[2], row[3]) in asked for row in sound)


def test_a_disc_plan_gets_an_image_that_a_scratch_makes_unreadable(tmp_path: Path) -> None:
    _, (written,) = make_folder(tmp_path / "all", 500, 1, [Asking(PLAN, "disc", 20)], ON)
    image = written.path.with_suffix(".iso")
    assert image.read_bytes()[16 * 2048 + 1 : 16 * 2048 + 6] == b"CD001"
    scratched = unreadable_image(disc_image(written.path)).read_bytes()
    assert b"CD001" not in scratched[: 19 * 2048]


@pytest.mark.parametrize(
    ("birth", "beyond", "written"),
    [
        ("20190501", False, "9010501"),
        ("19890107", False, "5640107"),
        ("19890301", True, "5640301"),
        ("20200301", True, "7320301"),
        ("19121231", False, "3011231"),
        ("18991231", False, "18991231"),
    ],
)
def test_dates_in_eras(birth: str, beyond: bool, written: str) -> None:
    assert spelling.era_date(birth, beyond=beyond) == written


def test_spellings() -> None:
    assert spelling.half_kana("ガッパ　ヴィー") == "ｶﾞｯﾊﾟ ｳﾞｨｰ"
    assert spelling.hyphenated("東京都港区芝二丁目４番１号　ハイツ１０２") == "東京都港区芝２－４－１　ハイツ１０２"
    assert spelling.hyphenated("札幌市北区北二十一丁目3番4号") == "札幌市北区北２１－3－4"
    assert spelling.hyphenated("札幌市北区北十丁目３番地") == "札幌市北区北１０－３"
    assert spelling.hyphenated("長野県茅野市玉川９８番地２") == "長野県茅野市玉川９８－２"
    assert spelling.encodable("𠮷田髙", "cp932") == "吉田髙"
