"""How a service that keeps copies hears of legal holds."""

from collections.abc import Mapping

from sqlalchemy import Table, delete

from shared.bus.handling import Effect, Handler
from shared.db.plumbing import insert_or_ignore
from shared.db.work import Work
from shared.events import Event
from shared.events.audit import HoldLifted, HoldSet
from shared.hosting.parts import Parts


def hold_events(table: Table) -> Mapping[type[Event], Handler]:
    """The handlers that keep `table` as the holds are. A hold whose end has come needs no event: it holds no more."""

    async def keep_hold(parts: Parts, event: HoldSet) -> Effect:
        row = {
            "id": event.hold_id,
            "object_type": event.object_type,
            "object_id": event.object_id,
            "ends_at": event.ends_at,
        }

        def effect(work: Work) -> None:
            work.session.connection().execute(insert_or_ignore(table).values(row).on_conflict_do_nothing())

        return effect

    async def drop_hold(parts: Parts, event: HoldLifted) -> Effect:
        def effect(work: Work) -> None:
            work.session.connection().execute(delete(table).where(table.c.id == event.hold_id))

        return effect

    return {HoldSet: keep_hold, HoldLifted: drop_hold}
