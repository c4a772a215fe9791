"""The first plans of the register, from a bootstrap file."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from services.intake.parts import IntakeParts
from services.intake.storage.tables import PlanRow
from services.intake.usecases.register_plan import PlanEntry, register_plan
from shared.db import Work
from shared.refusals import Refusal
from shared.trail import Access, Actor

BOOTSTRAP: Final = Actor.job("bootstrap")
ENTRY: Final = TypeAdapter(PlanEntry)
NUMBER: Final = re.compile(r"[0-9]{8}")


def load_plans(parts: IntakeParts, rows: Sequence[Mapping[str, Any]]) -> int:
    """Enters plans, all or none; what is entered already stays as it is. Counts what is new.

    Refusal `bootstrap-invalid` with every place that is wrong; never with a value.
    """
    entries = _read(rows)

    def write(work: Work) -> int:
        fresh = [entry for entry in entries if work.session.get(PlanRow, entry.number) is None]
        for entry in fresh:
            register_plan(work, entry, Access(BOOTSTRAP, "intake.plan.register", "plan", entry.number))
        return len(fresh)

    return parts.db.write_now(write)


def _read(rows: Sequence[Mapping[str, Any]]) -> list[PlanEntry]:
    entries: list[PlanEntry] = []
    wrong: list[str] = []
    for at, row in enumerate(rows):
        try:
            entry = ENTRY.validate_python(row)
        except ValidationError as invalid:
            errors = invalid.errors(include_input=False, include_url=False)
            wrong += [f"plans[{at}].{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in errors]
            continue
        if not NUMBER.fullmatch(entry.number):
            wrong.append(f"plans[{at}].number: must be eight digits")
        entries.append(entry)
    numbers = [entry.number for entry in entries]
    wrong += [f"plans: number {one} twice" for one in sorted({one for one in numbers if numbers.count(one) > 1})]
    if wrong:
        raise Refusal("bootstrap-invalid", errors=wrong)
    return entries
