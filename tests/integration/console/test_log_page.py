"""The page of the log: what is signed, what is missing, the day's digest on paper."""

from datetime import timedelta

from services.audit.parts import AuditParts
from services.audit.storage import chains
from services.audit.usecases.publish_checkpoint import publish_checkpoint
from shared.calendar.clock import JST
from tests.integration.console.desk import Desk, words
from tests.unit.cli.apart import Apart


def test_an_alarm_is_shown_and_explained_and_the_digest_is_printed(house: Apart, desk: Desk) -> None:
    parts = house.embedded.services["audit"].parts
    assert isinstance(parts, AuditParts)
    parts.db.write_now(lambda work: chains.raise_alarm(work.session, "gap", "intake", 900_001, 900_002, work.now))
    publish_checkpoint(parts)
    desk.sign_in("auditor-1")
    assert "説明を待つ記録の警報" in words(desk.get("/home"))
    told = words(desk.get("/log"))
    assert parts.log_key.name in told
    assert "▲ 記録の欠落 records are missing" in told
    assert "立会人がありません" in told
    alarms = parts.db.read_now(lambda session: chains.alarms(session, state="open", after="", limit=99))
    alarm = next(one for one in alarms if one.first == 900_001)
    desk.send(f"/log/alarms/{alarm.id}/explanation", {"reason": "復元試験によるもの"})
    assert alarm.id not in desk.get("/log")

    day = parts.clock.now().astimezone(JST).date()
    told = words(desk.get(f"/log/digests/{day}"))
    assert parts.log_key.text in told
    assert "署名されたチェックポイント" in told
    desk.get(f"/log/digests/{day - timedelta(days=4000)}", expect=404)


def test_a_clerk_is_not_offered_the_page(desk: Desk) -> None:
    desk.sign_in("clerk-1")
    assert 'href="/log"' not in desk.get("/home")
    desk.get("/log", expect=403)
