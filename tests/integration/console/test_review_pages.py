"""Reviews through the pages: take, compare, decide, go on; nobody sees what is not theirs to see."""

import re
import time
from collections.abc import Iterator
from html import unescape

import pytest

from tests.e2e.outside_client import staff
from tests.integration.console.conftest import running_house
from tests.integration.console.desk import Desk, words
from tests.integration.console.waiting import NAMES, give_all_back, let_reviews_wait
from tests.unit.cli.apart import Apart

REASON = "転居の届出と照らして判断した"


@pytest.fixture(scope="module", params=["0"])
def house(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Apart]:
    """A house in which reviews wait; nobody looks blindly unless the test says so."""
    with running_house(tmp_path_factory.mktemp("house"), blind_share=request.param) as one:
        let_reviews_wait(one)
        yield one


@pytest.fixture(autouse=True)
def nobody_holds_any(house: Apart) -> None:
    give_all_back(house)


def one_at(house: Apart, staff_id: str) -> Desk:
    """A signed-in person."""
    desk = Desk(house.url("front"))
    desk.sign_in(staff_id)
    return desk


def review_in_front(desk: Desk) -> str:
    """The path of the review that is shown."""
    return str(desk.page.url.path)


def take(desk: Desk, limit: str = "10") -> str:
    """Take the next ones; gives the page of the first."""
    desk.get("/reviews")
    return desk.send("/reviews/take", {"limit": limit})


def decide(desk: Desk, verdict: str = "1") -> str:
    """Judge the review in front; gives the page where it leads."""
    return desk.send(f"{review_in_front(desk)}/decision", {"verdict": verdict, "reason": REASON})


def marked(page: str) -> list[str]:
    """Every run of differing characters."""
    return [unescape(text) for text in re.findall(r"<mark>([^<]*)</mark>", page)]


def waiting(desk: Desk) -> list[int]:
    """How many reviews wait for the person, and for anybody's first verdict, as the home page says."""
    return [int(count) for count in re.findall(r'class="count">(\d+)<', desk.get("/home"))][:2]


def test_what_waits_is_counted_at_home(house: Apart) -> None:
    desk = one_at(house, "operator-1")
    assert waiting(desk) == [0, 30]
    take(desk, "2")
    assert waiting(desk) == [2, 30]


def test_two_sides_are_shown_with_their_differences(house: Apart) -> None:
    desk = one_at(house, "operator-1")
    page = take(desk)
    assert re.fullmatch(r"/reviews/[0-9a-f-]{36}", review_in_front(desk))
    assert "候補 candidate 2" in words(page)
    assert "邉" in marked(page)
    assert page.count('type="radio"') == 3
    page = desk.get(re.findall(r'href="(/reviews/[^"]+)" data-key="n"', page)[0])
    assert {"斎", "齋"} <= set(marked(page))
    assert "生年月日が違う" in words(page)
    assert "≠ 違う differs" in words(page)
    assert "規則により同じ" in words(page)
    steps = page.partition('class="how"')[2]
    assert '<td class="text">ｻｲﾄｳ ｱｹﾐ</td>' in steps
    assert "全角・半角" in steps
    assert page.count('type="radio"') == 2


def test_nothing_of_a_person_stands_in_titles_addresses_or_logs(
    house: Apart, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = one_at(house, "operator-1")
    page, seen = take(desk, "3"), []
    while 'name="verdict"' in page:
        seen += [str(desk.page.url), re.findall(r"<title>(.*?)</title>", page)[0]]
        page = decide(desk)
    seen += [desk.get("/reviews?state="), *capfd.readouterr()]
    assert len(seen) == 2 * 3 + 3
    assert not [name for name in NAMES for text in seen if name in text]


def test_codes_and_numbers_of_people_are_never_shown(house: Apart) -> None:
    page = take(one_at(house, "operator-1"))
    assert not re.search(r"(?<!\d)\d{11,12}(?!\d)", page)


def test_a_verdict_leads_straight_on_and_a_second_person_sees_it(house: Apart) -> None:
    first, second = one_at(house, "operator-1"), one_at(house, "operator-2")
    take(first, "2")
    path = review_in_front(first)
    page = decide(first)
    assert "次は二人目が判断します" in page
    assert review_in_front(first) != path
    assert "あなたは判断済み" in words(first.get("/reviews?state=second"))
    second.get(path, expect=409)
    page = second.send(f"{path}/take")
    assert review_in_front(second) == path
    assert REASON in page
    assert "operator-1" in words(page).split("これまでの判断")[1]
    assert "この要確認は終わりました" in decide(second)
    assert "該当者あり(確認済み)" in words(first.get(path))
    assert 'name="verdict"' not in first.page.text


def test_a_refusal_needs_one_person(house: Apart) -> None:
    desk = one_at(house, "operator-1")
    take(desk)
    assert "この要確認は終わりました" in decide(desk, "0")


def test_people_who_differ_lead_to_a_third(house: Apart) -> None:
    first, second = one_at(house, "operator-1"), one_at(house, "operator-2")
    take(first, "1")
    path = review_in_front(first)
    decide(first)
    second.get(path, expect=409)
    second.send(f"{path}/take")
    assert "三人目が判断します" in decide(second, "0")


@pytest.mark.parametrize("house", ["1"], indirect=True, scope="module")
@pytest.mark.parametrize("verdict", ["0", "1"])
def test_a_blind_second_person_sees_nothing_of_the_first(house: Apart, verdict: str) -> None:
    first, second = one_at(house, "operator-1"), one_at(house, "operator-2")
    while take(first, "1").count('type="radio"') < 3:
        pass
    path = review_in_front(first)
    decide(first, verdict)
    second.get(path, expect=409)
    page = second.send(f"{path}/take")
    assert "先入観のない二人目の判断です" in page
    told = words(page)
    for hidden in (REASON, "operator-1", "これまでの判断", "規則の提案 proposed", "規則により同じ", "four-items-1"):
        assert hidden not in told, hidden
    assert page.count('type="radio"') == 3
    listed = words(second.get("/reviews?state="))
    assert REASON not in listed
    assert "operator-1" not in listed


def test_agreement_is_shown_to_supervisors(house: Apart) -> None:
    assert "判断の一致率" in one_at(house, "supervisor-1").get("/reviews/agreement")
    assert "所属する担当では実行できません" in one_at(house, "operator-1").get("/reviews/agreement", expect=403)


def test_without_a_reason_nothing_is_decided(house: Apart) -> None:
    desk = one_at(house, "operator-1")
    take(desk)
    before = waiting(desk)
    desk.get("/reviews")
    desk.get(re.findall(r'href="(/reviews/[^"]+)" data-key="n"', desk.page.text)[0])
    action = f"{review_in_front(desk)}/decision"
    page = desk.send(action, {"verdict": "1", "reason": " \r\n "}, 422)
    assert "入力に不足があります" in page
    assert 'value="1" required data-key="1" checked' in page
    page = desk.send(action, {"reason": "まだ決めていない"}, 422)
    assert ">まだ決めていない</textarea>" in page
    assert "その候補はありません" in desk.send(action, {"verdict": "5", "reason": REASON}, 422)
    assert f">{REASON}</textarea>" in desk.page.text
    assert "入力の形式が正しくありません" in desk.send(action, {"verdict": "1", "reason": "長" * 1001}, 422)
    assert waiting(desk) == before


def test_the_same_form_sent_twice_decides_once(house: Apart) -> None:
    desk = one_at(house, "operator-1")
    page = take(desk, "3")
    action = f"{review_in_front(desk)}/decision"
    form = {name: re.findall(f'name="{name}" value="([^"]+)"', page)[0] for name in ("form_word", "once")}
    for _ in range(2):
        desk.post(action, {**form, "verdict": "0", "reason": REASON}, 303)
    assert waiting(desk)[0] == 2


def test_only_who_holds_a_review_sees_it(house: Apart) -> None:
    first, second = one_at(house, "operator-1"), one_at(house, "operator-2")
    take(first, "1")
    path = review_in_front(first)
    page = second.get(path, expect=409)
    assert "この要確認はあなたの担当ではありません" in page
    assert not [name for name in NAMES if name in page]
    assert "ほかの人が担当しています" in second.send(f"{path}/take", expect=409)
    first.get(path)


def test_a_review_is_given_back_or_taken_away(house: Apart) -> None:
    first, second, supervisor = (one_at(house, name) for name in ("operator-1", "operator-2", "supervisor-1"))
    page = take(first, "1")
    path = review_in_front(first)
    form = {"form_word": re.findall('name="form_word" value="([^"]+)"', page)[0]}
    first.post(f"{path}/give-back", form, 303)
    second.get(path, expect=409)
    second.send(f"{path}/take")
    assert review_in_front(second) == path
    assert "operator-2" in supervisor.get("/reviews")
    assert "担当を外しました" in supervisor.send("/reviews/withdrawals", {"review_id": path.removeprefix("/reviews/")})
    second.get(path, expect=409)


@pytest.mark.parametrize(("review_id", "status"), [("", 400), ("../x", 400), ("x" * 37, 400), ("none", 404)])
def test_taking_away_needs_a_review(house: Apart, review_id: str, status: int) -> None:
    taker, supervisor = one_at(house, "operator-1"), one_at(house, "supervisor-1")
    take(taker, "1")
    supervisor.get("/reviews")
    supervisor.send("/reviews/withdrawals", {"review_id": review_id}, status)


@pytest.mark.parametrize("staff_id", ["supervisor-1", "auditor-1", "clerk-1"])
def test_who_may_not_see_people_sees_the_list_alone(house: Apart, staff_id: str) -> None:
    desk = one_at(house, staff_id)
    page = desk.get("/reviews")
    assert "候補者が複数" in page
    assert 'action="/reviews/take"' not in page
    assert not re.search(r'href="/reviews/[0-9]', page)
    operator = one_at(house, "operator-1")
    take(operator)
    assert "所属する担当では実行できません" in desk.get(review_in_front(operator), expect=403)


def test_the_record_names_who_looked_and_decided(house: Apart) -> None:
    desk = one_at(house, "operator-1")
    take(desk, "1")
    review_id = review_in_front(desk).removeprefix("/reviews/")
    decide(desk, "0")
    wanted = {"matcher.review.take", "matcher.review.read", "matcher.review.decide"}
    auditor, end = staff(house.url("front"), "auditor-1"), time.monotonic() + 30
    found: list[dict[str, str]] = []
    while not {one["action"] for one in found} >= wanted and time.monotonic() < end:
        found = [item["record"] for item in auditor.items(f"/audit/v1/records?object={review_id}&source=matcher")]
        time.sleep(0.2)
    mine = [one for one in found if one["actor"] == "operator-1"]
    assert {one["action"] for one in mine} >= wanted
    assert {(one["purpose"], one["case"]) for one in mine if one["action"] == "matcher.review.read"} == {
        ("review", review_id)
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reviews?state=none", 422),
        ("/reviews?state=%00", 422),
        ("/reviews?cursor=%FF%FE", 400),
        ("/reviews?cursor=" + "x" * 500, 422),
        ("/reviews?batch_id=..%2F..", 422),
        ("/reviews/unknown", 404),
        ("/reviews/" + "x" * 60, 422),
        ("/reviews/%E2%80%AE", 422),
    ],
)
def test_bad_addresses_are_no_server_errors(house: Apart, path: str, status: int) -> None:
    page = one_at(house, "operator-1").get(path, expect=status)
    assert "実行できませんでした" in page


@pytest.mark.parametrize("limit", ["", "x", "0", "101", "9" * 5000])
def test_a_bad_number_of_reviews_takes_none(house: Apart, limit: str) -> None:
    desk = one_at(house, "operator-1")
    desk.get("/reviews")
    assert "入力の形式が正しくありません" in desk.send("/reviews/take", {"limit": limit}, 422)


def test_the_matcher_away_is_told_in_words(house: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = one_at(house, "operator-1")

    async def away(scope: object, receive: object, send: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(house.embedded.services["matcher"].app, "middleware_stack", away)
    assert "必要なサービスが応答しません" in desk.get("/reviews", expect=503)
    assert "matcher が応答しません" in words(desk.get("/home"))
