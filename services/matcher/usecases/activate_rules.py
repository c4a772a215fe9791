"""Two people switch a rehearsed table on, from a day that is still to come: what was decided is never decided anew."""

from datetime import date
from typing import Any, Final

from services.matcher.settings import MatcherParts
from services.matcher.storage.rules import complete_rehearsal, rule_table_of
from services.matcher.usecases.rules_in_force import day_of, table_of
from services.matcher.usecases.show_rules import shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.events.matcher import RulesActivated
from shared.http import Once
from shared.refusals import Refusal

ACT: Final = "rules.activate"


async def activate_rules(
    parts: MatcherParts, caller: Caller, version: str, in_force_from: date, once: Once
) -> dict[str, Any]:
    """The activated table. Refusals `rules-active`, `rules-date-past`, `rules-not-rehearsed`, and the approval's."""

    def activate(work: Work) -> dict[str, Any]:
        row = rule_table_of(work.session, version)
        if row.activated_at is not None:
            raise Refusal("rules-active")
        today = day_of(work.now)
        if in_force_from <= today:
            raise Refusal("rules-date-past", today=today.isoformat())
        rehearsal = complete_rehearsal(work.session, version)
        if rehearsal is None:
            raise Refusal("rules-not-rehearsed")
        work.use_approval(caller, ACT, version)
        row.in_force_from, row.rehearsal_id = in_force_from, rehearsal.id
        row.activated_by, row.activated_at = caller.principal.id, work.now
        work.announce(
            RulesActivated(version=version, in_force_from=in_force_from, rehearsal_id=rehearsal.id), subject=version
        )
        work.record(caller.access(ACT, "rules", version, case=caller.case or rehearsal.id))
        return shown(table_of(row), row, rehearsal_id=rehearsal.id)

    return await once.write(parts.db, activate)
