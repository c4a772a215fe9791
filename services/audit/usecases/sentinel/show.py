"""How runs of the sentinel and maskings look from outside."""

import base64
from typing import Any

import orjson

from services.audit.storage.sentinel.tables import Masking, SentinelRun
from services.audit.usecases.show import instant
from shared.refusals import Refusal


def run_shown(run: SentinelRun) -> dict[str, Any]:
    """One round: how much was looked at, and where something was found."""
    return {
        "id": run.id,
        "began_at": instant(run.began_at),
        "ended_at": instant(run.ended_at),
        "places": run.places,
        "files": run.files,
        "bytes": run.bytes,
        "columns": run.columns,
        "values": run.values,
        "clean": run.clean,
        "found": run.found,
        "unread": run.unread,
    }


def masking_shown(masking: Masking, last: SentinelRun | None) -> dict[str, Any]:
    """A masked batch: `certified`, `refused` while the last round found something, or `waiting` for a round."""
    state = "certified" if masking.statement else "refused" if last is not None and not last.clean else "waiting"
    return {
        "batch_id": masking.batch_id,
        "cycle": masking.cycle,
        "numbers": masking.numbers,
        "masked_at": instant(masking.masked_at),
        "state": state,
        "sentinel_run": masking.run_id,
    }


def masking_certificate(masking: Masking, last: SentinelRun | None) -> dict[str, Any]:
    """The certificate. Refusal `number-in-clear` while the last round found one, `sentinel-waiting` before a round."""
    if last is not None and not last.clean:
        raise Refusal("number-in-clear", run=last.id, found=len(last.found), unread=len(last.unread))
    if masking.statement is None or masking.signature is None or masking.public_key is None:
        raise Refusal("sentinel-waiting")
    return {
        "statement": orjson.loads(masking.statement),
        "signature": base64.b64encode(masking.signature).decode(),
        "public_key": base64.b64encode(masking.public_key).decode(),
    }
