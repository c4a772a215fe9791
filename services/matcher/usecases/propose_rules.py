"""A decision table is proposed: stored when no invariant is broken, in force only after a rehearsal and two people."""

from collections.abc import Mapping
from typing import Any, Final

from services.matcher.domain.table import TableRefused, built_in_tables, read_table
from services.matcher.settings import MatcherParts
from services.matcher.storage.rules import RuleTable
from services.matcher.usecases.show_rules import shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.http import Once
from shared.refusals import Refusal

ACT: Final = "matcher.rules.propose"


async def propose_rules(parts: MatcherParts, caller: Caller, content: Mapping[str, Any], once: Once) -> dict[str, Any]:
    """The stored proposal. Refusals `rules-refused` with all that is wrong, `rules-exist` for a known version."""
    try:
        table = read_table(content)
    except TableRefused as refused:
        raise Refusal("rules-refused", faults=[fault.told() for fault in refused.faults]) from refused

    def propose(work: Work) -> dict[str, Any]:
        known = any(one.version == table.version for one in built_in_tables())
        if known or work.session.get(RuleTable, table.version) is not None:
            raise Refusal("rules-exist")
        row = RuleTable(
            version=table.version, content=dict(content), proposed_by=caller.principal.id, proposed_at=work.now
        )
        work.session.add(row)
        work.record(caller.access(ACT, "rules", table.version))
        return shown(table, row)

    return await once.write(parts.db, propose)
