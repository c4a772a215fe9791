"""Who plays in the demonstration: plans, staff, equipment, each with a secret of its own."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.hosting.installation import read_bootstrap

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
    """The registers, and the secrets that stand in them."""

    bootstrap: dict[str, Any]
    plans: tuple[Plan, ...]

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


_SIGNED = ("staff", "equipment", "clients")


def gather(residents: int) -> Cast:
    """The cast for a registry of that many people, with fresh secrets."""
    bootstrap = read_bootstrap(BOOTSTRAP)
    for row in bootstrap["staff"]:
        row["password"] = secrets.token_urlsafe(12)
    for row in (*bootstrap["equipment"], *bootstrap["clients"]):
        row["secret"] = secrets.token_urlsafe(24)
    asked = max(residents // 5, 100)
    plans = tuple(
        Plan(
            row["number"], row["name"], row["kind"], row["channel"], max(asked * share // 100, 10),
            "utf-8" if row["kind"] == "DC" else "cp932",
        )
        for row, share in zip(bootstrap["plans"], _SHARES, strict=True)
    )  # fmt: skip
    return Cast(bootstrap, plans)
