"""The receipt of a request: what was received, for which cycle; signed, so that anyone can verify it offline."""

import base64
from typing import Any

from services.intake.parts import IntakeParts
from services.intake.storage.tables import RequestRow
from shared.calendar.cutoffs import cutoff_at, reply_due
from shared.refusals import Refusal
from shared.trail.record import canonical

SIGNER = "receipts"


def make_receipt(parts: IntakeParts, row: RequestRow) -> dict[str, Any]:
    """Receipt and Ed25519 signature over its canonical JSON (RFC 8785). Refusal `no-receipt-yet` without a file."""
    if row.file_received_at is None:
        raise Refusal("no-receipt-yet")
    receipt = {
        "request_id": row.id,
        "plan_number": row.plan_number,
        "kind": row.kind,
        "state": row.state,
        "sha256": row.file_sha256,
        "size": row.file_size,
        "counts": {"received": row.received, "accepted": row.accepted, "rejected": row.rejected},
        "codes": list(row.codes),
        "cycle": row.cycle,
        "registered_cycle": row.registered_cycle,
        "late": row.cycle != row.registered_cycle,
        "cutoff_at": cutoff_at(row.cycle).isoformat(),
        "reply_due": reply_due(row.cycle).isoformat(),
        "file_received_at": row.file_received_at.isoformat(),
        "issuer": parts.association,
    }
    signer = parts.keyring.signer(SIGNER)
    return {"receipt": receipt, "signature": _text(signer.sign(canonical(receipt)))} | published_key(parts)


def published_key(parts: IntakeParts) -> dict[str, str]:
    """The key that receipts are verified with."""
    signer = parts.keyring.signer(SIGNER)
    return {"algorithm": "Ed25519", "key_id": signer.key_id, "public_key": _text(signer.public_key)}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
