"""Open an incident: by hand, for a lost disc, for a log that does not agree with itself, for a case of misuse."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.audit.domain.incidents.plain_text import refuse_numbers
from services.audit.domain.incidents.states import FIRST
from services.audit.parts import AuditParts
from services.audit.storage.incidents.incidents import alarms_without_incident, of_origin
from services.audit.storage.incidents.tables import Incident, IncidentStep
from services.audit.usecases.incidents.show_incident import incident_shown
from services.audit.usecases.publish_checkpoint import FORKED
from shared.auth.caller import Caller
from shared.bus import Effect
from shared.db import Work
from shared.events.media import DiscLost
from shared.ids import new_id
from shared.refusals import Refusal
from shared.trail import Access, Actor

ACTION: Final = "audit.incident.open"
REGISTER: Final = Actor.job("incident-register")
INSTANT: Final = timedelta(milliseconds=1)
OF_ALARMS: Final[Mapping[str, str]] = {FORKED: "公開された記録が分岐した"}
"""Alarms that are an incident by themselves, with the reason that stands in the register."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What an incident is about: an object, and a time span where the object alone does not say enough."""

    object_type: str
    object_id: str
    since: datetime | None = None
    until: datetime | None = None


def open_by_hand(
    work: Work, caller: Caller, concern: Concern, *, learned_at: datetime | None, reason: str
) -> dict[str, Any]:
    """A person opens one. Refusals `learned-in-the-future`, `span-backwards`, `text-holds-number`."""
    refuse_numbers(reason)
    if learned_at is not None and learned_at > work.now:
        raise Refusal("learned-in-the-future")
    if concern.since is not None and concern.until is not None and concern.until <= concern.since:
        raise Refusal("span-backwards")
    incident = _opened(
        work, concern, origin=("hand", new_id()), by=caller.principal.id, reason=reason, learned_at=learned_at
    )
    work.record(caller.access(ACTION, "incident", incident.id, case=incident.id))
    return incident_shown(incident)


async def open_for_lost_disc(parts: AuditParts, event: DiscLost) -> Effect:
    """A disc that cannot be found is an incident, once, however often the loss is told."""
    return lambda work: open_by_itself(
        work, ("disc-lost", event.disc_id), Concern("disc", event.disc_id), "回答ディスクの紛失が記録された"
    )


def open_for_misuse(work: Work, case_id: str, account: str, since: datetime, until: datetime) -> None:
    """A case that a person decided as misuse is an incident of that account, from its first access to its last."""
    concern = Concern("account", account, since, until + INSTANT)
    open_by_itself(work, ("case", case_id), concern, "アクセス分析の案件が不正利用と判断された")


def open_by_itself(work: Work, origin: tuple[str, str], concern: Concern, reason: str) -> None:
    """Open an incident in the register's own name, unless that origin has opened one."""
    if of_origin(work.session, *origin) is not None:
        return
    incident = _opened(work, concern, origin=origin, by=REGISTER.id, reason=reason)
    work.record(Access(REGISTER, ACTION, "incident", incident.id, case=incident.id, reason=origin[0]))


async def next_alarm(parts: AuditParts, until: datetime) -> datetime | None:
    """When the oldest alarm was noticed that is an incident and has none."""
    waiting = await parts.db.read(lambda session: alarms_without_incident(session, OF_ALARMS))
    found = waiting[0].noticed_at if waiting else None
    return found if found is not None and found <= until else None


async def open_for_alarms(parts: AuditParts, at: datetime) -> dict[str, int]:
    """The job: every such alarm becomes an incident."""

    def effect(work: Work) -> int:
        alarms = alarms_without_incident(work.session, OF_ALARMS)
        for alarm in alarms:
            concern = Concern("log", parts.log_key.name)
            open_by_itself(work, ("alarm", alarm.id), concern, OF_ALARMS[alarm.kind])
        return len(alarms)

    return {"incidents": await parts.db.write(effect)}


def _opened(
    work: Work,
    concern: Concern,
    *,
    origin: tuple[str, str],
    by: str,
    reason: str,
    learned_at: datetime | None = None,
) -> Incident:
    incident = Incident(
        id=new_id(),
        origin=origin[0],
        origin_id=origin[1],
        object_type=concern.object_type,
        object_id=concern.object_id,
        since=concern.since,
        until=concern.until,
        state=FIRST,
        learned_at=learned_at or work.now,
        opened_at=work.now,
        opened_by=by,
    )
    work.session.add(incident)
    work.session.add(IncidentStep(incident_id=incident.id, position=1, state=FIRST, at=work.now, by=by, reason=reason))
    work.session.flush()
    return incident
