"""The dated tables of authority: who may approve, which duties exclude each other, purposes, classes of equipment."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Which teams may ask for a second person's approval of an act, who that person may be, and how long it holds."""

    action: str
    ja: str
    en: str
    valid_from: date
    requesters: frozenset[str]
    approvers: frozenset[str]
    hours: int


@cache
def table(name: str) -> tuple[dict[str, Any], ...]:
    """The rows of one table as shipped."""
    text = (Path(__file__).parent / f"{name}.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["rows"])


def in_force(name: str, on: date) -> list[dict[str, Any]]:
    """The rows of one table that hold on a day."""
    return [row for row in table(name) if row["valid_from"] <= on and on <= row.get("valid_to", date.max)]


def approval_rule(action: str, on: date) -> ApprovalRule | None:
    """The row for an act on a day; of several the latest."""
    rows = [row for row in in_force("approvals", on) if row["action"] == action]
    if not rows:
        return None
    row = max(rows, key=lambda one: one["valid_from"])
    return ApprovalRule(
        action=action,
        ja=row["ja"],
        en=row["en"],
        valid_from=row["valid_from"],
        requesters=frozenset(row["requesters"]),
        approvers=frozenset(row["approvers"]),
        hours=row["hours"],
    )
