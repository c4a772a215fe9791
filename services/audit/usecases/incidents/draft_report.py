"""The draft of a report, out of what people wrote and, where they have not yet, of the facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from services.audit.domain.incidents.radius import Radius
from services.audit.domain.incidents.reports import draft_of, kinds_in_words
from services.audit.storage.incidents import freezes as stored_freezes
from services.audit.storage.incidents import incidents as stored
from services.audit.storage.incidents.tables import Incident
from services.audit.usecases.incidents.measure_radius import measure_radius
from services.audit.usecases.incidents.show_incident import learned_on
from services.audit.usecases.show import instant
from shared.refusals import Refusal

Facts = Mapping[str, str | int | None]

OBJECTS: Final = {
    "disc": "回答CD-R",
    "reply": "回答パッケージ",
    "request": "照会依頼",
    "batch": "J-LIS照会・回答のバッチ",
    "plan": "企業年金",
    "account": "アカウント",
    "key": "暗号鍵",
    "time_span": "期間",
    "log": "アクセス記録",
}
HAPPENED: Final = {
    "leak": "漏えい(そのおそれを含む)",
    "loss": "滅失",
    "damage": "毀損",
    "misuse": "不正な利用",
    "provision": "番号法第19条に反する提供",
    "nothing": "該当なし",
}
ENCRYPTED: Final = {"strong": "高度な暗号化がされている", "none": "暗号化されていない", "unknown": "確認中"}


def draft_report(session: Session, incident: Incident, code: str, now: datetime) -> dict[str, Any]:
    """The draft as of now. Refusal `not-found` for what no report belongs to."""
    written = {item: row.text for item, row in stored.newest_items(session, incident.id).items()}
    draft = draft_of(code, written, _facts(session, incident))
    return {
        "incident_id": incident.id,
        "code": draft.code,
        "to_ja": draft.to_ja,
        "title_ja": draft.title_ja,
        "title_en": draft.title_en,
        "source": draft.source,
        "drafted_at": instant(now),
        "sections": [
            {"number": one.number, "item": one.item, "ja": one.ja, "en": one.en, "text": one.text, "origin": one.origin}
            for one in draft.sections
        ],
    }


def _facts(session: Session, incident: Incident) -> Facts:
    assessments = stored.assessments_of(session, incident.id)
    newest = assessments[-1] if assessments else None
    radius = _radius(session, incident)
    people = newest.people if newest else radius.people if radius else None
    return {
        "learned_on": learned_on(incident).strftime("%Y年%-m月%-d日"),
        "object_ja": OBJECTS.get(incident.object_type, incident.object_type),
        "object_id": incident.object_id,
        "happened_ja": HAPPENED[newest.happened] if newest else None,
        "encrypted_ja": ENCRYPTED[newest.encrypted] if newest else None,
        "people": people,
        "plans_ja": f"(企業年金{len(radius.plans)}先)" if radius and radius.plans else "",
        "data_items": kinds_in_words(list(radius.kinds)) if radius else None,
        "freezes": len(stored_freezes.freezes_of(session, incident.id)),
    }


def _radius(session: Session, incident: Incident) -> Radius | None:
    """None for an incident that no radius can be measured of, such as a forked log."""
    try:
        return measure_radius(session, incident.object_type, incident.object_id, incident.since, incident.until)
    except Refusal:
        return None
