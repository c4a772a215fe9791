"""How the register of provisions and the table of legal bases look from outside."""

from typing import Any

from services.audit.storage.incidents.tables import Provision
from services.audit.usecases.show import instant
from shared.calendar.clock import JST
from shared.legal import Item, Version, is_valid, items, versions


def provision_shown(line: Provision) -> dict[str, Any]:
    """A line of the register; `valid`: whether its basis could carry it on its day."""
    return {
        "id": line.id,
        "object_type": line.object_type,
        "object_id": line.object_id,
        "request_id": line.request_id,
        "plan_number": line.plan_number,
        "kind": line.kind,
        "people": line.people,
        "purpose": line.purpose,
        "legal_basis": line.legal_basis,
        "valid": is_valid(line.kind, line.legal_basis, line.provided_at.astimezone(JST).date()),
        "channel": line.channel,
        "sha256": line.digest,
        "provided_at": instant(line.provided_at),
        "by": line.by,
    }


def bases_shown() -> dict[str, Any]:
    """Article 19 by each numbering."""
    return {"versions": [_version(one) for one in versions()], "items": [_item(one) for one in items()]}


def _version(version: Version) -> dict[str, Any]:
    return {
        "code": version.code,
        "ja": version.ja,
        "en": version.en,
        "law": version.law,
        "in_force_from": version.in_force_from.isoformat(),
        "source": version.source,
    }


def _item(item: Item) -> dict[str, Any]:
    return {"code": item.code, "ja": item.ja, "numbers": dict(item.numbers)}
