"""What is known beside the log when detections look at it."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from sqlmodel import Session

from services.audit.domain.detections.facts import Access, Acts, Facts, Missing
from services.audit.domain.detections.matters import exports
from services.audit.domain.detections.room_days import ROOM
from services.audit.storage import chains
from services.audit.storage.detections import cases
from services.audit.storage.rooms import roster
from shared.auth.acts import act_rules
from shared.trail import actions


@cache
def acts() -> Acts:
    """Which actions are about what, by the vocabulary and the access matrix."""
    personal = {name for name, action in actions().items() if action.personal_data}
    in_room = {name for name, rule in act_rules().items() if rule.place == ROOM}
    stated = {name for name, rule in act_rules().items() if rule.personal_data}
    return Acts(frozenset(personal), frozenset(personal & in_room), exports(), frozenset(stated))


def known_facts(session: Session, accesses: Iterable[Access]) -> Facts:
    """The roster as it stands, and the declared ties to the people whom the accesses name."""
    tokens = {token for access in accesses for token in access.tokens}
    standings = {one.staff_id: one for one in roster.standings(session)}
    return Facts(acts(), standings, cases.tied(session, tokens))


def missing_records(session: Session, before: datetime) -> list[Missing]:
    """Gaps that have been there since before an instant."""
    found = chains.open_gaps(session)
    return [Missing(source, gap.first, gap.last, since) for source, gap, since in found if since <= before]
