"""The radius of a loss: from a disc, a reply, a request, a plan, an account, a key or a span of time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from services.audit.domain.incidents.duties import categories_of, duties_of
from services.audit.domain.incidents.keys import under_key
from services.audit.domain.incidents.radius import Carried, Radius, counted, radius_of
from services.audit.storage.incidents import carriers
from services.audit.usecases.incidents.show_incident import assessed_shown, category_shown, duty_shown
from services.audit.usecases.show import instant
from shared.calendar.clock import JST
from shared.refusals import Refusal

Places = Mapping[tuple[str, str], Sequence[Carried]]


def measure_radius(
    session: Session, object_type: str, object_id: str, since: datetime | None, until: datetime | None
) -> Radius:
    """The radius. Refusals `span-required` where time alone is to say what is affected, `key-without-people`."""
    if object_type in ("account", "time_span", "log"):
        return _of_accesses(session, object_type, object_id, since, until)
    places = _places(session, object_type, object_id)
    # Whoever has a key opens what lies under it without a trace: only what was done with the key itself is known.
    affected = {(object_type, object_id), *(() if object_type == "key" else places)}
    touches = (
        touch
        for touch in carriers.touches_of_objects(session, (place_id for _, place_id in affected))
        if (touch.object_type, touch.object_id) in affected and _within(touch.at, since, until)
    )
    return radius_of(object_type, counted(touches), places)


def radius_shown(radius: Radius, learned_at: datetime, now: datetime) -> dict[str, Any]:
    """The radius with what it would owe whom, if learned of then."""
    learned_on, today = learned_at.astimezone(JST).date(), now.astimezone(JST).date()
    return {
        "people": radius.people,
        "plans": [{"plan_number": plan, "people": people} for plan, people in radius.plans],
        "kinds": list(radius.kinds),
        "my_numbers": radius.my_numbers,
        "encrypted": radius.encrypted,
        "password_told_at": instant(radius.password_told_at),
        "objects": radius.objects,
        "accesses": radius.accesses,
        "readers": [
            {
                "actor": one.actor,
                "team": one.team,
                "action": one.action,
                "times": one.times,
                "people": one.people,
                "first": instant(one.first),
                "last": instant(one.last),
            }
            for one in radius.readers
        ],
        "assessment": assessed_shown(radius.assessment),
        "categories": [category_shown(one) for one in categories_of(radius.assessment, learned_on)],
        "duties": [duty_shown(one, today, None) for one in duties_of(radius.assessment, learned_on)],
    }


def _of_accesses(
    session: Session, object_type: str, object_id: str, since: datetime | None, until: datetime | None
) -> Radius:
    """Everything that an account, or everybody, touched in a span."""
    if object_type != "account" and (since is None or until is None):
        raise Refusal("span-required")
    actor = object_id if object_type == "account" else ""
    count = counted(carriers.touches_with_data(session, actor=actor, since=since, until=until))
    return radius_of(object_type, count, carriers.carried_by(session, count.people))


def _places(session: Session, object_type: str, object_id: str) -> Places:
    if object_type == "batch":
        return carriers.requests_of_batch(session, object_id)
    if object_type == "plan":
        return carriers.carriers_of_plan(session, object_id)
    if object_type == "key":
        under = under_key(object_id)
        if under.plan_number:
            return carriers.carriers_of_plan(session, under.plan_number)
        return carriers.of_kinds(session, under.types, under.kinds)
    return carriers.carried_by(session, [(object_type, object_id)])


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)
