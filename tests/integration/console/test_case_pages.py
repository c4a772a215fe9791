"""Odd accesses through the pages: what happened is read, the case is taken and decided; exceptions need two people."""

import re
from collections.abc import Iterator

import pytest

from tests.e2e.outside_client import staff
from tests.integration.console.conftest import running_house
from tests.integration.console.desk import Desk, words
from tests.integration.console.waiting import move_to
from tests.unit.cli.apart import Apart


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """A house in which a clerk tries what is not a clerk's to do."""
    with running_house(tmp_path_factory.mktemp("house")) as one:
        move_to(one, "2026-06-03T10:00:00+09:00")
        clerk = staff(one.url("front"), "clerk-1")
        for _ in range(6):
            clerk.get("/audit/v1/records", expect=403)
        move_to(one, "2026-06-03T10:20:00+09:00")
        yield one


def one_at(house: Apart, staff_id: str) -> Desk:
    desk = Desk(house.url("front"))
    desk.sign_in(staff_id)
    return desk


def test_a_case_is_read_taken_and_decided(house: Apart) -> None:
    desk = one_at(house, "auditor-1")
    assert "判断を待つ不審なアクセスの案件" in words(desk.get("/home"))
    (path,) = re.findall(r'href="(/cases/[0-9a-f-]{36})" data-row', desk.get("/cases"))
    page = words(desk.get(path))
    assert "clerk-1" in page
    assert re.search(
        r"clerk-1 は 2026-06-03 10:\d\d までの 30分間に 6回拒否されました\(最後は アクセス記録を検索した", page
    )
    assert "不慣れな操作" in page
    assert desk.page.text.count('<circle class="medium"') == 1
    assert "判断を確定する" not in page  # it is nobody's yet
    page = words(desk.send(f"{path}/assignment"))
    assert "判断を確定する" in page
    page = words(desk.send(f"{path}/decision", {"decision": "explained", "reason": "新しい手順の練習"}))
    assert "説明がついた" in page
    assert "新しい手順の練習" in page
    assert path not in desk.get("/cases")
    assert path in desk.get("/cases?state=decided")
    rules = words(desk.get("/cases/detections"))
    assert "拒否の繰返し repeated refusals 1 0 0 0 0 1 0" in rules


def test_an_exception_is_agreed_by_another_person(house: Apart) -> None:
    desk, other = one_at(house, "auditor-1"), one_at(house, "supervisor-1")
    desk.get("/cases/exceptions")
    typed = {"rule": "off-hours", "staff": "operator-1", "first": "2026-06-15", "last": "2026-06-16", "reason": "締切"}
    page = desk.send("/cases/exceptions", typed)
    assert "staff:operator-1" in page
    assert "/confirmation" not in page
    page = other.get("/cases/exceptions")
    (path,) = re.findall(r'action="(/cases/exceptions/[0-9a-f-]{36}/confirmation)"', page)
    assert "有効" in words(other.send(path))
    (end,) = re.findall(r'action="(/cases/exceptions/[0-9a-f-]{36}/end)"', other.page.text)
    assert "終了 ended" in words(other.send(end))


def test_a_clerk_sees_no_cases(house: Apart) -> None:
    desk = one_at(house, "clerk-2")
    assert "/cases" not in desk.get("/home")
    desk.get("/cases", expect=403)
