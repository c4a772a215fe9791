"""Run a drill on a synthetic twin, keep its signed result, and file it as evidence of checksheet item 11."""

import hashlib
from time import perf_counter
from typing import Any, Final

import orjson

from services.audit.domain.canonical import canonical
from services.audit.domain.checksheets.evidence import Evidence
from services.audit.domain.drills.scenarios import Check, Scenario, scenario_of
from services.audit.parts import CERTIFICATE_KEY, AuditParts
from services.audit.storage.incidents.tables import Drill
from services.audit.usecases.checksheets.file_evidence import file_evidence
from services.audit.usecases.drills.rehearse import rehearse
from services.audit.usecases.drills.twin import synthetic_twin
from services.audit.usecases.show import instant
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.http import Once
from shared.ids import new_id

FORM: Final = "shokai-drill-1"
ACT: Final = "audit.drill.run"


async def run_drill(parts: AuditParts, caller: Caller, code: str, once: Once) -> dict[str, Any]:
    """The result of one scenario. Refusal `not-found` for one that is not in the table."""
    scenario = scenario_of(code)
    started = perf_counter()
    async with synthetic_twin(parts) as apart:
        checks = await rehearse(apart, scenario)
    milliseconds = round((perf_counter() - started) * 1000)
    return await once.write(parts.db, lambda work: _keep(parts, work, caller, scenario, checks, milliseconds))


def drill_shown(drill: Drill) -> dict[str, Any]:
    """A drill with its statement: what was expected and what was found."""
    return {
        "id": drill.id,
        "scenario": drill.scenario,
        "run_at": instant(drill.run_at),
        "by": drill.by,
        "passed": drill.passed,
        "digest": drill.digest,
        "statement": orjson.loads(drill.statement),
        "signature": drill.signature.hex(),
    }


def _keep(
    parts: AuditParts, work: Work, caller: Caller, scenario: Scenario, checks: list[Check], milliseconds: int
) -> dict[str, Any]:
    drill_id = new_id()
    passed = all(check.passed for check in checks)
    statement = canonical(
        {
            "form": FORM,
            "id": drill_id,
            "association": parts.association,
            "scenario": scenario.code,
            "run_at": instant(work.now),
            "by": caller.principal.id,
            "milliseconds": milliseconds,
            "passed": passed,
            "checks": [_checked(check) for check in checks],
        }
    )
    drill = Drill(
        id=drill_id,
        scenario=scenario.code,
        run_at=work.now,
        by=caller.principal.id,
        passed=passed,
        statement=statement,
        digest=hashlib.sha256(statement).hexdigest(),
        signature=parts.keyring.signer(CERTIFICATE_KEY).sign(statement),
    )
    work.session.add(drill)
    file_evidence(work, _evidence(drill, scenario, checks), by=caller.principal.id)
    outcome = "passed" if passed else "failed"
    access = caller.access(ACT, "drill", drill.id, case=drill.id, release=f"sha256:{drill.digest}", reason=outcome)
    work.record(access)
    work.session.flush()
    return drill_shown(drill)


def _checked(check: Check) -> dict[str, Any]:
    return {"check": check.name, "expected": _text(check.expected), "found": _text(check.found), "passed": check.passed}


def _text(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _evidence(drill: Drill, scenario: Scenario, checks: list[Check]) -> Evidence:
    facts: dict[str, int | str] = {
        "scenario": scenario.code,
        "day": drill.run_at.astimezone(JST).date().isoformat(),
        "checks": len(checks),
        "failed": sum(not check.passed for check in checks),
    }
    refs = (f"drill:{drill.id}", f"sha256:{drill.digest}")
    return Evidence("incident-drill", "yes" if drill.passed else "no", facts, refs)
