"""Incidents through the pages: opened at a desk, led by a supervisor, printed; a freeze that two people lift."""

import re
import time

from shared.events.media import ProvisionMade
from tests.integration.console.desk import Desk, words
from tests.unit.cli.apart import Apart

DISC = "00000001-0000-7000-8000-000000000000"


def one_at(house: Apart, staff_id: str) -> Desk:
    desk = Desk(house.url("front"))
    desk.sign_in(staff_id)
    return desk


def test_an_incident_through_the_pages(house: Apart) -> None:
    clerk, supervisor = one_at(house, "clerk-1"), one_at(house, "supervisor-1")
    clerk.get("/incidents")
    told = clerk.send("/incidents", {"object_type": "disc", "object_id": DISC, "reason": "配達先に届いていない"})
    assert "管理責任者が対応します" in told
    assert DISC not in told
    page = words(supervisor.get("/incidents"))
    assert "回答ディスク" in page
    assert "評価がまだです" in page
    (path,) = set(re.findall(r'href="(/incidents/[0-9a-f-]{36})"', supervisor.page.text))
    supervisor.get(path)
    facts = {"happened": "leak", "people": "101", "my_numbers": "yes", "encrypted": "none", "reason": "調査による"}
    page = words(supervisor.send(f"{path}/assessments", facts))
    assert "100人を超える特定個人情報の漏えい" in page
    assert "個人情報保護委員会への速報" in page
    assert "あと4日" in page
    page = words(supervisor.send(f"{path}/items/outline", {"text": "回答CD-R 1枚の紛失"}))
    assert "第1版" in page
    draft = words(supervisor.get(f"{path}/drafts/ppc-first"))
    assert "個人情報保護委員会 御中" in draft
    assert "回答CD-R 1枚の紛失" in draft
    assert "最大101人" in draft
    supervisor.get(path)
    page = words(supervisor.send(f"{path}/duties/jlis", {"reference": "J-1", "at": ""}))
    assert "済み" in page
    page = words(supervisor.send(f"{path}/steps", {"state": "triaged", "reason": "漏えいのおそれ"}))
    assert "✓ 評価済み" in page
    versions = words(supervisor.get(f"{path}/items/outline"))
    assert "回答CD-R 1枚の紛失" in versions


def test_who_would_be_affected_is_shown_before_it_happens(house: Apart) -> None:
    auditor = one_at(house, "auditor-1")
    page = words(auditor.get("/incidents/radius", params={"object_type": "account", "object_id": "clerk-1"}))
    assert "人数(最大)" in page
    assert "期間を指定" not in page
    page = words(auditor.get("/incidents/radius", params={"object_type": "time_span"}))
    assert "影響範囲を調べるには期間が必要です" in page


def test_a_freeze_is_lifted_by_two(house: Apart) -> None:
    auditor, clerk, supervisor = (one_at(house, name) for name in ("auditor-1", "clerk-1", "supervisor-1"))
    auditor.get("/incidents")
    page = words(
        auditor.send("/incidents/freezes", {"object_type": "plan", "object_id": "00012345", "reason": "調査のため"})
    )
    assert "■ 企業年金" in page
    (freeze,) = set(re.findall(r"/incidents/freezes/([0-9a-f-]{36})", clerk.get("/incidents")))
    clerk.send(f"/incidents/freezes/{freeze}/approvals", {"reason": "調査が終わった"})
    assert "承認待ち" in clerk.page.text
    decision = re.findall(r'action="([^"]+/decision)"', supervisor.get("/incidents"))[0]
    supervisor.send(decision, {"approve": "yes"})
    clerk.get("/incidents")
    page = words(clerk.send(f"/incidents/freezes/{freeze}/lift"))
    assert "凍結されているものはありません" in page


def test_a_drill_is_run_and_its_result_shown(house: Apart) -> None:
    supervisor = one_at(house, "supervisor-1")
    assert "まだ行われていません" in supervisor.get("/incidents")
    page = words(supervisor.send("/incidents/drills", {"scenario": "lost_disc"}))
    assert "項目すべて期待どおり" in page


def test_provisions_stand_in_the_register_with_their_item(house: Apart) -> None:
    provided = ProvisionMade(
        provision_id="p-1",
        object_type="disc",
        object_id=DISC,
        request_id=DISC,
        plan_number="00012345",
        kind="my_number",
        people=42,
        purpose="reply-delivery",
        legal_basis="my-number-act/2025-06-20/19-1",
        channel="disc",
        sha256="0" * 64,
        provided_at=house.embedded.kit.clock.now(),
        by="clerk-1",
    )
    media = house.embedded.services["media"].parts.db
    media.write_now(lambda work: work.announce(provided, subject="p-1"))
    auditor = one_at(house, "auditor-1")
    for _ in range(100):
        page = words(auditor.get("/provisions", params={"plan_number": "00012345"}))
        if "提供 0 件" not in page:
            break
        time.sleep(0.1)
    assert "提供 1 件・延べ 42 人" in page
    assert "第1号" in page
    assert "本人の同意に基づく使用者間の提供" in page
    assert "該当する提供はありません" in auditor.get("/provisions", params={"kind": "main"})


def test_a_frozen_account_is_out_everywhere(house: Apart) -> None:
    auditor, operator = one_at(house, "auditor-1"), one_at(house, "operator-1")
    auditor.get("/incidents")
    stopped = {"object_type": "account", "object_id": "operator-1", "reason": "調査のため"}
    auditor.send("/incidents/freezes", stopped)
    for _ in range(100):
        operator.page = operator.http.get("/reviews")
        if operator.page.status_code == 409:
            break
        time.sleep(0.1)
    assert "提供が停止されています" in operator.page.text
    assert "提供が停止されています" in Desk(house.url("front")).sign_in("operator-1", expect=409)
    assert one_at(house, "operator-2").get("/reviews")
