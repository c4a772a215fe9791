"""Who plays in the demonstration: plans, staff, equipment, each with a secret of its own."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shared.hosting.installation import read_bootstrap
from shared.refusals import Refusal

DEMO = "demo"  # the table of the bootstrap file that only the demonstration reads
BOOTSTRAP = Path(__file__).with_name("bootstrap.toml")

# How many members each plan asks about, as shares of the whole; the registry is asked about a fifth of its people.
_SHARES = (30, 12, 20, 8, 14, 9, 5, 2)


@dataclass(frozen=True)
class Plan:
    """A plan of the demonstration."""

    number: str
    name: str
    kind: str
    channel: str
    members: int
    charset: str


@dataclass(frozen=True)
class Cast:
    """The registers, the secrets that stand in them, and which people the demonstration is about."""

    bootstrap: dict[str, Any]
    plans: tuple[Plan, ...]
    residents: int
    seed: int

    def secret_of(self, table: str, entry_id: str) -> str:
        """The password of a member of staff, or the secret of a client or a piece of equipment."""
        row = next(row for row in self.bootstrap[table] if row["id"] == entry_id)
        return str(row["password" if table == "staff" else "secret"])

    def write_sign_in(self, place: Path) -> None:
        """Leaves the secrets where the owner of the demonstration can read them, and nobody else."""
        place.touch(mode=0o600)
        rows = {
            table: {row["id"]: self.secret_of(table, row["id"]) for row in self.bootstrap[table]} for table in _SIGNED
        }
        place.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")

    def as_toml(self) -> str:
        """The file that a running system is loaded from, so that the demonstration can be played on it."""
        people = {"residents": self.residents, "seed": self.seed}
        parts = [_entry(f"[{name}]", row) for name, row in self.bootstrap.items() if isinstance(row, dict)]
        parts.append(_entry(f"[{DEMO}]", people))
        for name, rows in self.bootstrap.items():
            parts += [_entry(f"[[{name}]]", row) for row in rows if isinstance(rows, list)]
        return "\n".join(parts)


_SIGNED = ("staff", "equipment", "clients")


def gather(residents: int, seed: int) -> Cast:
    """The cast for a registry of that many people, with fresh secrets."""
    bootstrap = read_bootstrap(BOOTSTRAP)
    for row in bootstrap["staff"]:
        row["password"] = secrets.token_urlsafe(12)
    for row in (*bootstrap["equipment"], *bootstrap["clients"]):
        row["secret"] = secrets.token_urlsafe(24)
    return Cast(bootstrap, _plans(bootstrap, residents), residents, seed)


def gather_again(file: Path) -> Cast:
    """The cast that a running system was loaded with. Refusal `bootstrap-invalid` where the file is none of ours."""
    bootstrap = read_bootstrap(file)
    try:
        people = bootstrap.pop(DEMO)
        residents, seed = int(people["residents"]), int(people["seed"])
        return Cast(bootstrap, _plans(bootstrap, residents), residents, seed)
    except (KeyError, TypeError, ValueError) as wrong:
        raise Refusal("bootstrap-invalid", where=DEMO) from wrong


def _plans(bootstrap: Mapping[str, Any], residents: int) -> tuple[Plan, ...]:
    asked = max(residents // 5, 100)
    return tuple(
        Plan(
            row["number"], row["name"], row["kind"], row["channel"], max(asked * share // 100, 10),
            "utf-8" if row["kind"] == "DC" else "cp932",
        )
        for row, share in zip(bootstrap["plans"], _SHARES, strict=True)
    )  # fmt: skip


def _entry(head: str, row: Mapping[str, Any]) -> str:
    return "\n".join([head, *(f"{name} = {_value(value)}" for name, value in row.items())]) + "\n"


def _value(value: Any) -> str:
    """As TOML writes it; its strings escape as JSON's do."""
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
