"""Which legal basis a provision of individual numbers names; a dated table beside this file."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.refusals import Refusal


def basis_of(kind: str, day: date) -> str:
    """The code of the basis on that day; empty for kinds that need none. Refusal `legal-basis-missing` otherwise."""
    if kind != "my_number":
        return ""
    valid = [row for row in _bases() if row["kind"] == kind and row["from"] <= day]
    if not valid:
        raise Refusal("legal-basis-missing", kind=kind)
    return str(max(valid, key=lambda row: row["from"])["code"])


@cache
def _bases() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(Path(__file__).with_name("legal_basis.toml").read_text("utf-8"))["bases"])
