"""Decision tables as a supervisor reads them: built in and proposed, row by row, with every judgement changed."""

from typing import Any

from sqlmodel import Session

from services.matcher.domain.items.judgement import built_in_judgements, reasons
from services.matcher.domain.table import NO_LIMIT, Row, Table, built_in_tables
from services.matcher.settings import MatcherParts
from services.matcher.storage.rules import RuleTable, complete_rehearsal, rule_table_of, rule_tables
from services.matcher.usecases.rules_in_force import day_of, table_in_force, table_of


async def list_rules(parts: MatcherParts, *, after: str, limit: int) -> list[dict[str, Any]]:
    """Every table by version, without its rows."""
    today = day_of(parts.clock.now())

    def look(session: Session) -> list[dict[str, Any]]:
        in_force = table_in_force(session, today).version
        found = [(table, None) for table in built_in_tables()] + [(table_of(row), row) for row in rule_tables(session)]
        later = sorted((one for one in found if one[0].version > after), key=lambda one: one[0].version)
        return [_head(table, row, in_force == table.version) for table, row in later[:limit]]

    return await parts.db.read(look)


async def show_rules(parts: MatcherParts, version: str) -> dict[str, Any]:
    """One table, whole. Refusal `not-found`."""
    today = day_of(parts.clock.now())

    def look(session: Session) -> dict[str, Any]:
        in_force = table_in_force(session, today).version == version
        for table in built_in_tables():
            if table.version == version:
                return shown(table, None, in_force=in_force)
        row = rule_table_of(session, version)
        rehearsal = complete_rehearsal(session, version)
        return shown(table_of(row), row, in_force=in_force, rehearsal_id=rehearsal.id if rehearsal else "")

    return await parts.db.read(look)


def shown(table: Table, row: RuleTable | None, *, in_force: bool = False, rehearsal_id: str = "") -> dict[str, Any]:
    """A table as JSON; `rehearsal_id` is its newest complete rehearsal's."""
    return {
        **_head(table, row, in_force),
        "rehearsal_id": rehearsal_id,
        "rows": [_row(one) for one in table.rows],
        "judgements": [_judgement(code, judgement) for code, judgement in table.judgements.items()],
    }


def _head(table: Table, row: RuleTable | None, in_force: bool) -> dict[str, Any]:
    return {
        "version": table.version,
        "state": "built_in" if row is None else "proposed" if row.activated_at is None else "activated",
        "ja": table.ja,
        "en": table.en,
        "in_force_from": table.in_force_from,
        "in_force": in_force,
        "proposed_by": "" if row is None else row.proposed_by,
        "proposed_at": None if row is None else row.proposed_at,
        "activated_by": "" if row is None else row.activated_by,
        "activated_at": None if row is None else row.activated_at,
    }


def _row(row: Row) -> dict[str, Any]:
    """A row; bounds only where its situation looks at them, `most` null where there is no limit."""
    least, most = row.counts()
    bounds = {"least": least, "most": None if most == NO_LIMIT else most}
    return {
        "situation": row.situation,
        "not_agreeing": bounds if row.situation == "one" else None,
        "agreeing_in_all": bounds if row.situation == "several" else None,
        "outcome": row.outcome,
        "ja": row.ja,
        "en": row.en,
    }


def _judgement(code: str, judgement: str) -> dict[str, str]:
    reason = reasons()[code]
    return {
        "code": code,
        "item": reason.item,
        "ja": reason.ja,
        "en": reason.en,
        "built_in": built_in_judgements()[code],
        "judgement": judgement,
    }
