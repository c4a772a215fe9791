"""Detections about two: approvals between the same two people too often, both ways, or too fast."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.audit.domain.detections.facts import Access
from services.audit.domain.detections.look import Look, Sign
from services.audit.domain.detections.rules import Fact

ASK: Final = "authority.approval.request"
DECIDE: Final = "authority.approval.decide"
APPROVED: Final = "approved"
GIVEN: Final = "approvals"
LONGEST: Final = 1000
Given = Sequence[Sequence[str]]
"""Approvals of the last weeks: [when, for whom, by whom, seconds after asking]."""


def approval_keys(access: Access) -> Iterable[str]:
    """Who asked, and the approvals of the last weeks."""
    return (f"asked|{access.object_id}", GIVEN) if access.action in (ASK, DECIDE) else ()


def same_two_people(look: Look) -> Iterator[Sign]:
    """Remembers who asked; judges when somebody approves."""
    access, memory = look.access, look.memory
    if access.outcome != "done" or access.action not in (ASK, DECIDE):
        return
    key = f"asked|{access.object_id}"
    if access.action == ASK:
        memory.put(key, [access.actor, access.at.isoformat()], access.at + timedelta(days=60))
        return
    asked = memory.get(key)
    if asked is None or access.reason != APPROVED:
        return
    seconds = int((access.at - datetime.fromisoformat(asked[1])).total_seconds())
    window = timedelta(days=look.parameter("days"))
    recent = [row for row in memory.get(GIVEN) or [] if access.at - datetime.fromisoformat(row[0]) <= window]
    given = [*recent, [access.at.isoformat(), asked[0], access.actor, str(seconds)]][-LONGEST:]
    memory.put(GIVEN, given, access.at + window)
    yield from _judged(look, asked[0], given)


def _judged(look: Look, requester: str, given: Given) -> Iterator[Sign]:
    actor, window = look.access.actor, int(look.parameter("days"))
    theirs = [row for row in given if row[1] == requester]
    amount = sum(by == actor for _, _, by, _ in theirs)
    returned = sum(row[1] == actor and row[2] == requester for row in given)
    quick = sum(row[2] == actor and int(row[3]) <= look.parameter("quick_seconds") for row in theirs)
    others = len({row[2] for row in given} - {actor, requester})
    month = look.access.day.strftime("%Y-%m")
    told: dict[str, Fact] = {"requester": requester, "window": window, "amount": amount}
    enough = amount >= look.parameter("least") and others >= look.parameter("other_deciders")
    if enough and amount >= look.parameter("share") * len(theirs):
        yield look.sign("often", actor, requester, month, **told, of=len(theirs), others=others)
    if min(amount, returned) >= look.parameter("mutual"):
        both = sorted((actor, requester))
        sign = look.sign("mutual", *both, month, **told, back=returned)
        yield replace(sign, about=f"staff:{both[0]}")  # one case, whoever of the two approved last
    if quick >= look.parameter("quick"):
        facts: dict[str, Fact] = {**told, "amount": quick, "seconds": int(look.parameter("quick_seconds"))}
        yield look.sign("quick", actor, requester, month, **facts)
