"""What was done with one person's data, to whom it went and why; found by pseudonym, recorded before it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import orjson
from sqlmodel import Session

from services.audit.domain.disclosure.acts import told_acts
from services.audit.domain.disclosure.told import Concern, by_object, told
from services.audit.parts import AuditParts
from services.audit.storage.disclosure.subjects import acts_on, lists_with, media_of
from services.audit.usecases.show import instant
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.refusals import Refusal
from shared.trail import actions
from shared.trail.activities import activity_of

ACT: Final = "audit.disclosure.make"


async def disclose(
    parts: AuditParts, caller: Caller, tokens: Sequence[str], *, after: int, limit: int
) -> dict[str, Any]:
    """The person's requests and up to `limit` acts from the record after `after` on; `next_after` where more follow.

    Refusal `purpose-required` without a stated purpose and case.
    """
    if not (caller.purpose and caller.case):
        raise Refusal("purpose-required")
    concerns, acts, last = await parts.db.read(lambda session: _found(session, tokens, after, limit))
    named = {"subjects": 1, "subject_tokens": tuple(tokens), "reason": f"shown-{len(acts)}"}
    await parts.db.write(lambda work: work.record(caller.access(ACT, "disclosure", caller.case, **named)))
    return {
        "made_at": instant(parts.clock.now()),
        "requests": [{**asdict(concern), "media": list(concern.media)} for concern in concerns],
        "acts": [_in_words(act) for act in acts],
        "next_after": last,
    }


def _found(
    session: Session, tokens: Sequence[str], after: int, limit: int
) -> tuple[list[Concern], list[dict[str, Any]], int | None]:
    concerns = _concerns(session, tokens)
    objects = by_object(concerns)
    rows = acts_on(session, list(objects), tokens, list(told_acts()), after=after, limit=limit + 1)
    records = [(row.log_index, orjson.loads(row.canonical)) for row in rows[:limit]]
    return concerns, told(records, objects, frozenset(tokens)), records[-1][0] if len(rows) > limit else None


def _concerns(session: Session, tokens: Sequence[str]) -> list[Concern]:
    """Each request once, though its list comes in parts."""
    lists = {row.request_id: row for row in lists_with(session, tokens)}
    media: dict[str, list[str]] = {}
    for row in media_of(session, list(lists)):
        media.setdefault(row.request_id, []).append(row.medium_id)
    return [
        Concern(
            row.request_id,
            row.plan_number,
            row.kind,
            row.cycle,
            row.reply_id,
            row.batch_id,
            tuple(sorted(media.get(row.request_id, ()))),
        )
        for row in lists.values()
    ]


def _in_words(act: Mapping[str, Any]) -> dict[str, Any]:
    """With the words of the vocabulary, and the row of the register of processing activities that was in force."""
    word = actions()[act["action"]]
    day = datetime.fromisoformat(act["at"]).astimezone(JST).date()
    activity = activity_of(act["action"], act["purpose"], day)
    register = {"version": activity.version, "ja": activity.ja, "en": activity.en} if activity else None
    stated = (act["legal_basis"],) if act["legal_basis"] else ()
    basis = stated or (activity.basis(my_number="my-number" in act["items"]) if activity else ())
    return {**act, "ja": word.ja, "en": word.en, "activity": register, "legal_basis": basis}
