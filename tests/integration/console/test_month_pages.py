"""Deaths, data quality and decision tables through the pages, in a house that has lived through two cycles."""

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.console.domain.destruction_months import bars_of, months_of
from services.console.domain.trend import trend_of
from shared.calendar.clock import JST
from shared.events.matcher import BatchMasked
from tests.e2e.outside_client import staff
from tests.e2e.outside_work import release
from tests.integration.console.conftest import running_house
from tests.integration.console.desk import Desk, FormFields, words
from tests.integration.console.months import Months, first_month
from tests.integration.console.waiting import PLAN
from tests.unit.cli.apart import Apart

NAMES = ("佐藤", "中村", "一郎", "ｻﾄｳ", "ナカムラ")
STRICTER = "stricter-1"


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Months]:
    with running_house(tmp_path_factory.mktemp("house"), blind_share="0") as one:
        yield first_month(one)


@pytest.fixture
def house(months: Months) -> Apart:
    return months.house


def one_at(house: Apart, staff_id: str) -> Desk:
    desk = Desk(house.url("front"))
    desk.sign_in(staff_id)
    return desk


def test_a_table_is_read_rehearsed_and_switched_on_by_two(house: Apart) -> None:
    operator, supervisor = one_at(house, "operator-1"), one_at(house, "supervisor-1")
    page = words(operator.get("/rules"))
    assert "基本4情報の一致による判定" in page
    assert "今の判定表" in page
    built_in = words(operator.get("/rules/four-items-1"))
    assert 'name="batch_id"' not in operator.page.text
    assert "3項目一致、1項目は一致しないか判定できない" in built_in
    assert "人が確認する" in built_in
    propose(house)
    path = f"/rules/{STRICTER}"
    assert "まだ試行していません" in operator.get(path)
    (batch,) = re.findall(r'<option value="([^"]+)">2026-06-A', operator.page.text)
    operator.send(f"{path}/rehearsals", {"batch_id": batch})
    rehearsal = str(operator.page.url.path)
    until(operator, rehearsal, "完了")
    told = words(operator.page.text)
    assert "3 / 3" in told
    assert "10 該当者あり identified — → 人が確認する" in told
    assert "✓ 0" in told
    operator.get(path)
    operator.send(f"{path}/approvals", {"reason": "試行の結果を確かめた"})
    assert "承認待ち" in operator.page.text
    assert 'name="approve"' not in operator.page.text
    supervisor.get(path)
    decision = re.findall(r'action="([^"]+/decision)"', supervisor.page.text)[0]
    supervisor.send(decision, {"approve": "yes", "reason": "よい"})
    operator.get(path)
    action = f"{path}/activation"
    first_day = house.embedded.kit.clock.now().astimezone(JST).date() + timedelta(days=40)
    for _ in range(50):
        if 'name="in_force_from"' in operator.get(path):
            break
        time.sleep(0.1)
    page = operator.send(action, {"in_force_from": first_day.isoformat()})
    assert f"適用開始 in force from {first_day}" in words(page)
    assert "適用決定" in operator.get("/rules")


def propose(house: Apart) -> None:
    """A table by which a person looks at everybody who is identified."""
    operator = staff(house.url("front"), "operator-1")
    rows = operator.get("/matcher/v1/rules/four-items-1")["rows"]
    for row in rows:
        for bounds in ("not_agreeing", "agreeing_in_all"):
            if row[bounds] is None:
                del row[bounds]
            elif row[bounds]["most"] is None:
                del row[bounds]["most"]
        if row["outcome"] == "10":
            row["outcome"] = "review"
    body = {"version": STRICTER, "ja": "試しの表", "en": "a table to try", "rows": rows}
    operator.post("/matcher/v1/rules", {**body, "judgements": {"KANJI-OLD-FORM": "partly"}})


def until(desk: Desk, path: str, word: str) -> None:
    """Look again until it is there."""
    for _ in range(100):
        if word in desk.get(path):
            return
        time.sleep(0.1)
    raise AssertionError(f"{path}: never {word}")


def test_a_changed_judgement_is_shown_in_words(house: Apart) -> None:
    page = words(one_at(house, "supervisor-1").get(f"/rules/{STRICTER}"))
    assert "氏名に新旧の字体の違いがある" in page
    assert "≒ 規則により同じ same by rule △ 一部一致 partly" in page


def test_deaths_are_confirmed_and_a_life_is_told(months: Months) -> None:
    house = months.house
    assert "ありません" in one_at(house, "operator-2").get("/deaths")
    months.land.happens("中村茂", reason="23", reason_date="20260620")
    batch = months.ask_again("2026-06-B", "2026-06-30T23:59:59+09:00", "20260703")
    desk = one_at(house, "operator-2")
    assert "確認待ち to be confirmed 1" in words(desk.get("/deaths"))
    page = desk.get(f"/deaths/{batch}")
    assert "20260620" in page
    assert not [name for name in NAMES if name in page]
    assert "入力に不足があります" in desk.send(f"/deaths/{batch}/confirmation", {"reason": " "}, 422)
    desk.get(f"/deaths/{batch}")
    page = desk.send(f"/deaths/{batch}/confirmation", {"reason": "一覧を確かめた"})
    assert "確認済み confirmed : operator-2" in words(page)
    release(house.url("front"), batch)
    months.land.happens("中村茂", reason="00", reason_date="")
    months.ask_again("2026-07-A", "2026-07-15T23:59:59+09:00", "20260718")
    clerk, supervisor = one_at(house, "clerk-1"), one_at(house, "supervisor-1")
    assert "企業年金へ連絡してください" in clerk.get("/deaths")
    assert "1 死亡と回答した後に生存が判明した案件" in words(clerk.get("/home"))
    supervisor.get("/deaths")
    closing = re.findall(r'action="([^"]+/closing)"', supervisor.page.text)[0]
    assert "連絡してください" not in supervisor.send(closing, {"reason": "企業年金へ連絡した"})
    assert "supervisor-1" in words(clerk.get("/deaths?state=closed")).split("処理済み")[-1]


def test_quality_is_a_line_with_a_table_beside_it(house: Apart) -> None:
    desk = one_at(house, "clerk-1")
    assert f'href="/quality/{PLAN}"' in desk.get("/quality")
    page = desk.get(f"/quality/{PLAN}")
    scores = [int(score) for score in re.findall(r'<text class="value"[^>]*>(\d+)<', page)]
    cycles = re.findall(r'<th scope="row">(\d{4}-\d{2}-[AB])</th><td class="figure">(\d+)</td>', page)
    assert [int(score) for _, score in reversed(cycles)] == scores
    assert len(scores) >= 1
    assert "OUTCOME-20" in page
    assert "まだ回答した締切回がありません" in desk.get("/quality/00034567")


def test_one_persons_disclosure_leads_from_the_number_to_all_that_was_done(months: Months) -> None:
    desk, number = one_at(months.house, "auditor-1"), months.numbers["A-02"]
    desk.get("/disclosures")
    page = desk.send("/disclosures", {"plan_number": PLAN, "inquiry_number": number, "case": "kaiji-1"}, 200)
    told = words(page)
    assert "2026-06-A 仮照会" in told
    assert "提供 provided → 地方公共団体情報システム機構" in told
    assert "提供 provided → 企業年金" in told
    assert "住民基本台帳法 第30条の9" in told
    assert not [name for name in (*NAMES, number) if name in page]
    desk.get("/disclosures")
    wrong = {"plan_number": PLAN, "inquiry_number": "ABCDEFGHJ0", "case": "kaiji-1"}
    assert "実行できませんでした" in desk.send("/disclosures", wrong, 404)


def test_a_declared_tie_is_kept_by_pseudonym_and_taken_back(months: Months) -> None:
    desk, number = one_at(months.house, "auditor-1"), months.numbers["A-02"]
    assert 'href="/cases/ties"' in desk.get("/cases")
    desk.get("/cases/ties")
    typed = {"staff": "operator-1", "case": "shinkoku-1", "plan_number": PLAN, "inquiry_number": number}
    page = desk.send("/cases/ties", typed)
    assert "operator-1" in words(page)
    assert number not in page
    while "/cases/ties/removal" in desk.page.text:
        desk.send("/cases/ties/removal")
    assert "ありません" in words(desk.page.text)


def test_records_are_searched_and_a_thing_shows_its_whole_life(months: Months) -> None:
    desk = one_at(months.house, "supervisor-1")
    page = desk.get("/records?action=matcher.batch.hand_over&order=oldest&first=2020-01-01&outcome=done")
    assert "operator-1" in page
    (life,) = set(re.findall(r'href="(/records\?object=[^"]+)"', page)[:1])
    whole = words(desk.get(life.replace("&amp;", "&")))
    for act in ("照会ファイルの作成", "照会ファイルの引渡し", "回答ファイルの取込み", "回答の提供確定"):
        assert act in whole
    assert "該当する記録はありません" in desk.get("/records?place=office&actor=nobody")
    assert not [name for name in NAMES if name in desk.get("/records")]


def test_the_destruction_ledger_and_a_hold_by_two(months: Months) -> None:
    one, two = one_at(months.house, "supervisor-1"), one_at(months.house, "auditor-1")
    assert "月ごとの廃棄予定" in words(one.get("/destructions"))
    assert "回答データのバックアップ" in words(one.get("/destructions?state=kept"))
    asked = {"object_type": "plan", "object_id": PLAN, "reason": "訴訟"}
    one.send("/destructions/holds/approvals", asked)
    two.get("/destructions")
    decide = next(action for action in FormFields(two.page.text).forms if action.endswith("/decision"))
    two.send(decide, {"approve": "yes", "reason": "確認した"})
    one.get("/destructions")
    assert "保全中" in words(one.send("/destructions/holds", {"ends_on": "2027-03-31"}))
    assert f"plan/{PLAN}" in words(one.page.text)
    held = words(one.get("/destructions?state=held"))
    assert "■ 訴訟" in held
    assert not [name for name in NAMES if name in held]
    (certificate,) = re.findall(r'href="(/destructions/[0-9a-f-]{36})"', one.get("/destructions?state=done"))[:1]
    assert "廃棄証明" in words(one.get(certificate))


def test_a_masking_is_certified_once_the_sentinel_has_been_there(months: Months) -> None:
    embedded, desk = months.house.embedded, one_at(months.house, "auditor-1")
    masked = BatchMasked(batch_id="batch-of-numbers", cycle="2026-06-B", kind="my_number", numbers=2)
    embedded.services["matcher"].parts.db.write_now(lambda work: work.announce(masked, subject="batch-of-numbers"))
    audit = embedded.services["audit"]
    sentinel = next(job for job in audit.jobs if job.name == "audit-sentinel")

    async def a_round() -> None:
        await embedded.idle()
        await sentinel.run(audit.parts, audit.parts.clock.now())
        await embedded.idle()

    asyncio.run_coroutine_threadsafe(a_round(), months.house._loop).result(60)
    shown = words(desk.get("/destructions"))
    assert "残存なし" in shown
    assert "証明済み" in shown
    assert "個人番号の置換え証明" in words(desk.get("/destructions/maskings/batch-of-numbers"))


def test_bars_keep_to_their_picture() -> None:
    for copies in ([0], [1_000_000, 1], [3] * 12):
        rows = [{"month": "2026-11", "copies": count} for count in copies]
        months = months_of({"month": "2026-11", "months": rows})
        assert [*months][:3] == ["2026-11", "2026-12", "2027-01"]
        assert all(bar.x > 0 and bar.x + bar.width < 720 and bar.y > 0 for bar in bars_of(months))


def test_a_line_keeps_to_its_picture() -> None:
    for scores in ([], [0], [100, 0], [50] * 40):
        line = trend_of([(f"2026-{at:02}-A", score) for at, score in enumerate(scores)])
        assert len(line.points) == len(scores)
        assert all(line.left <= point.x <= line.right and 0 < point.y < line.height for point in line.points)
    assert trend_of([("a", 100), ("b", 0)]).points[0].y < trend_of([("a", 100), ("b", 0)]).points[1].y


@pytest.mark.parametrize(
    ("staff_id", "path", "status"),
    [
        ("clerk-1", "/rules", 403),
        ("auditor-1", "/quality/00012345", 403),
        ("clerk-1", "/quality/1", 422),
        ("clerk-1", "/quality/%EF%BC%910012345", 422),
        ("operator-1", "/rules/UPPER", 422),
        ("operator-1", "/rules/none", 404),
        ("operator-1", "/rules/rehearsals/none", 404),
        ("operator-1", "/deaths/none", 404),
        ("auditor-1", "/deaths/none", 403),
        ("operator-1", "/deaths?cursor=%FF", 400),
    ],
)
def test_what_is_not_theirs_or_not_there_is_told_in_words(house: Apart, staff_id: str, path: str, status: int) -> None:
    assert "実行できませんでした" in one_at(house, staff_id).get(path, expect=status)
